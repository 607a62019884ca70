import Foundation
import Wire

/// The clock of the day jumps an hour forward and back, again and again, while jobs run, fail and wait to be tried again: no
/// lease may end by it, no wait grow longer.
struct ClockScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon
    /// What `CClockShift` reads.
    private let clock: String

    private static let hour = 3_600

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon("root", ["LIMNER_LEASE_DURATION": "2s"])
        clock = stage.folder + "/clock"
        guard FileManager.default.fileExists(atPath: stage.programs.clockShift) else {
            throw TortureError.programMissing(stage.programs.clockShift)
        }
    }

    func run() async throws -> Outcome {
        try set(0)
        let variables = ["LD_PRELOAD": stage.programs.clockShift, "LIMNER_CLOCK_SHIFT": clock]
        return try await daemon.live(variables) { life in
            var outcome = Outcome()
            var dropper = try Dropper(daemon, stage.generator())
            let jumps = min(stage.extent.rounds, 60)
            var far = 0
            for number in 0..<jumps {
                try dropper.drop(Rehearsal(.sleep(milliseconds: 400)))
                try dropper.drop(Rehearsal(.once, .crash))
                try await Task.sleep(for: .milliseconds(150))
                try set([Self.hour, 0, -Self.hour, 0][number % 4])
                try await Task.sleep(for: .milliseconds(350))
                // The jump has to have happened, or the test does not bite.
                let seen = try await life.client.jobs(limit: 1).jobs.first?.created
                if let seen, abs(seen.timeIntervalSinceNow) > Double(Self.hour) / 2 { far += 1 }
            }
            try set(0)
            try await daemon.settle(atLeast: 2 * jumps)
            let reports = try Judgement.reports(daemon.folders)
            // A job that sleeps is done at the first attempt, one that crashes once at the second.
            let expired = reports.count { $0.attempt > 2 } + daemon.mentions("gave no sign of life")
            outcome.tell("jumps", jumps)
            outcome.tell("jobs seen an hour off", far)
            outcome.tell("leases ended by it", expired)
            if far == 0 { outcome.violations.append("the daemon's clock did not jump") }
            if expired > 0 { outcome.violations.append("\(expired) leases ended because the clock jumped") }
            try await outcome.judge(daemon)
            return outcome
        }
    }

    private func set(_ seconds: Int) throws { try Data("\(seconds)".utf8).write(to: URL(fileURLWithPath: clock)) }
}
