import Foundation
import Synchronization
import Wire

/// Spreads transitions and progress to whoever listens, and remembers how far each running job has come.
package final class EventHub: Sendable {
    private struct State {
        var nextListener = 0
        var listeners: [Int: AsyncStream<ControlEvent>.Continuation] = [:]
        var running: [JobIdentifier: Standing] = [:]
        var isClosed = false
    }

    private struct Standing {
        /// `nil` before the first sign of life.
        var progress: JobSummary.Progress?
        var renewed: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    /// Events that a slow listener may be behind before it loses the oldest.
    private static let backlog = 1000

    package init() {}

    /// Everything from now on, until the hub is closed.
    package func listen() -> AsyncStream<ControlEvent> {
        let (stream, continuation) = AsyncStream<ControlEvent>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.backlog))
        let number = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    package func transition(_ job: JobRecord) {
        if job.state == .running {
            // The claim gave the lease.
            state.withLock { $0.running[job.id] = Standing(progress: nil, renewed: .now) }
        } else {
            forget(job.id)
        }
        publish(job.summary)
    }

    package func note(_ progress: JobSummary.Progress, of job: JobRecord) {
        state.withLock { state in
            let renewed = state.running[job.id]?.renewed
            state.running[job.id] = Standing(progress: progress, renewed: renewed)
        }
        publish(job.summary)
    }

    package func forget(_ id: JobIdentifier) {
        _ = state.withLock { $0.running.removeValue(forKey: id) }
    }

    /// Whether a lease is to be renewed now, so that a chatty worker does not keep the disk busy.
    package func mayRenew(_ id: JobIdentifier, every interval: Duration) -> Bool {
        state.withLock { state in
            guard let standing = state.running[id] else { return true }
            let now = ContinuousClock.now
            if let renewed = standing.renewed, renewed.duration(to: now) < interval { return false }
            state.running[id]?.renewed = now
            return true
        }
    }

    /// A job's line with how far it has come.
    package func decorate(_ job: JobSummary) -> JobSummary {
        var job = job
        if job.state == .running { job.progress = state.withLock { $0.running[job.id]?.progress } }
        return job
    }

    /// Ends every stream, so that the server can go.
    package func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return state.listeners
        }
        for listener in listeners.values { listener.finish() }
    }

    private func publish(_ job: JobSummary) {
        let event = ControlEvent(time: .now, job: decorate(job))
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(event) }
    }
}
