import Foundation
import Spool
import Wire

/// A kill at every ``FailPoint`` that a job passes: the first time that the daemon gets there, and some later time.
/// (Those of retention are in ``RetentionScenario``.)
struct FailPointScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon
    private let witness: Witness

    static let points = FailPoint.allCases.filter { $0 != .retired && $0 != .forgetting }
    /// At which time of passing a point the daemon dies.
    private static let counts = [1, 2, 5]
    private static let patience = Duration.seconds(15)

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "0"])
        witness = try stage.witness()
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var dropper = try Dropper(daemon, witness, stage.generator())
        var kills = 0
        for count in Self.counts {
            for point in Self.points {
                try await prepare(point, count, &dropper)
                let end = try await die(at: point, count)
                guard end else {
                    outcome.violations.append("the daemon did not get to \(point.rawValue) for time \(count)")
                    continue
                }
                kills += 1
                outcome.violations += try Outcome.integrity(daemon)
                try await daemon.live { _ in try await daemon.settle() }
            }
        }
        outcome.tell("kills", kills)
        outcome.tell("points", Self.points.count)
        let judged = outcome
        return try await daemon.live { life in
            var outcome = judged
            try await outcome.judge(witness, daemon, life)
            return outcome
        }
    }

    /// Gives the daemon enough to do to pass a point so many times.
    private func prepare(_ point: FailPoint, _ count: Int, _ dropper: inout Dropper) async throws {
        for _ in 0..<count {
            try dropper.drop(Rehearsal(.sleep(milliseconds: 2)))
            if point == .reopened {
                try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
            }
        }
        try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
        try dropper.dropManifest(Rehearsal())
        guard point == .reopened else { return }
        try await daemon.live { _ in try await daemon.settle() }
    }

    /// Whether the daemon died at the point.
    private func die(at point: FailPoint, _ count: Int) async throws -> Bool {
        try await daemon.launch([FailPoint.variable: "\(point.rawValue):\(count)"]) { life in
            if point == .reopened {
                try await daemon.ready(life)
                let jobs = try await life.client.jobs(state: .quarantined, limit: count).jobs
                for job in jobs { _ = try? await life.client.retry(job.id) }
            }
            try await life.gone(within: Self.patience)
        }.end == .signaled(SIGKILL)
    }
}
