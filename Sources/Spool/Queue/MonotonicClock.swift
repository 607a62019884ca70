import Glibc

/// Milliseconds that only ever go forward, also while the machine sleeps (`CLOCK_BOOTTIME`), whatever happens to
/// the wall clock. Leases, backoffs and time-outs count on it; tests bring their own.
package struct MonotonicClock: Sendable {
    package let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) { self.now = now }

    package static let boot = MonotonicClock {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
