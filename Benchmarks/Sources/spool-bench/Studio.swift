import Foundation
import Glibc
import Spool
import Wire

/// The programs under measurement.
struct Programs {
    var folder: String

    var limnerd: URL { URL(fileURLWithPath: folder + "/limnerd") }
    var limner: URL { URL(fileURLWithPath: folder + "/limner") }
}

struct Failure: Error, CustomStringConvertible {
    var description: String
}

/// A root in a folder of its own, removed with the value, and the daemon that works on it.
final class Studio {
    let folders: RootFolders
    private let programs: Programs
    private var process: Process?

    var client: ControlClient { ControlClient(socket: folders.controlSocket) }
    /// Of the daemon.
    var pid: Int32 { process?.processIdentifier ?? 0 }

    init(_ disk: String, _ programs: Programs) throws {
        let root = disk + "/limner-bench-" + String(UInt32.random(in: .min ... .max), radix: 16)
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        folders = RootFolders(root: root)
        self.programs = programs
    }

    deinit {
        process?.terminate()
        process?.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folders.root)
    }

    /// Starts the daemon and waits until it answers.
    func start(_ settings: [String] = []) async throws {
        let process = Process()
        process.executableURL = programs.limnerd
        process.arguments =
            ["--root", folders.root, "--set", "logging.level=warning"] + settings.flatMap { ["--set", $0] }
        // OpenBLAS is to choose its kernels by itself, as in an installed worker.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OPENBLAS_") }
        try process.run()
        self.process = process
        try await wait("the daemon answers", limit: .seconds(60)) { (try? await self.client.version()) != nil }
    }

    func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
    }

    /// Looks every two milliseconds.
    func wait(_ what: String, limit: Duration, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < end else { throw Failure(description: "never: \(what)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until so many jobs are queued, asking seldom enough not to be in the way.
    func waitQueued(_ count: Int, limit: Duration) async throws {
        try await wait("\(count) jobs are queued", limit: limit) {
            try await Task.sleep(for: .milliseconds(20))
            return try await self.client.status().counts.queued >= count
        }
    }

    /// Fills a folder beside the inbox, which one rename then brings in: the writer costs nothing meanwhile.
    ///
    /// - Returns: the folder's path.
    func prepare(_ name: String, files: Int, bytes: Int = 2048) throws -> String {
        let folder = folders.root + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        var contents = [UInt8](repeating: 0xA5, count: bytes)
        for number in 0..<files {
            withUnsafeBytes(of: number) { contents.replaceSubrange(0..<8, with: $0) }
            try contents.withUnsafeBytes { buffer in
                let file = open(folder + "/picture-\(number).jpg", O_WRONLY | O_CREAT | O_EXCL, 0o660)
                defer { close(file) }
                guard file >= 0, write(file, buffer.baseAddress, bytes) == bytes else {
                    throw Failure(description: "\(folder) cannot be filled: \(String(cString: strerror(errno)))")
                }
            }
        }
        sync()
        return folder
    }

    /// Brings a prepared folder into the inbox.
    func bring(_ folder: String) throws {
        let target = folders.inbox + "/identify/" + URL(fileURLWithPath: folder).lastPathComponent
        guard rename(folder, target) == 0 else { throw Failure(description: "rename to \(target)") }
    }

    /// Makes the person of a photograph known, without whom nobody can be identified.
    func enroll(_ photograph: Data) async throws {
        let person = folders.root + "/person"
        try FileManager.default.createDirectory(atPath: person, withIntermediateDirectories: false)
        try photograph.write(to: URL(fileURLWithPath: person + "/portrait.jpg"))
        guard rename(person, folders.inbox + "/enroll/Portrayed") == 0 else {
            throw Failure(description: "the person could not be dropped")
        }
        try await waitDone(1)
    }

    /// Waits until so many jobs are done, asking seldom: for each question the HTTP server keeps some 750 bytes until the
    /// time that the answer might have taken, a quarter of an hour, is over.
    func waitDone(_ count: Int) async throws {
        try await wait("\(count) jobs are done", limit: .seconds(120)) {
            try await Task.sleep(for: .milliseconds(500))
            return try await self.client.status().counts.done >= count
        }
    }

    /// A line of the daemon's `/proc/<pid>/status` that counts kilobytes, in MB.
    func memory(_ field: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(field + ":") }),
            let kilobytes = Double(line.filter(\.isNumber))
        else { throw Failure(description: "/proc/\(pid)/status has no \(field)") }
        return kilobytes / 1024
    }

    /// Runs `limner` to its end; milliseconds.
    func limner(_ arguments: [String]) throws -> Double {
        let process = Process()
        process.executableURL = programs.limner
        process.arguments = arguments + ["--root", folders.root]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let started = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        let time = started.milliseconds
        guard process.terminationStatus == 0 else {
            throw Failure(description: "limner \(arguments) ended with \(process.terminationStatus)")
        }
        return time
    }
}
