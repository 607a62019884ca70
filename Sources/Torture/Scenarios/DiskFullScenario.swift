import Foundation
import Glibc
import Wire

/// The disk has room for so many pages more when files wait to be taken: from none at all, so that each write in the life
/// of a job is once the one that fails. Then there is space, and everything must go on without a restart.
struct DiskFullScenario {
    private let stage: Stage

    /// Pages of 4096 bytes that are left free.
    private static let steps = Array(0...12) + [14, 16, 20, 24, 28, 32, 40, 48, 64, 96]
    private static let briefly = [0, 1, 3, 6, 12, 24]
    private static let page = 4_096
    private static let size = "16m"
    /// How long the disk stays full.
    private static let patience = Duration.seconds(3)
    private static let lowWater = 4 << 20

    init(_ stage: Stage) throws {
        self.stage = stage
        guard geteuid() == 0 else {
            throw TortureError.cannot(
                "a small disk must be mounted, which needs root; run it with sudo, or by unshare --map-root-user --mount"
            )
        }
    }

    func run() async throws -> Outcome {
        let steps = stage.extent.rounds > Torture.Extent.short.rounds ? Self.steps : Self.briefly
        var outcome = Outcome()
        outcome.tell("free pages tried", steps.map(String.init).joined(separator: " "))
        // They mostly wait, so they wait together.
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for pages in steps {
                group.addTask { try await self.onSmallDisk("full-\(pages)") { try await fill($0, pages) } }
            }
            group.addTask { try await onSmallDisk("low") { try await passLowWater($0) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for name in outcomes.first?.figures.map(\.name) ?? [] {
            let numbers = outcomes.flatMap(\.figures).filter { $0.name == name }.compactMap { Int($0.value) }
            outcome.tell(name, numbers.reduce(0, +))
        }
        outcome.violations = outcomes.flatMap(\.violations)
        return outcome
    }

    /// Mounts a disk in memory, and takes it away again.
    private func onSmallDisk(_ name: String, _ body: (String) async throws -> Outcome) async throws -> Outcome {
        let path = stage.folder + "/" + name
        try Tree.makeFolder(path)
        try await Command.run("mount", "-t", "tmpfs", "-o", "size=\(Self.size)", "limner-torture", path)
        // By the call and not by a program, which would not be started for a scenario that was cancelled. What still
        // holds the disk, such as a daemon that is going, does not hold it up.
        defer { umount2(path, Int32(MNT_DETACH)) }
        return try await body(name)
    }

    private func fill(_ name: String, _ pages: Int) async throws -> Outcome {
        let daemon = try stage.daemon(name + "/root", ["LIMNER_DISK_LOW_WATER": "0"], notes: name)
        let ballast = stage.folder + "/" + name + "/ballast"
        return try await daemon.live { life in
            var dropper = try Dropper(daemon, stage.generator(UInt64(pages)))
            try dropper.drop(Rehearsal())
            try await daemon.settle(atLeast: 1)
            kill(life.pid, SIGSTOP)
            for _ in 0..<3 { try dropper.drop(Rehearsal()) }
            try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
            try dropper.dropManifest(Rehearsal())
            try Self.fill(ballast, leaving: pages)
            kill(life.pid, SIGCONT)
            try await Task.sleep(for: Self.patience)
            guard !life.isGone else { throw TortureError.daemonDied("with \(pages) pages free: \(daemon.lastWords)") }
            unlink(ballast)
            try await daemon.settle(atLeast: 6)
            var outcome = Outcome()
            try await outcome.judge(daemon)
            return outcome
        }
    }

    /// Below `disk.lowWater` nothing is taken, and the status says so.
    private func passLowWater(_ name: String) async throws -> Outcome {
        let daemon = try stage.daemon(
            name + "/root", ["LIMNER_DISK_LOW_WATER": "\(Self.lowWater)"], notes: name)
        let ballast = stage.folder + "/" + name + "/ballast"
        return try await daemon.live { life in
            var dropper = try Dropper(daemon, stage.generator(1_000))
            try Self.fill(ballast, leaving: Self.lowWater / Self.page / 2)
            try await eventually("the status says that nothing is taken in") {
                try await life.client.status().inbox?.shortage != nil
            }
            try dropper.drop(Rehearsal())
            try await Task.sleep(for: .milliseconds(500))
            var outcome = Outcome()
            if try await life.client.status().counts.sum > 0 {
                outcome.violations.append("a file was taken in although less than disk.lowWater was free")
            }
            unlink(ballast)
            try await daemon.settle(atLeast: 1)
            try await outcome.judge(daemon)
            return outcome
        }
    }

    /// Writes a file that takes all space but so many pages.
    private static func fill(_ path: String, leaving pages: Int) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TortureError.call("open", path: path, errno: errno) }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: page)
        var length = 0
        while case let count = write(descriptor, zeros, zeros.count), count > 0 { length += count }
        guard errno == ENOSPC else { throw TortureError.call("write", path: path, errno: errno) }
        guard ftruncate(descriptor, max(0, length - pages * page)) == 0 else {
            throw TortureError.call("ftruncate", path: path, errno: errno)
        }
    }
}
