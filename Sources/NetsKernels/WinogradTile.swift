/// The transforms of Winograd's F(4×4, 3×3): one 6×6 tile of inputs gives one 4×4 tile of outputs, with 36
/// multiplications a channel pair instead of 144. Lavin, Gray 2016, section 4.3.
///
/// The interpolation points are 0, ±√½, ±√2 and ∞ instead of the usual 0, ±1, ±2 and ∞: half the rounding error, for
/// the same work (Barabasz et al. 2018 on the choice of points).
package enum WinogradTile {
    /// Floats of scratch that a transform needs.
    package static let scratch = 36 * Lanes.scalarCount

    private static let width = Lanes.scalarCount
    /// The inner and the outer point.
    private static let inner: Float = 0.70710678
    private static let outer: Float = 1.41421356

    /// `GgGᵀ` of many kernels: `stride` floats from position to position, `outputs` from channel to channel.
    ///
    /// - Parameters:
    ///   - weights: the first tap; `tapStride` leads to the next one, `channelStride` to the next channel's, outputs are
    ///     neighbours.
    ///   - outputs: a multiple of 16, or of a panel's columns.
    package static func weights(
        _ weights: Floats, tapStride: Int, channelStride: Int, channels: Int, outputs: Int,
        into target: Floats,
        stride: Int
    ) {
        for channel in 0..<channels {
            for output in Swift.stride(from: 0, to: outputs, by: width) {
                let kernel = weights + (channel &* channelStride &+ output)
                let into = target + (channel &* outputs &+ output)
                let first = spread(
                    kernel.lanes(0), kernel.lanes(3 &* tapStride), kernel.lanes(6 &* tapStride))
                let second = spread(
                    kernel.lanes(tapStride), kernel.lanes(4 &* tapStride), kernel.lanes(7 &* tapStride))
                let third = spread(
                    kernel.lanes(2 &* tapStride), kernel.lanes(5 &* tapStride), kernel.lanes(8 &* tapStride))
                @inline(__always)
                func row(_ index: Int, _ a: Lanes, _ b: Lanes, _ c: Lanes) {
                    let values = spread(a, b, c)
                    let place = into + index &* 6 &* stride
                    place.store(values.0, 0)
                    place.store(values.1, stride)
                    place.store(values.2, 2 &* stride)
                    place.store(values.3, 3 &* stride)
                    place.store(values.4, 4 &* stride)
                    place.store(values.5, 5 &* stride)
                }
                row(0, first.0, second.0, third.0)
                row(1, first.1, second.1, third.1)
                row(2, first.2, second.2, third.2)
                row(3, first.3, second.3, third.3)
                row(4, first.4, second.4, third.4)
                row(5, first.5, second.5, third.5)
            }
        }
    }

    /// One column of `Gg`.
    @inline(__always)
    private static func spread(
        _ a: Lanes, _ b: Lanes, _ c: Lanes
    ) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
        let (even, odd) = ((a + c * 0.5) * (-2 / 3), b * (-2 / 3 * inner))
        let (evenOuter, oddOuter) = ((a + c * 2) * (1 / 6), b * (outer / 6))
        return (a, even + odd, even - odd, evenOuter + oddOuter, evenOuter - oddOuter, c)
    }

    /// `BᵀdB`: 36 positions of one tile, `stride` floats from position to position.
    ///
    /// - Parameters:
    ///   - tile: the tile's first pixel; `rowStride` and `pixelStride` lead to its others.
    ///   - mask: where this, laid out like the tile, is not positive, the tile counts as zero; `nil` for nowhere.
    ///   - channels: a multiple of 16.
    package static func input(
        _ tile: Floats, mask: Floats?, rowStride: Int, pixelStride: Int, channels: Int, scratch: Floats,
        into target: Floats, stride: Int
    ) {
        if let mask {
            transform(rowStride, pixelStride, channels, scratch, target, stride) {
                tile.lanes($0).replacing(with: 0, where: mask.lanes($0) .<= 0)
            }
        } else {
            transform(rowStride, pixelStride, channels, scratch, target, stride) { tile.lanes($0) }
        }
    }

    @inline(__always)
    private static func transform(
        _ rowStride: Int, _ pixelStride: Int, _ channels: Int, _ scratch: Floats, _ target: Floats,
        _ stride: Int,
        _ load: (Int) -> Lanes
    ) {
        for channel in Swift.stride(from: 0, to: channels, by: width) {
            for row in 0..<6 {
                let d = row &* rowStride &+ channel
                let s = scratch + row &* 6 &* width
                transform(
                    load(d), load(d &+ pixelStride), load(d &+ 2 &* pixelStride), load(d &+ 3 &* pixelStride),
                    load(d &+ 4 &* pixelStride), load(d &+ 5 &* pixelStride), into: s, width)
            }
            for column in 0..<6 {
                let s = scratch + column &* width
                transform(
                    s.lanes(0), s.lanes(6 &* width), s.lanes(12 &* width), s.lanes(18 &* width),
                    s.lanes(24 &* width),
                    s.lanes(30 &* width), into: target + column &* stride + channel, 6 &* stride)
            }
        }
    }

    /// One column of `Bᵀd`.
    @inline(__always)
    private static func transform(
        _ d0: Lanes, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, _ d4: Lanes, _ d5: Lanes,
        into target: Floats, _ stride: Int
    ) {
        let even = d4 - d2 * 2
        let odd = (d3 - d1 * 2) * inner
        let evenOuter = d4 - d2 * 0.5
        let oddOuter = (d3 - d1 * 0.5) * outer
        target.store(d0 - d2 * 2.5 + d4, 0)
        target.store(even + odd, stride)
        target.store(even - odd, 2 &* stride)
        target.store(evenOuter + oddOuter, 3 &* stride)
        target.store(evenOuter - oddOuter, 4 &* stride)
        target.store(d1 - d3 * 2.5 + d5, 5 &* stride)
    }

    /// `f(AᵀmA + bias)`: the 4×4 outputs of one tile from its 36 positions; f multiplies what is negative by its
    /// output's slope: 0 for a rectifier, 1 for no activation.
    ///
    /// - Parameters:
    ///   - outputs: a multiple of 16, the length of `bias` and `slopes`, too.
    ///   - accumulates: whether the result is added to what the target holds.
    package static func output(
        _ positions: Floats, stride: Int, outputs: Int, bias: Floats, slopes: Floats, accumulates: Bool,
        scratch: Floats,
        into target: Floats, rowStride: Int, pixelStride: Int
    ) {
        for channel in Swift.stride(from: 0, to: outputs, by: width) {
            for column in 0..<6 {
                let m = positions + column &* stride + channel
                let s = scratch + column &* width
                let (m0, m5) = (m.lanes(0), m.lanes(30 &* stride))
                let (m1, m2) = (m.lanes(6 &* stride), m.lanes(12 &* stride))
                let (m3, m4) = (m.lanes(18 &* stride), m.lanes(24 &* stride))
                let (sum, difference) = (m1 + m2, (m1 - m2) * inner)
                let (sumOuter, differenceOuter) = (m3 + m4, (m3 - m4) * outer)
                s.store(m0 + sum + sumOuter, 0)
                s.store(difference + differenceOuter, 6 &* width)
                s.store(sum * 0.5 + sumOuter * 2, 12 &* width)
                s.store(difference * 0.5 + differenceOuter * 2 + m5, 18 &* width)
            }
            let (bias, slopes) = (bias.lanes(channel), slopes.lanes(channel))
            for row in 0..<4 {
                let m = scratch + row &* 6 &* width
                let y = target + row &* rowStride + channel
                let (m0, m5) = (m.lanes(0), m.lanes(5 &* width))
                let (m1, m2, m3, m4) = (
                    m.lanes(width), m.lanes(2 &* width), m.lanes(3 &* width), m.lanes(4 &* width)
                )
                let (sum, difference) = (m1 + m2, (m1 - m2) * inner)
                let (sumOuter, differenceOuter) = (m3 + m4, (m3 - m4) * outer)
                put(m0 + sum + sumOuter + bias, slopes, y, accumulates)
                put(difference + differenceOuter + bias, slopes, y + pixelStride, accumulates)
                put(sum * 0.5 + sumOuter * 2 + bias, slopes, y + 2 &* pixelStride, accumulates)
                put(
                    difference * 0.5 + differenceOuter * 2 + m5 + bias, slopes, y + 3 &* pixelStride,
                    accumulates)
            }
        }
    }

    @inline(__always)
    private static func put(_ value: Lanes, _ slopes: Lanes, _ target: Floats, _ accumulates: Bool) {
        let held = value.replacing(with: value * slopes, where: value .< 0)
        target.store(accumulates ? target.lanes(0) + held : held, 0)
    }
}
