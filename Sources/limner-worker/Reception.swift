import Dispatch
import Foundation
import Synchronization
import Wire

/// Hears the other side on a thread of its own, also while a job runs: work waits its turn, orders hold at once.
final class Reception: Sendable {
    private struct State {
        var waiting: [WorkerRequest] = []
        /// The job that was last asked to stop.
        var stopped: WorkerToken?
        /// The job that was last asked to end with what it has done.
        var concluding: WorkerToken?
        /// The job that was asked to keep what it has done, until it does.
        var keeping: WorkerToken?
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    init(_ channel: FrameChannel) {
        Thread.detachNewThread {
            channel.read { [self] request in
                switch request {
                case .checkpoint(let token): state.withLock { $0.keeping = token }
                case .stop(let token): state.withLock { $0.stopped = token }
                case .conclude(let token): state.withLock { $0.concluding = token }
                case .plan, .job, .compare, .faces, .models, .evaluate, .styles, .sheet, .film, .photograph:
                    state.withLock { $0.waiting.append(request) }
                    arrived.signal()
                }
            }
        }
    }

    /// The next piece of work, waited for.
    func next() -> WorkerRequest {
        arrived.wait()
        return state.withLock { $0.waiting.removeFirst() }
    }

    func isStopped(_ token: WorkerToken) -> Bool { state.withLock { $0.stopped == token } }

    func isConcluding(_ token: WorkerToken) -> Bool { state.withLock { $0.concluding == token } }

    /// Whether a job is to keep what it has done now: until it stops once it was asked to, else once each time it was asked.
    func isCheckpointDue(_ token: WorkerToken) -> Bool {
        state.withLock { state in
            if state.keeping == token {
                state.keeping = nil
                return true
            }
            return state.stopped == token
        }
    }
}

/// The other side asked the job to stop.
struct Stopped: Error {}
