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
}
