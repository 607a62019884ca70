import Foundation
import Wire

/// A second daemon on the root must refuse, say why, and change nothing.
struct TwoDaemonScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon()
    }

    func run() async throws -> Outcome {
        try await daemon.live { _ in
            var outcome = Outcome()
            var dropper = try Dropper(daemon, stage.generator())
            let rounds = min(stage.extent.rounds, 20)
            var refused = 0
            for _ in 0..<rounds {
                try dropper.drop(Rehearsal(.sleep(milliseconds: 20)))
                let second = try await daemon.launch { second in try await second.gone(within: .seconds(10)) }
                if case .exited(let code) = second.end, code != 0 { refused += 1 }
            }
            outcome.tell("second daemons refused", refused)
            if refused != rounds { outcome.violations.append("\(rounds - refused) second daemons did not refuse") }
            if daemon.mentions("another limnerd") != rounds {
                outcome.violations.append("a refusal did not say that another limnerd works on the root")
            }
            try await daemon.settle()
            try await outcome.judge(daemon)
            return outcome
        }
    }
}
