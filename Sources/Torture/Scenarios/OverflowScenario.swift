import Foundation
import Glibc
import Wire

/// The daemon is stopped while files arrive: each causes four events, and the kernel keeps 16,384.
struct OverflowScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    /// Files in one folder.
    private static let folderSize = 1_000
    private static let logged = "the kernel dropped inotify events"

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon()
    }

    func run() async throws -> Outcome {
        let total = stage.extent.flood
        return try await daemon.live { life in
            // The folders are watched before anything comes into them.
            for number in 0...total / Self.folderSize {
                try Tree.makeFolder(daemon.folders.inbox(of: .identify) + "/\(number)")
            }
            try await eventually("the folders are watched") {
                (try await life.client.status().inbox?.watches ?? 0) > total / Self.folderSize
            }
            guard kill(life.pid, SIGSTOP) == 0 else {
                throw TortureError.call("kill", path: "\(life.pid)", errno: errno)
            }
            try flood(total)
            let started = ContinuousClock.now
            kill(life.pid, SIGCONT)
            try await eventually("every file is taken", within: stage.extent.budget) {
                try await life.client.status().counts.sum == total
            }
            let taken = started.duration(to: .now)
            try await daemon.settle(atLeast: total, within: stage.extent.budget)
            var outcome = Outcome()
            let overflows = daemon.mentions(Self.logged)
            outcome.tell("overflows", overflows)
            if overflows == 0 { outcome.violations.append("the kernel dropped no events: too few files to bite") }
            outcome.tell("seconds until all are taken", seconds: taken / .seconds(1))
            outcome.tell("seconds until all are done", seconds: started.duration(to: .now) / .seconds(1))
            try await outcome.judge(daemon)
            return outcome
        }
    }

    private func flood(_ total: Int) throws {
        var numbers = stage.generator()
        var entries: [Witness.Entry] = []
        for number in 0..<total {
            let bytes = Rehearsal().picture(noise: 64, &numbers)
            let path = "identify/\(number / Self.folderSize)/\(number).jpg"
            let descriptor = open(daemon.folders.inbox + "/" + path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count, close(descriptor) == 0 else {
                throw TortureError.call("write", path: path, errno: errno)
            }
            entries.append(Witness.Entry(sha256: sha256(bytes), fate: .done, path: path))
        }
        try daemon.witness.enter(entries)
    }
}
