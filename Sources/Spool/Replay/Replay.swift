import Foundation
import Glibc
import Parsing
import Wire

/// A quarantined job's bundle, run again the same way: its task and pictures, and the settings that decide what a worker
/// makes of them. All else, what runs and where it may write, is the caller's own: a bundle may come from anywhere.
///
/// Nothing of the studio changes: outputs go to a folder of the caller's, and what an enrollment proposes to the caller's
/// gallery is thrown away.
package struct Replay: Sendable {
    package let record: ReplayRecord
    private let folder: String
    private let inputs: [InputPicture]

    /// Most bytes of a record.
    private static let recordLimit = 16 << 20

    /// How the job ended this time.
    package enum Outcome: Sendable, Equatable {
        case finished(WorkerResult)
        case failed(WorkerFailure)
        /// The worker died at it.
        case died(WorkerEnd)
        case timedOut
    }

    /// - Parameters:
    ///   - path: `quarantine/<job>`, or a copy of it.
    ///   - user: who asks. Root is refused a bundle that others may write.
    /// - Throws: ``SpoolError/bundleInvalid(path:reason:)``.
    package init(path: String, user: uid_t = geteuid()) throws {
        if user == 0, let doubt = BundleTrust.doubt(about: path, user: user) {
            throw SpoolError.bundleInvalid(
                path: path,
                reason:
                    "\(doubt), and root replays only what is root's own; replay it as the user that runs limnerd, or copy it to a folder of root's and look at it first"
            )
        }
        let folder: Folder
        let record: ReplayRecord
        do {
            guard try Folder.place(at: path) != nil else {
                throw SpoolError.bundleInvalid(path: path, reason: "there is no such folder")
            }
            folder = try Folder(path: path)
            guard let bytes = try folder.read(RootTree.replayName, limit: Self.recordLimit) else {
                throw SpoolError.bundleInvalid(path: path, reason: "its replay.json is too long")
            }
            record = try WireJSON.decode(ReplayRecord.self, ofStranger: Data(bytes))
        } catch let error as SpoolError where error.errno == ENOENT {
            throw SpoolError.bundleInvalid(
                path: path, reason: "it holds no replay.json, as that of a file that never reached a worker")
        } catch let error where error is DecodingError || error is JSONSyntaxError {
            throw SpoolError.bundleInvalid(path: path, reason: "its replay.json cannot be read: \(error.reason)")
        }
        guard record.limner == ReplayRecord.format else {
            throw SpoolError.bundleInvalid(path: path, reason: "its replay.json has format \(record.limner)")
        }
        self.record = record
        self.folder = path
        inputs = try record.inputs.map { input in
            // A bundle may come from elsewhere: names in it lead nowhere but here.
            let names = input.files.compactMap { InboxPath($0) }.filter { $0.names.count == 1 }.map(\.name)
            let found = try names.first { name in
                guard try folder.facts(name)?.kind == .regular else { return false }
                return try input.sha256 == nil || folder.digest(name).sha256 == input.sha256
            }
            guard let found else {
                throw SpoolError.bundleInvalid(path: path, reason: "\"\(input.name)\" is missing or not what it was")
            }
            return InputPicture(role: input.role, path: path + "/" + found.description, name: input.name)
        }
    }

    /// What the bundle says of settings that decide what a worker does with its pictures, to be read over the caller's own
    /// and checked like them. Whatever else the record's flags say is passed over.
    package var options: [SettingsResolver.Flag] {
        var flags: [SettingsResolver.Flag] = []
        var words = record.arguments[...]
        while let word = words.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let key = WorkerCommand.settings[parts[0]]
            guard key != nil || parts[0] == WorkerCommand.defaultsFlag else { continue }
            guard let value = parts.count == 2 ? parts[1] : words.popFirst() else { continue }
            let name = "replay.json's \(parts[0])"
            if let key {
                flags.append(SettingsResolver.Flag(name: name, key: key, value: value))
            } else if let defaults = try? WireJSON.decode(JobOptions.self, from: Data(value.utf8)) {
                flags += defaults.settings.map { SettingsResolver.Flag(name: name, key: $0.name, value: $0.text) }
            }
        }
        flags.append(.init(name: "replay.json", key: "intake.maxPixels", value: "\(record.limits.pixels)"))
        flags.append(.init(name: "replay.json", key: "intake.maxBytes", value: "\(record.limits.bytes)"))
        return flags
    }

    /// The variables that choose OpenBLAS's kernels; they are words and numbers.
    private var kernels: [String: String] {
        record.environment.filter { name, value in
            name.hasPrefix("OPENBLAS_")
                && (name + value).utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
                        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                }
        }
    }

    /// - Parameters:
    ///   - settings: the caller's own, with ``options`` over them.
    ///   - executable: the worker program.
    ///   - output: an existing, empty folder; absolute path.
    ///   - log: each line of the worker's standard error.
    package func run(
        settings: Settings, executable: String = WorkerCommand.sibling(), output: String,
        log: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (WorkerProgress) -> Void = { _ in }
    ) async throws -> Outcome {
        var command = WorkerCommand(settings: settings, executable: executable, reads: [folder], writes: [output])
        command.environment.merge(kernels) { _, theirs in theirs }
        let job = WorkerJob(
            id: record.id, token: WorkerToken(1), attempt: record.attempt, task: record.task, inputs: inputs,
            outputFolder: output, limits: settings.pictureLimits, fitting: MachineMemory.fitting(settings))
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { [command] in
                let run = try await WorkerProcess.run(command, log: log) { conversation in
                    try await conversation.run(job) { if case .progress(let body) = $0 { progress(body) } }
                }
                switch run.outcome {
                case .success(.finished(let result)): return .finished(result)
                case .success(.failed(let failure)): return .failed(failure)
                case .failure(SpoolError.workerEnded(let end)): return .died(end)
                case .failure(let error): throw error
                }
            }
            group.addTask {
                try await Task.sleep(for: settings.timeouts[record.task.kind])
                return .timedOut
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }
}
