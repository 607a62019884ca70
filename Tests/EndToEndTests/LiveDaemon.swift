import Foundation
import Glibc
import Spool
import Wire

/// The real `limnerd` on a root of its own, with the real worker and the real models. Ended, and its root removed, with
/// the last reference.
final class LiveDaemon {
    let folders: RootFolders
    private var settings: [String: String]
    private var process: Process?

    /// - Parameter settings: environment variables over the quick ones below.
    init(_ settings: [String: String] = [:]) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("limner-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folders = RootFolders(root: root.path)
        self.settings = [
            "LIMNER_INTAKE_STABILITY": "300ms", "LIMNER_INTAKE_RECONCILE_INTERVAL": "5s",
            "LIMNER_INTAKE_MANIFEST_WAIT": "2s", "LIMNER_RETRIES_BACKOFF": "200ms", "LIMNER_STYLIZE_SIZE": "128",
            "LIMNER_MODELS": Assets.models,
        ].merging(settings) { _, given in given }
        try await start()
    }

    deinit {
        process?.terminate()
        process?.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folders.root)
    }

    var pid: pid_t { process?.processIdentifier ?? -1 }

    /// Starts the daemon, again after ``end(_:)``, and waits until it answers.
    ///
    /// - Parameter changes: environment variables over those it had.
    func start(_ changes: [String: String] = [:]) async throws {
        settings.merge(changes) { _, given in given }
        let process = Process()
        process.executableURL = Programs.limnerd
        process.arguments = ["--root", folders.root]
        process.environment = ProcessInfo.processInfo.environment.merging(settings) { _, ours in ours }
        let log = folders.root + "/daemon.log"
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        self.process = process
        try await eventually("the daemon answers", log: log) {
            try Programs.run(Programs.limner, ["version", "--root", folders.root]).code == 0
                && FileManager.default.fileExists(atPath: folders.controlSocket)
        }
    }

    var isRunning: Bool { process?.isRunning ?? false }

    /// Ends the daemon by a signal and waits for its end.
    @discardableResult
    func end(_ signal: Int32) -> Int32 {
        guard let process else { return -1 }
        Glibc.kill(process.processIdentifier, signal)
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }

    /// The worker processes that the daemon has now.
    var workers: [pid_t] {
        let children = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        let texts = all.compactMap {
            try? String(contentsOfFile: "/proc/\(pid)/task/\($0)/children", encoding: .utf8)
        }
        return ([children ?? ""] + texts).flatMap { $0.split(separator: " ") }.compactMap { pid_t($0) }.uniqued()
    }

    /// Makes a style of the picture `stripes.png` and a `style.json`.
    func writeStyle(_ name: String, _ json: String) throws {
        let folder = URL(fileURLWithPath: "\(folders.styles)/\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Assets.stripes()).write(to: folder.appendingPathComponent("stripes.png"))
        try Data(json.utf8).write(to: folder.appendingPathComponent("style.json"))
    }

    /// Writes a file aside and renames it into the inbox, as a careful writer does.
    func drop(_ bytes: some Collection<UInt8>, at path: String) throws {
        try drop(bytes, atBytes: Array(path.utf8))
    }

    /// As ``drop(_:at:)``, for names that are no UTF-8.
    func drop(_ bytes: some Collection<UInt8>, atBytes path: [UInt8]) throws {
        let target = Array((folders.inbox + "/").utf8) + path
        let folder = Array(target[..<target.lastIndex(of: UInt8(ascii: "/"))!])
        try FileManager.default.createDirectory(
            atPath: String(decoding: folder, as: UTF8.self), withIntermediateDirectories: true)
        let aside = folders.root + "/aside-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: aside))
        let code = (target + [0]).withUnsafeBufferPointer { target in
            target.withMemoryRebound(to: CChar.self) { rename(aside, $0.baseAddress!) }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno)!) }
    }

    /// Every report in the outbox, with the folder that it lies in.
    func reports() throws -> [Filed] {
        try FileManager.default.contentsOfDirectory(atPath: folders.outbox).sorted().compactMap { job in
            let folder = folders.outbox + "/" + job
            guard let json = FileManager.default.contents(atPath: folder + "/report.json") else { return nil }
            return Filed(report: try WireJSON.decode(Report.self, from: json), json: json, folder: folder)
        }
    }

    /// Waits until there are as many reports as expected, then makes sure that no more come.
    func settle(_ count: Int = 1, within seconds: Double = 300) async throws -> [Filed] {
        try await eventually("\(count) report(s)", within: seconds, log: folders.root + "/daemon.log") {
            let counts = try status().counts
            return try self.reports().count >= count
                && counts.waiting + counts.queued + counts.running + counts.failed == 0
        }
        try await Task.sleep(for: .milliseconds(700))
        let reports = try reports()
        guard reports.count == count else {
            throw Disappointment("\(reports.count) reports instead of \(count): \(reports.map(\.report.id))")
        }
        for filed in reports { try filed.check() }
        return reports
    }

    /// What `limner status --json` says.
    func status() throws -> StatusAnswer {
        let answer = try Programs.run(Programs.limner, ["status", "--json", "--root", folders.root])
        guard answer.code == 0 else { throw Disappointment("limner status: \(answer.error)") }
        return try WireJSON.decode(StatusAnswer.self, from: Data(answer.output.utf8))
    }

    /// Everything below a folder of the root, as paths relative to it, folders left out.
    func files(in folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder + "/" + path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }
}

extension Array where Element: Hashable {
    func uniqued() -> [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
