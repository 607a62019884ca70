import Synchronization
import Wire

/// What happened since this daemon started, counted for the metrics.
package final class Tally: Sendable {
    /// Why a worker is gone that did not go by itself.
    enum Death: String, Sendable, CaseIterable {
        case crashed
        case outOfMemory = "out_of_memory"
        case timedOut = "timed_out"
        /// For a cancellation.
        case ended
    }

    /// How the hook ended.
    enum Hook: String, Sendable, CaseIterable {
        case succeeded
        case failed
        case timedOut = "timed_out"
    }

    /// How long attempts took: counts below each bound, as Prometheus has them.
    struct Durations: Sendable, Equatable {
        /// Upper bounds in seconds, from a small face to the finest painting.
        static let bounds: [Double] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]

        var below = Array(repeating: 0, count: bounds.count)
        var count = 0
        /// Seconds.
        var sum = 0.0

        mutating func add(_ seconds: Double) {
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { below[index] += 1 }
            count += 1
            sum += seconds
        }
    }

    struct Figures: Sendable {
        var workersStarted = 0
        var startsFailed = 0
        var deaths: [Death: Int] = [:]
        var attempts: [JobKind: Durations] = [:]
        var hooks: [Hook: Int] = [:]
        var proof: ProofAnswer?
    }

    private let state = Mutex(Figures())

    package init() {}

    var figures: Figures { state.withLock { $0 } }

    func workerStarted() { state.withLock { $0.workersStarted += 1 } }

    func workerStartFailed() { state.withLock { $0.startsFailed += 1 } }

    func workerDied(_ death: Death) { state.withLock { $0.deaths[death, default: 0] += 1 } }

    func attempt(_ kind: JobKind, took duration: Duration) {
        state.withLock { $0.attempts[kind, default: Durations()].add(duration.seconds) }
    }

    func hook(_ outcome: HookRunner.Outcome) {
        let hook: Hook? =
            switch outcome {
            case .succeeded: .succeeded
            case .failed: .failed
            case .timedOut: .timedOut
            case .collected: nil
            }
        if let hook { state.withLock { $0.hooks[hook, default: 0] += 1 } }
    }

    func note(proof: ProofAnswer) { state.withLock { $0.proof = proof } }
}
