import Foundation
import Glibc
import Parsing
import Wire

/// A quarantined job's bundle, run again the same way: same program, flags, environment, pictures and options.
///
/// Nothing of the studio changes: outputs go to a folder of the caller's, and an enrollment to a gallery that is thrown
/// away; every other job reads the gallery that it read then.
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

    /// - Parameter path: `quarantine/<job>`, or a copy of it.
    /// - Throws: ``SpoolError/bundleInvalid(path:reason:)``.
    package init(path: String) throws {
        let folder: Folder
        let record: ReplayRecord
        do {
            folder = try Folder(path: path)
            guard let bytes = try folder.read(RootTree.replayName, limit: Self.recordLimit) else {
                throw SpoolError.bundleInvalid(path: path, reason: "its replay.json is too long")
            }
            try JSONParser.check(bytes, limits: JSONLimits(marks: TextRule.marksOfFileName))
            record = try WireJSON.decode(ReplayRecord.self, from: Data(bytes))
        } catch let error as SpoolError where error.errno == ENOENT {
            throw SpoolError.bundleInvalid(
                path: path, reason: "it holds no replay.json, as that of a file that never reached a worker")
        } catch let error where error is DecodingError || error is JSONSyntaxError {
            throw SpoolError.bundleInvalid(path: path, reason: "its replay.json cannot be read: \(error)")
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

    /// - Parameters:
    ///   - executable: the worker program.
    ///   - output: an existing, empty folder; absolute path.
    ///   - timeout: after which the worker is ended.
    ///   - log: each line of the worker's standard error.
    package func run(
        executable: String, output: String, timeout: Duration, log: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (WorkerProgress) -> Void = { _ in }
    ) async throws -> Outcome {
        let aside = output + "/.gallery"
        try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: aside) }
        var arguments = record.arguments
        if record.task.kind == .enroll, let flag = arguments.firstIndex(of: "--gallery"), flag + 1 < arguments.count {
            arguments[flag + 1] = aside + "/gallery.sqlite"
        }
        let command = WorkerCommand(
            executable: executable, arguments: arguments, environment: record.environment)
        let job = WorkerJob(
            id: record.id, token: WorkerToken(1), attempt: record.attempt, task: record.task, inputs: inputs,
            outputFolder: output, limits: record.limits)
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                let run = try await WorkerProcess.run(command, log: log) { conversation in
                    try await conversation.run(job) { progress($0) }
                }
                switch run.outcome {
                case .success(.finished(let result)): return .finished(result)
                case .success(.failed(let failure)): return .failed(failure)
                case .failure(SpoolError.workerEnded(let end)): return .died(end)
                case .failure(let error): throw error
                }
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                return .timedOut
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }
}
