/// The maximum over 2×2 windows that do not overlap, and the way back through it.
package enum MaxPoolPair {
    /// One row of windows.
    ///
    /// - Parameters:
    ///   - top: the first pixel of the windows' upper row; `rowStride` leads to the lower one.
    ///   - channels: a multiple of 16.
    package static func run(_ top: Floats, rowStride: Int, into target: Floats, windows: Int, channels: Int) {
        for window in 0..<windows {
            let (source, into) = (top + 2 &* window &* channels, target + window &* channels)
            for channel in Swift.stride(from: 0, to: channels, by: Lanes.scalarCount) {
                let (a, b) = (source.lanes(channel), source.lanes(channels &+ channel))
                let (c, d) = (source.lanes(rowStride &+ channel), source.lanes(rowStride &+ channels &+ channel))
                let (upper, lower) = (a.replacing(with: b, where: b .> a), c.replacing(with: d, where: d .> c))
                into.store(upper.replacing(with: lower, where: lower .> upper), channel)
            }
        }
    }

    /// Hands the gradients of one row of windows to the places of their maxima, and zero to the other places. Ties go to
    /// the first of a window, row by row.
    ///
    /// - Parameters:
    ///   - top: the first pixel of the windows' upper row; `rowStride` leads to the lower one, here and in `target`.
    ///   - channels: a multiple of 16.
    ///   - accumulates: whether the result is added to what the target holds.
    package static func pullBack(
        _ gradient: Floats, _ top: Floats, rowStride: Int, into target: Floats, windows: Int, channels: Int,
        accumulates: Bool
    ) {
        for window in 0..<windows {
            let (source, into) = (top + 2 &* window &* channels, target + 2 &* window &* channels)
            let handed = gradient + window &* channels
            for channel in Swift.stride(from: 0, to: channels, by: Lanes.scalarCount) {
                let (a, b) = (source.lanes(channel), source.lanes(channels &+ channel))
                let (c, d) = (source.lanes(rowStride &+ channel), source.lanes(rowStride &+ channels &+ channel))
                let share = handed.lanes(channel)
                let (right, below) = (b .> a, d .> c)
                let low = c.replacing(with: d, where: below) .> a.replacing(with: b, where: right)
                let upper = share.replacing(with: 0, where: low)
                let lower = Lanes.zero.replacing(with: share, where: low)
                put(upper.replacing(with: 0, where: right), into + channel, accumulates)
                put(Lanes.zero.replacing(with: upper, where: right), into + channels + channel, accumulates)
                put(lower.replacing(with: 0, where: below), into + rowStride + channel, accumulates)
                put(Lanes.zero.replacing(with: lower, where: below), into + rowStride + channels + channel, accumulates)
            }
        }
    }

    @inline(__always)
    private static func put(_ value: Lanes, _ target: Floats, _ accumulates: Bool) {
        target.store(accumulates ? target.lanes(0) + value : value, 0)
    }
}
