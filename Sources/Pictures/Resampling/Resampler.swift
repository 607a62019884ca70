/// A sample that can be weighed: a byte of a ``Picture`` or a value of a ``FloatPicture``.
protocol Resamplable {
    var asFloat: Float { get }
}

extension UInt8: Resamplable {
    @inline(__always) var asFloat: Float { Float(self) }
}

extension Float: Resamplable {
    @inline(__always) var asFloat: Float { self }
}

/// Separable resampling of interleaved rows, a target row at a time: first the source rows are blended down the
/// columns, which runs over contiguous memory, then that one row along its length. Needs memory for two rows only.
enum Resampler {
    /// Samples of a row blended at a time: sums stay in the first-level cache over all taps.
    private static let block = 2048

    /// Calls `emit` with each target row, from the top: `to.width * channels` unclamped values in the samples' range.
    ///
    /// - Parameters:
    ///   - source: `from.height * from.width * channels` interleaved samples.
    ///   - channels: 3 or 4.
    @inline(__always)
    static func run<Sample: Resamplable>(
        _ source: UnsafeBufferPointer<Sample>, from: PixelSize, to: PixelSize, channels: Int, filter: ResampleFilter,
        emit: (_ row: Int, _ values: UnsafeBufferPointer<Float>) -> Void
    ) {
        precondition(
            source.count == from.area * channels && (3...4).contains(channels) && to.width > 0 && to.height > 0)
        let down = ResampleTaps(from: from.height, to: to.height, filter: filter)
        let along = ResampleTaps(from: from.width, to: to.width, filter: filter)
        let length = from.width * channels
        // One spare value: a pixel of three channels is read as four.
        let blended = UnsafeMutableBufferPointer<Float>.allocate(capacity: length + 1)
        let finished = UnsafeMutableBufferPointer<Float>.allocate(capacity: to.width * channels + 1)
        defer {
            blended.deallocate()
            finished.deallocate()
        }
        blended[length] = 0
        for (row, tap) in down.taps.enumerated() {
            blend(source.baseAddress! + tap.start * length, length, down.weights[tap.range], into: blended.baseAddress!)
            if channels == 3 {
                resample(UnsafePointer(blended.baseAddress!), 3, along, into: finished.baseAddress!)
            } else {
                resample(UnsafePointer(blended.baseAddress!), 4, along, into: finished.baseAddress!)
            }
            emit(row, UnsafeBufferPointer(rebasing: finished[..<(to.width * channels)]))
        }
    }

    /// `target[i] = Σ weight[t] · rows[t][i]`.
    @inline(__always)
    private static func blend<Sample: Resamplable>(
        _ rows: UnsafePointer<Sample>, _ length: Int, _ weights: ArraySlice<Float>,
        into target: UnsafeMutablePointer<Float>
    ) {
        for start in stride(from: 0, to: length, by: block) {
            let end = min(start + block, length)
            for index in start..<end { target[index] = 0 }
            var row = rows
            for weight in weights {
                for index in start..<end { target[index] += weight * row[index].asFloat }
                row += length
            }
        }
    }

    /// One row: target pixel `x` is the weighted sum of the pixels that its tap names.
    @inline(__always)
    private static func resample(
        _ row: UnsafePointer<Float>, _ channels: Int, _ along: ResampleTaps, into target: UnsafeMutablePointer<Float>
    ) {
        along.weights.withUnsafeBufferPointer { weights in
            for (x, tap) in along.taps.enumerated() {
                var sum = SIMD4<Float>.zero
                var pixel = UnsafeRawPointer(row + tap.start * channels)
                for index in tap.range {
                    sum += weights[index] * pixel.loadUnaligned(as: SIMD4<Float>.self)
                    pixel += channels * MemoryLayout<Float>.stride
                }
                // The fourth lane of three channels lands on the next pixel, which is written afterwards.
                UnsafeMutableRawPointer(target + x * channels).storeBytes(of: sum, as: SIMD4<Float>.self)
            }
        }
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The kernel that weighs source pixels for one target pixel. Both are widened when a picture shrinks, so that every
/// source pixel counts and nothing aliases.
package enum ResampleFilter: Sendable, CaseIterable {
    /// Windowed sinc of three lobes: sharp; may overshoot beside hard edges (values are clamped at the end).
    case lanczos3
    /// Triangle: soft, never overshoots.
    case bilinear

    /// Half width of the kernel, in target pixels when shrinking and in source pixels when enlarging.
    var support: Double {
        switch self {
        case .lanczos3: 3
        case .bilinear: 1
        }
    }

    /// The weight at distance `x`; zero outside ±``support``.
    func weight(at x: Double) -> Double {
        switch self {
        case .lanczos3: abs(x) < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        case .bilinear: max(0, 1 - abs(x))
        }
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(.pi * x) / (.pi * x)
    }
}

/// Which source positions make each target position along one axis, and with what weight.
///
/// Pixel centres lie at `i + 0.5`. At the edges the kernel is cut and the rest is normalised, so the weights of every
/// target pixel sum to 1 and a constant stays constant.
struct ResampleTaps {
    struct Tap {
        /// First source position.
        let start: Int
        /// The weights' place in ``ResampleTaps/weights``.
        let range: Range<Int>
    }

    private(set) var taps: [Tap] = []
    private(set) var weights: [Float] = []

    init(from source: Int, to target: Int, filter: ResampleFilter) {
        let ratio = Double(source) / Double(target)
        let widening = max(ratio, 1)
        let reach = filter.support * widening
        taps.reserveCapacity(target)
        weights.reserveCapacity(target * Int(2 * reach + 2))
        for index in 0..<target {
            let centre = (Double(index) + 0.5) * ratio
            let start = max(0, Int((centre - reach + 0.5).rounded(.down)))
            let end = min(source, Int((centre + reach + 0.5).rounded(.down)))
            let raw = (start..<end).map { filter.weight(at: (Double($0) + 0.5 - centre) / widening) }
            let sum = raw.reduce(0, +)
            taps.append(Tap(start: start, range: weights.count..<(weights.count + raw.count)))
            weights.append(contentsOf: raw.map { Float($0 / sum) })
        }
    }
}
