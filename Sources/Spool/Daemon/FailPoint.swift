import Foundation
import Glibc
import Synchronization

/// A place between two steps at which a kill leaves the most to repair, in the order in which a job passes them.
///
/// `limner torture` has a daemon of its own die at each. With `LIMNER_FAIL_POINT=committed:3` in its environment,
/// limnerd kills itself, as `kill -9` would, when it gets to `committed` for the third time.
package enum FailPoint: String, CaseIterable, Sendable {
    /// The intention to take files is in the queue; they are still in the inbox.
    case intended
    /// Files have been renamed into `state/claimed`, and the queue does not say so.
    case claimed
    /// A job is complete, and not queued.
    case secured
    /// A job is queued, and nobody has been told.
    case queued
    /// A worker was given a job in the queue, and has not heard of it.
    case leased
    /// The worker has finished; the job's end is not decided.
    case finished
    /// A job's end is decided and stored with what it changes, and nothing of it written.
    case decided
    /// Outputs and report are written aside and made durable.
    case written
    /// Outputs and report are in the outbox, and the queue does not say so.
    case committed
    /// The gallery has taken up what the job proposed; its originals are still claimed.
    case applied
    /// The originals are where the user finds them, and the queue does not say that the job has ended.
    case moved
    /// The queue says that the job has ended, and nobody has been told.
    case recorded
    /// A quarantined job's originals are claimed again, and it is not queued.
    case reopened
    /// A job's folder has been taken out of sight, by retention for example, and not removed.
    case retired
    /// Retention has removed the folders of a job; the queue remembers it.
    case forgetting

    /// The environment variable that arms a point: `name:count`.
    package static let variable = "LIMNER_FAIL_POINT"

    /// Read once: the environment of a process that is to die does not change.
    private static let armed = ProcessInfo.processInfo.environment[variable].flatMap(Armed.init)

    private final class Armed: Sendable {
        let point: FailPoint
        private let left: Mutex<Int>

        init?(_ text: String) {
            let parts = text.split(separator: ":")
            guard parts.count == 2, let point = FailPoint(rawValue: String(parts[0])), let count = Int(parts[1]) else {
                return nil
            }
            self.point = point
            left = Mutex(count)
        }

        func reach() {
            let isDue = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isDue { kill(getpid(), SIGKILL) }
        }
    }

    /// Ends the process, if this is the point that is armed and its time has come.
    static func reach(_ point: FailPoint) {
        guard let armed, armed.point == point else { return }
        armed.reach()
    }
}
