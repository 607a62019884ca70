import Synchronization

/// Wakes those who wait for work.
package final class Bell: Sendable {
    private struct State {
        var rings = 0
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiters = state.withLock { state in
            state.rings += 1
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Whether somebody waits at this moment.
    var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

    /// One who listens from now on, and keeps a ring that comes while it is busy for when it waits.
    package func ear() -> Ear { Ear(self, heard: state.withLock(\.rings)) }

    package final class Ear: Sendable {
        private let bell: Bell
        private let heard: Mutex<Int>

        fileprivate init(_ bell: Bell, heard: Int) {
            self.bell = bell
            self.heard = Mutex(heard)
        }

        /// Returns at the next ring, or at once when one has come since the last return; when the time is over; or when the
        /// task is cancelled.
        package func wait(atMost duration: Duration) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await Task.rest(for: duration) }
                group.addTask { await self.bell.wait(past: self.heard.withLock { $0 }) }
                await group.next()
                group.cancelAll()
            }
            let rings = bell.state.withLock(\.rings)
            heard.withLock { $0 = rings }
        }
    }

    private func wait(past heard: Int) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.rings != heard || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
