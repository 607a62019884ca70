import Foundation
import Wire

/// One picture kills its worker at every attempt, among many that do not: it goes to quarantine after the configured
/// attempts, and the others hardly wait.
struct PoisonScenario {
    private let stage: Stage

    private static let retries = 2

    init(_ stage: Stage) throws { self.stage = stage }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        let (clean, _) = try await latencies("clean", poisoned: false)
        let (poisoned, told) = try await latencies("poisoned", poisoned: true)
        outcome += told
        outcome.tell("p99 without, in ms", Int(clean * 1000))
        outcome.tell("p99 with, in ms", Int(poisoned * 1000))
        outcome.tell("ratio", (poisoned / clean * 100).rounded() / 100)
        return outcome
    }

    /// The 99th percentile of the time from drop to report of the good pictures, in seconds.
    private func latencies(_ name: String, poisoned: Bool) async throws -> (p99: Double, outcome: Outcome) {
        let daemon = try stage.daemon(name, ["LIMNER_RETRIES_MAX": "\(Self.retries)"])
        return try await daemon.live { _ in
            var outcome = Outcome()
            var dropper = try Dropper(daemon, stage.generator())
            var dropped: [String: Date] = [:]
            for number in 0..<stage.extent.pictures {
                if poisoned, number == stage.extent.pictures / 4 {
                    try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed), name: "poison.jpg")
                }
                let name = dropper.newName()
                try dropper.drop(Rehearsal(.sleep(milliseconds: 5)), name: name)
                dropped["identify/" + name] = .now
                // As fast as two workers can well follow.
                try await Task.sleep(for: .milliseconds(8))
            }
            try await daemon.settle(atLeast: stage.extent.pictures)
            let reports = try Judgement.reports(daemon.folders)
            if poisoned {
                let attempts = reports.first { $0.source == "identify/poison.jpg" }?.attempt ?? 0
                outcome.tell("attempts at the poisoned picture", attempts)
                if attempts != Self.retries + 1 {
                    outcome.violations.append(
                        "the poisoned picture was tried \(attempts) times, not \(Self.retries + 1)")
                }
                try await outcome.judge(daemon)
            }
            let times = reports.compactMap { report in
                report.source.flatMap { dropped[$0] }.map { report.times.finished.timeIntervalSince($0) }
            }.sorted()
            guard let last = times.last else { throw TortureError.cannot("no picture was done") }
            return (times.dropFirst(times.count * 99 / 100).first ?? last, outcome)
        }
    }
}
