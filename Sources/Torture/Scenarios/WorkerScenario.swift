import Foundation
import Spool
import Wire

/// What can happen to workers: killed at a job, stopped for longer than their lease and continued, out of memory, dead at
/// the first attempt or at all, or answering for an attempt that is over.
struct WorkerScenario {
    private let stage: Stage
    private let daemon: PrivateDaemon

    private static let lease = Duration.seconds(1)

    init(_ stage: Stage) throws {
        self.stage = stage
        daemon = try stage.daemon(
            "root",
            ["LIMNER_RETRIES_MAX": "5", "LIMNER_LEASE_DURATION": "1s", "LIMNER_WORKERS_MEMORY_LIMIT_MB": "256"])
    }

    func run() async throws -> Outcome {
        var dropper = try Dropper(daemon, stage.generator())
        let rounds = min(stage.extent.rounds, 100)
        for _ in 0..<rounds {
            try dropper.drop(Rehearsal(.sleep(milliseconds: 30)))
            try dropper.drop(Rehearsal(.stale, .sleep(milliseconds: 10)))
            try dropper.drop(Rehearsal(.once, .crash))
        }
        for _ in 0..<3 {
            try dropper.drop(Rehearsal(.devour), fate: .quarantined(.workerOutOfMemory))
            try dropper.drop(Rehearsal(.once, .devour))
            try dropper.drop(Rehearsal(.crash), fate: .quarantined(.workerCrashed))
            try dropper.drop(Rehearsal(.once, .hang))
        }
        let drops = dropper
        return try await daemon.live { life in
            async let killed = strike(life, stage.generator(2), rounds / 2)
            try await daemon.settle(within: .seconds(240))
            let (stopped, redone) = try await overstay(life, drops, min(rounds, 10))
            var outcome = Outcome()
            outcome.tell("workers killed", try await killed)
            outcome.tell("stopped past the lease", stopped)
            outcome.tell("of these done by another worker", redone)
            outcome.tell("answers for another attempt", rounds)
            try await outcome.judge(daemon)
            return outcome
        }
    }

    /// Kills workers, whatever they are at, while there are jobs.
    private func strike(_ life: PrivateDaemon.Life, _ numbers: SeededNumbers, _ most: Int) async throws -> Int {
        var numbers = numbers
        var count = 0
        while count < most {
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...300, using: &numbers)))
            let counts = try await life.client.status().counts
            if counts.queued + counts.running + counts.failed + counts.waiting == 0 { break }
            if let victim = life.workers.randomElement(using: &numbers), kill(victim, SIGKILL) == 0 { count += 1 }
        }
        return count
    }

    /// Stops the worker of a long job for longer than the lease, then lets it go on.
    ///
    /// - Returns: how often, and how many of the jobs were then done at another attempt.
    private func overstay(
        _ life: PrivateDaemon.Life, _ dropper: Dropper, _ rounds: Int
    ) async throws -> (stopped: Int, redone: Int) {
        var dropper = dropper
        var (stopped, redone) = (0, 0)
        for _ in 0..<rounds {
            try dropper.drop(Rehearsal(.sleep(milliseconds: 400)))
            var busy: StatusAnswer.Worker?
            try await eventually("the job runs") {
                busy = try await life.client.status().workers.first { $0.job != nil }
                return busy != nil
            }
            guard let worker = busy, let job = worker.job, kill(worker.pid, SIGSTOP) == 0 else { continue }
            try await Task.sleep(for: Self.lease + .milliseconds(500))
            kill(worker.pid, SIGCONT)
            stopped += 1
            try await eventually("\(job) is done") { try await life.client.job(job).job.state == .done }
            if try await life.client.job(job).job.attempt > 1 { redone += 1 }
        }
        return (stopped, redone)
    }
}
