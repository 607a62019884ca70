import Foundation
import Spool
import Wire

/// A kill while retention removes what was kept long enough: nothing half-removed may stay, and nothing go that is not told.
struct RetentionScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    private static let points: [FailPoint] = [.retired, .forgetting]
    private static let files = 6
    /// Everything goes that is a second old.
    private static let rules = [
        "LIMNER_RETENTION_ORIGINALS": "1s", "LIMNER_RETENTION_OUTBOX": "1s", "LIMNER_RETENTION_QUARANTINE": "1s",
        "LIMNER_RETENTION_HISTORY": "1s",
    ]

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon("root", ["LIMNER_RETRIES_MAX": "0"])
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var dropper = try Dropper(daemon, stage.generator())
        var kills = 0
        for point in Self.points {
            for count in 1...3 {
                for _ in 0..<Self.files { try dropper.drop(Rehearsal()) }
                try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
                try await daemon.live { _ in try await daemon.settle() }
                try await Task.sleep(for: .milliseconds(1_100))
                let end = try await daemon.launch(armed(point, count)) { life in
                    try await life.gone(within: .seconds(60))
                }.end
                if end == .signaled(SIGKILL) {
                    kills += 1
                } else {
                    outcome.violations.append("the daemon did not get to \(point.rawValue) for time \(count)")
                }
                outcome.violations += try Outcome.integrity(daemon)
                outcome.violations += try await rest()
            }
        }
        outcome.tell("kills", kills)
        return outcome
    }

    private func armed(_ point: FailPoint, _ count: Int) -> [String: String] {
        // The history goes in one step, so that there is no second time.
        let time = point == .forgetting ? 1 : count
        return Self.rules.merging([FailPoint.variable: "\(point.rawValue):\(time)"]) { $1 }
    }

    /// Lets a daemon finish what another began, and says what is left over.
    private func rest() async throws -> [String] {
        try await daemon.live(Self.rules) { life in
            try await eventually("everything old is gone", within: .seconds(30)) {
                let folders = daemon.folders
                return [folders.outbox, folders.done, folders.quarantine, folders.work, folders.claimed]
                    .allSatisfy { Tree.names(in: $0).isEmpty }
            }
            return try await life.client.proof().findings.map { "the proof: \($0.explanation)" }
        }
    }
}
