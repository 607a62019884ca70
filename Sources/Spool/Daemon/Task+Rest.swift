import Dispatch

extension Task where Success == Never, Failure == Never {
    /// Returns when the time is over, or when the task is cancelled. The time during which the machine sleeps does not count.
    ///
    /// For waits that are long and mostly cut short: what a cancelled `Task.sleep` holds, more than 700 bytes, stays until its
    /// time would have come, which is hours for the time-out of a painting. Here, it goes with the wait.
    static func rest(for duration: Duration) async {
        let (end, over) = AsyncStream<Never>.makeStream()
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { over.finish() }
        timer.schedule(deadline: .now() + duration.seconds)
        timer.activate()
        for await _ in end {}
        timer.cancel()
    }

    /// What the work gives, or nil when the time was up first; then the work is cancelled, and has ended.
    ///
    /// - Throws: what the work throws; `CancellationError` when the task is cancelled.
    static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await rest(for: limit)
                try Task.checkCancellation()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
