import Foundation
import Glibc
import Spool
import Wire

/// A studio at work, with every change that was made to its folder.
struct PowerRecording {
    let log: ChangeLog
    /// The inode of the root.
    let root: UInt64
    /// Everything that was sent or dropped, by SHA-256.
    let files: [String: Witness.Entry]
    /// What lay below the root in the end.
    let rest: DiskImage

    /// Files in each of the daemon's lives.
    private static let filesPerLife = 24
    private static let lives = 3

    /// Has a daemon work under `limner-power-log`.
    init(_ stage: Stage) async throws {
        let path = stage.folder + "/changes"
        guard access(stage.programs.powerLog, R_OK) == 0 else {
            throw TortureError.programMissing(stage.programs.powerLog)
        }
        // The log knows the root by the name that the kernel has for it.
        guard let real = realpath(stage.folder, nil) else {
            throw TortureError.call("realpath", path: stage.folder, errno: errno)
        }
        defer { free(real) }
        let environment = [
            "LD_PRELOAD": stage.programs.powerLog, "LIMNER_POWER_LOG": path,
            "LIMNER_POWER_ROOT": String(cString: real) + "/root",
        ]
        let daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "0"], workerEnvironment: environment)
        let aside = stage.folder + "/aside"
        try Tree.makeFolder(aside)
        var status = stat()
        guard stat(daemon.folders.root, &status) == 0 else {
            throw TortureError.call("stat", path: daemon.folders.root, errno: errno)
        }
        root = UInt64(status.st_ino)
        let writer = PowerWriter(
            folders: daemon.folders, aside: aside,
            environment: environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { $1 })
        var sender = Sender(daemon: daemon, writer: writer, log: path, numbers: stage.generator())
        for life in 0..<Self.lives {
            let before = sender
            sender = try await daemon.live(environment) { _ in
                let observer = Task { try await Self.observe(daemon.client, path) }
                defer { observer.cancel() }
                var sender = before
                for _ in 0..<Self.filesPerLife { try await sender.send() }
                try await sender.change()
                // The last life comes to rest; the others are ended in the middle of their work.
                if life == Self.lives - 1 { try await daemon.settle() }
                return sender
            }
        }
        log = try ChangeLog(path: path)
        files = sender.files
        rest = try DiskImage(try Folder(path: daemon.folders.root))
    }

    /// Marks what the daemon tells of.
    private static func observe(_ client: ControlClient, _ log: String) async throws {
        for try await event in client.events() { try PowerMark.told(event.job.id, event.job.state).write(to: log) }
    }
}

/// Drops and sends files of every kind, and marks when each is owed.
private struct Sender: Sendable {
    let daemon: PrivateDaemon
    let writer: PowerWriter
    let log: String
    var numbers: SeededNumbers
    var files: [String: Witness.Entry] = [:]
    private var count = 0

    init(daemon: PrivateDaemon, writer: PowerWriter, log: String, numbers: SeededNumbers) {
        self.daemon = daemon
        self.writer = writer
        self.log = log
        self.numbers = numbers
    }

    mutating func send() async throws {
        count += 1
        // Of several pages, so that there is something to tear.
        let noise = Int(numbers.next() % 30_000)
        switch count % 8 {
        case 0: try await drop(Rehearsal(.crash).picture(noise: noise, &numbers), .quarantined(.workerCrashed))
        case 1: try await sendManifest()
        case 2, 3: try await submit(Rehearsal().picture(noise: noise, &numbers))
        default: try await drop(Rehearsal().picture(noise: noise, &numbers), .done)
        }
    }

    /// Has a job cancelled and another tried again.
    mutating func change() async throws {
        let slow = try await submit(Rehearsal(.sleep(milliseconds: 2_000)).picture(&numbers), .open)
        try PowerMark.asked(slow).write(to: log)
        _ = try await daemon.client.cancel(slow)
        let quarantined = try await daemon.client.jobs(state: .quarantined).jobs
        guard let broken = quarantined.first(where: { $0.error?.code == .workerCrashed }) else { return }
        try PowerMark.asked(broken.id).write(to: log)
        _ = try await daemon.client.retry(broken.id)
    }

    private mutating func drop(_ bytes: [UInt8], _ fate: Witness.Fate) async throws {
        // Every other one goes into a folder that its writer makes.
        let path = count % 2 == 0 ? "identify/\(count).jpg" : "identify/day-\(count / 16)/\(count).jpg"
        let way = count % 3 == 0 ? PowerWriter.Way.link : .rename
        enter(bytes, path, fate)
        try await writer.write(bytes, at: path, way)
        try PowerMark.delivered([sha256(bytes)]).write(to: log)
    }

    private mutating func sendManifest() async throws {
        let folder = "identify/set-\(count)"
        let text = #"{"limner": 1, "kind": "identify", "inputs": ["a.jpg", "b.jpg"], "id": "set-\#(count)"}"#
        let contents = [Array(text.utf8)] + (0..<2).map { _ in Rehearsal().picture(noise: 6_000, &numbers) }
        for (name, bytes) in zip(["m.json", "a.jpg", "b.jpg"], contents) {
            enter(bytes, folder + "/" + name, .done)
            try await writer.write(bytes, at: folder + "/" + name)
        }
        try PowerMark.delivered(contents.map { sha256($0) }).write(to: log)
    }

    @discardableResult
    private mutating func submit(_ bytes: [UInt8], _ fate: Witness.Fate = .done) async throws -> JobIdentifier {
        let name = "\(count)-sent.jpg"
        enter(bytes, name, fate)
        let submission = JobSubmission(task: JobTask(.identify), name: name)
        let id = try await daemon.client.submit(submission, picture: Data(bytes)).id
        try PowerMark.delivered([sha256(bytes)]).write(to: log)
        try PowerMark.told(id, .queued).write(to: log)
        return id
    }

    private mutating func enter(_ bytes: [UInt8], _ path: String, _ fate: Witness.Fate) {
        files[sha256(bytes)] = Witness.Entry(sha256: sha256(bytes), fate: fate, path: path)
    }
}
