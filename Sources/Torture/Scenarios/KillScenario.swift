import Foundation
import Wire

/// SIGKILL at random moments, a fifth of them while the daemon is starting, and files coming all the while: renamed in,
/// linked in, by manifests and by the control socket; some crash their worker the first time, some every time.
struct KillScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    /// Files dropped for each kill.
    private static let filesPerLife = 4
    /// Milliseconds in which a daemon has hardly started, and in which it has done something.
    private static let early = 1...40
    private static let late = 40...260

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "1"])
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var numbers = stage.generator()
        var dropper = try Dropper(daemon, stage.generator(1))
        var killed = 0
        for number in 0..<stage.extent.kills {
            let time =
                number % 5 == 0 ? Int.random(in: Self.early, using: &numbers) : .random(in: Self.late, using: &numbers)
            let drops = dropper
            let (after, end) = try await daemon.launch { life in
                async let fed = feed(drops)
                try await Task.sleep(for: .milliseconds(time))
                try life.send(.kill)
                return try await fed
            }
            dropper = after
            if end == .signaled(SIGKILL) { killed += 1 }
            // Of the first lives, some end before there is a database.
            if FileManager.default.fileExists(atPath: daemon.folders.database) {
                outcome.violations += try Outcome.integrity(daemon)
            }
        }
        outcome.tell("kills", killed)
        try await daemon.live { _ in try await daemon.settle(within: .seconds(300)) }
        // One more start finds nothing to repair.
        outcome += try await daemon.live { _ in
            var outcome = Outcome()
            try await outcome.judge(daemon)
            return outcome
        }
        return outcome
    }

    private func feed(_ dropper: Dropper) async throws -> Dropper {
        var dropper = dropper
        for _ in 0..<Self.filesPerLife {
            switch dropper.numbers.next() % 16 {
            case 0: try dropper.drop(Rehearsal(.once, .crash))
            case 1: try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
            case 2: try dropper.dropManifest(Rehearsal(.sleep(milliseconds: 5)))
            case 3, 4: try await dropper.submit(Rehearsal(.sleep(milliseconds: 5)), daemon.client)
            case 5, 6: try dropper.drop(Rehearsal(.sleep(milliseconds: 60)), way: .link)
            case 7, 8: try dropper.drop(Rehearsal(), way: .linkUnnamed)
            default: try dropper.drop(Rehearsal(.sleep(milliseconds: Int(dropper.numbers.next() % 30))))
            }
            try await Task.sleep(for: .milliseconds(Int(dropper.numbers.next() % 40)))
        }
        return dropper
    }
}
