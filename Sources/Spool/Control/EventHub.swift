import Foundation
import Synchronization
import Wire

/// Spreads transitions and progress to whoever listens, and remembers how far each running job has come.
///
/// Events go out as the bytes of a server-sent event stream (HTML standard, section 9.2), encoded once for all listeners.
package final class EventHub: Sendable {
    private struct State {
        var nextListener = 0
        var listeners: [Int: Listener] = [:]
        var running: [JobIdentifier: JobSummary.Progress] = [:]
        /// Of paintings at work, as they stood when last shown.
        var previews: [JobIdentifier: Data] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Events that a listener may be behind before it is dropped.
    private static let backlog = 4096
    /// Most that listen at once: each holds a connection for as long as it likes.
    static let most = 64

    package init() {}

    /// One who listens, and is dropped when it does not keep up.
    struct Listener: Sendable {
        let pieces: AsyncStream<[UInt8]>
        fileprivate let continuation: AsyncStream<[UInt8]>.Continuation
        private let lag = Lag()

        fileprivate init() {
            (pieces, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(EventHub.backlog))
        }

        /// Whether events were missed, after which the stream ends.
        var fellBehind: Bool { lag.isSet.withLock { $0 } }

        /// - Returns: whether it still keeps up.
        fileprivate func tell(_ piece: [UInt8]) -> Bool {
            guard case .dropped = continuation.yield(piece) else { return true }
            lag.isSet.withLock { $0 = true }
            continuation.finish()
            return false
        }

        func end() { continuation.finish() }

        private final class Lag: Sendable { let isSet = Mutex(false) }
    }

    /// Everything from now on, until the hub is closed; `nil` when too many listen.
    func listen() -> Listener? {
        let listener = Listener()
        let number = state.withLock { state -> Int? in
            guard !state.isClosed, state.listeners.count < Self.most else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            return state.nextListener
        }
        guard let number else { return nil }
        listener.continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return listener
    }

    /// How many listen.
    var listeners: Int { state.withLock { $0.listeners.count } }

    package func transition(_ job: JobRecord) {
        if job.state != .running { forget(job.id) }
        publish(job.summary)
    }

    /// How far a running job has come.
    func progress(of job: JobIdentifier) -> JobSummary.Progress? { state.withLock { $0.running[job] } }

    /// - Parameter preview: the picture as it stands, a JPEG, where there is a new one.
    package func note(_ progress: JobSummary.Progress, preview: Data? = nil, of job: JobRecord) {
        state.withLock {
            $0.running[job.id] = progress
            if let preview { $0.previews[job.id] = preview }
        }
        publish(job.summary)
    }

    package func forget(_ id: JobIdentifier) {
        state.withLock {
            $0.running[id] = nil
            $0.previews[id] = nil
        }
    }

    /// The last preview of a running job; `nil` while it has shown none.
    func preview(of id: JobIdentifier) -> Data? { state.withLock { $0.previews[id] } }

    /// A job's line with how far it has come.
    package func decorate(_ job: JobSummary) -> JobSummary {
        var job = job
        if job.state == .running { job.progress = state.withLock { $0.running[job.id] } }
        return job
    }

    /// Ends every stream, so that the server can go.
    package func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return state.listeners
        }
        for listener in listeners.values { listener.continuation.finish() }
    }

    /// A comment, so that a connection whose other end has gone is noticed.
    func beat() { tell(":\n\n") }

    private func publish(_ job: JobSummary) {
        guard state.withLock({ !$0.listeners.isEmpty }),
            let data = try? WireJSON.encode(ControlEvent(time: .now, job: decorate(job)))
        else { return }
        tell("event: job\ndata: \(String(decoding: data, as: UTF8.self))\n\n")
    }

    private func tell(_ text: String) {
        let piece = Array(text.utf8)
        for (number, listener) in state.withLock({ $0.listeners }) where !listener.tell(piece) {
            _ = state.withLock { $0.listeners.removeValue(forKey: number) }
        }
    }
}
