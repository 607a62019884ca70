import Foundation
import Glibc
import Synchronization
import Wire

/// Sends a ``WorkerBeat`` several times a second while a request is being served, whatever the main thread computes.
final class Heartbeat: Sendable {
    /// The request that is being served.
    private let serving = Mutex<WorkerToken?>(nil)

    init(_ channel: FrameChannel) {
        Thread.detachNewThread { [self] in
            var pulse = Pulse()
            while true {
                usleep(UInt32(WorkerBeat.interval / .microseconds(1)))
                // The lock is not held while a message may wait for its reader.
                guard let token = serving.withLock({ $0 }) else { continue }
                channel.send(.beat(WorkerBeat(token: token, work: pulse.feel())))
            }
        }
    }

    /// Beats for a request while `body` serves it.
    func during(_ token: WorkerToken, _ body: () -> Void) {
        serving.withLock { $0 = token }
        body()
        serving.withLock { $0 = nil }
    }
}

/// Tells whether this process's other threads do anything.
private struct Pulse {
    /// Processor time between two beats below which nothing was done, in nanoseconds: this thread's own two clocks are not
    /// read at the same instant.
    private static let least: Int64 = 1_000_000

    private var work: Int64 = 0
    private var before: Int64 = 0
    /// The main thread's state; open from the start, since a confined worker may not open it later.
    private let state = open("/proc/self/task/\(getpid())/stat", O_RDONLY | O_CLOEXEC)

    /// The number of times that others had worked, this one included. To be called on one thread.
    mutating func feel() -> Int64 {
        let others = Self.time(CLOCK_PROCESS_CPUTIME_ID) - Self.time(CLOCK_THREAD_CPUTIME_ID)
        guard others - before >= Self.least || isWaitingForDisk else { return work }
        before = others
        work += 1
        return work
    }

    private static func time(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The third field of proc(5)'s `stat`, after the name in parentheses; `D` is a wait that cannot be interrupted.
    private var isWaitingForDisk: Bool {
        var text = [UInt8](repeating: 0, count: 128)
        let count = pread(state, &text, text.count, 0)
        guard count > 0, let end = text[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else {
            return false
        }
        return text[end + 2] == UInt8(ascii: "D")
    }
}
