import Dispatch

/// Runs an actor that waits for the disk or for SQLite on a thread of its own, one job after the other. Swift's own threads
/// are as few as the processor's cores: whoever blocked one there would hold up the control socket and the watchdog.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: names the thread in a debugger.
    init(_ label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

/// The same for tasks that belong to no actor: each has a thread while it waits.
final class BlockingTasks: TaskExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: names the threads in a debugger.
    init(_ label: String) { queue = DispatchQueue(label: label, attributes: .concurrent) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
