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
