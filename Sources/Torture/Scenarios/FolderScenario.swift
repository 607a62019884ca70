import Foundation
import Glibc
import Wire

/// Folders that the daemon may not read, or not write, for a while: the status names each, and when it may again everything
/// goes on without a restart.
struct FolderScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    /// Root may do everything, so that the daemon has to be somebody else.
    private static let nobody: UInt32 = 65_534

    init(_ stage: Stage) throws {
        self.stage = stage
        var daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "0"])
        if geteuid() == 0 {
            daemon.prefix = ["setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups"]
            guard chown(daemon.folders.root, Self.nobody, Self.nobody) == 0 else {
                throw TortureError.call("chown", path: daemon.folders.root, errno: errno)
            }
        }
        self.daemon = daemon
    }

    /// A folder, its mode for a while, and what it does to a job that comes meanwhile.
    private struct Obstacle {
        var folder: String
        var mode: mode_t
        var rehearsal = Rehearsal()
        var fate = Witness.Fate.done
    }

    func run() async throws -> Outcome {
        try await daemon.live { life in
            var outcome = Outcome()
            // The daemon has made the inbox, so it may; whoever runs this may in any case.
            var dropper = try Dropper(daemon, stage.generator())
            let folders = daemon.folders
            let inbox = folders.inbox(of: .identify)
            let crash = Rehearsal(.crash)
            let obstacles = [
                Obstacle(folder: inbox + "/unreadable", mode: 0), Obstacle(folder: inbox + "/unwritable", mode: 0o555),
                Obstacle(folder: folders.outbox, mode: 0o555), Obstacle(folder: folders.done, mode: 0o555),
                Obstacle(
                    folder: folders.quarantine, mode: 0, rehearsal: crash, fate: .quarantined(.workerCrashed)),
                Obstacle(folder: folders.work, mode: 0o555), Obstacle(folder: folders.claimed, mode: 0),
            ]
            var named = 0
            for obstacle in obstacles {
                if obstacle.folder.hasPrefix(inbox) { try give(obstacle.folder) }
                try await blocked(obstacle, life, &dropper)
                named += 1
            }
            outcome.tell("folders named in the status", "\(named) of \(obstacles.count)")
            try await eventually("the status has nothing more to say") {
                try await life.client.status().problems.isEmpty
            }
            try await outcome.judge(daemon)
            return outcome
        }
    }

    /// Makes a folder of the daemon's.
    private func give(_ folder: String) throws {
        try Tree.makeFolder(folder)
        if geteuid() == 0, chown(folder, Self.nobody, Self.nobody) != 0 {
            throw TortureError.call("chown", path: folder, errno: errno)
        }
    }

    private func blocked(
        _ obstacle: Obstacle, _ life: PrivateDaemon.Life, _ dropper: inout Dropper
    ) async throws {
        let (folder, jobs) = (obstacle.folder, try await life.client.status().counts.sum)
        // Stopped, so that the file is there before the folder is shut, and not yet taken.
        kill(life.pid, SIGSTOP)
        let isInbox = folder.hasPrefix(daemon.folders.inbox)
        let name = isInbox ? URL(fileURLWithPath: folder).lastPathComponent + "/x.jpg" : nil
        try dropper.drop(obstacle.rehearsal, fate: obstacle.fate, name: name)
        try set(folder, obstacle.mode)
        kill(life.pid, SIGCONT)
        try await eventually("the status names \(folder)", within: .seconds(20)) {
            try await life.client.status().problems.contains { $0.contains(folder) || (name.map($0.contains) ?? false) }
        }
        try set(folder, 0o755)
        try await eventually("the file goes its way when \(folder) may be used again", within: .seconds(40)) {
            let counts = try await life.client.status().counts
            return counts.waiting + counts.queued + counts.running + counts.failed == 0 && counts.sum > jobs
        }
        try await eventually("its original is moved", within: .seconds(40)) {
            Tree.names(in: daemon.folders.claimed).isEmpty
        }
    }

    private func set(_ folder: String, _ mode: mode_t) throws {
        guard chmod(folder, mode) == 0 else { throw TortureError.call("chmod", path: folder, errno: errno) }
    }
}
