import Foundation
import Spool
import Wire

/// A kill at every ``FailPoint`` that a job passes: the first time that the daemon gets there, and some later time.
/// (Those of retention are in ``RetentionScenario``.)
struct FailPointScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    static let points = FailPoint.allCases.filter { $0 != .retired && $0 != .forgetting }
    private static let patience = Duration.seconds(60)
    /// Between two files, so that each is taken on its own.
    private static let pause = Duration.milliseconds(120)

    /// At which time of passing a point the daemon dies.
    private var counts: [Int] { stage.extent.rounds > Torture.Extent.short.rounds ? [1, 2, 3, 5, 8] : [1, 3] }

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "0"])
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var dropper = try Dropper(daemon, stage.generator())
        var kills = 0
        for count in counts {
            for point in Self.points {
                if point == .reopened { try await quarantine(count, &dropper) }
                let drops = dropper
                let (after, end) = try await daemon.launch([FailPoint.variable: "\(point.rawValue):\(count)"]) { life in
                    try await pass(point, count, drops, life)
                }
                dropper = after
                guard end == .signaled(SIGKILL) else {
                    outcome.violations.append("the daemon did not get to \(point.rawValue) for time \(count)")
                    continue
                }
                kills += 1
                outcome.violations += try Outcome.integrity(daemon)
            }
        }
        outcome.tell("kills", kills)
        outcome.tell("points", Self.points.count)
        outcome += try await daemon.live { _ in
            var outcome = Outcome()
            try await daemon.settle()
            try await outcome.judge(daemon)
            return outcome
        }
        return outcome
    }

    /// Jobs that can be tried again.
    private func quarantine(_ count: Int, _ dropper: inout Dropper) async throws {
        for _ in 0..<count { try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed)) }
        try await daemon.live { _ in try await daemon.settle() }
    }

    /// Gives a daemon enough to do to pass a point so many times, and waits for its death.
    private func pass(
        _ point: FailPoint, _ count: Int, _ dropper: Dropper, _ life: PrivateDaemon.Life
    ) async throws -> Dropper {
        var dropper = dropper
        let end = ContinuousClock.now + Self.patience
        if point == .reopened {
            try await daemon.ready(life)
            for job in try await life.client.jobs(state: .quarantined, limit: count).jobs {
                // The last one dies with the daemon, before its answer.
                _ = try? await life.client.retry(job.id)
            }
        } else {
            try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
            try dropper.dropManifest(Rehearsal())
            // On a busy machine the daemon takes several at a time, and passes once for all of them.
            while !life.isGone, ContinuousClock.now < end {
                try dropper.drop(Rehearsal(.sleep(milliseconds: 2)))
                try await life.gone(within: Self.pause)
            }
        }
        try await life.gone(within: ContinuousClock.now.duration(to: end))
        return dropper
    }
}
