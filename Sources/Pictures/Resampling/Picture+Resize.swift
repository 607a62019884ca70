extension Picture {
    /// The picture at another size, antialiased. Works on encoded values, as most software does; for light that adds up
    /// physically, resize a ``FloatPicture`` in ``ColourSpace/linear``.
    ///
    /// With alpha, colours are weighed by their opacity, so transparent pixels leave no fringe.
    ///
    /// Cost: about `support * 2` multiplications a sample of the larger of the two sizes, on one core.
    package func resized(to target: PixelSize, filter: ResampleFilter = .lanczos3) -> Picture {
        guard target != size else { return self }
        guard channels == .rgb, deep == nil else {
            return Picture(
                FloatPicture(self).resized(to: target, filter: filter), isDeep: deep != nil, profile: profile)
        }
        let samples = channels.count
        let output = [UInt8](unsafeUninitializedCapacity: target.area * samples) { output, count in
            pixels.withUnsafeBufferPointer { input in
                Resampler.run(input, from: size, to: target, channels: samples, filter: filter) { row, values in
                    let start = row * target.width * samples
                    for index in 0..<values.count {
                        output[start + index] = UInt8(min(max(values[index], 0), 255) + 0.5)
                    }
                }
            }
            count = target.area * samples
        }
        return Picture(
            width: target.width, height: target.height, channels: channels, pixels: output, profile: profile)
    }

    /// The picture with its longer side made `longSide`, the aspect kept.
    package func resized(longSide: Int, filter: ResampleFilter = .lanczos3) -> Picture {
        resized(to: size.fitted(longSide: longSide), filter: filter)
    }
}

extension FloatPicture {
    /// The picture at another size, antialiased, in its own colour space; values are not clamped.
    ///
    /// With alpha, colours are weighed by their opacity.
    package func resized(to target: PixelSize, filter: ResampleFilter = .lanczos3) -> FloatPicture {
        guard target != size else { return self }
        let samples = channels.count
        let input = channels == .rgba ? premultiplied(values) : values
        let output = [Float](unsafeUninitializedCapacity: target.area * samples) { output, count in
            input.withUnsafeBufferPointer { input in
                Resampler.run(input, from: size, to: target, channels: samples, filter: filter) { row, values in
                    let start = row * target.width * samples
                    for index in 0..<values.count { output[start + index] = values[index] }
                }
            }
            count = target.area * samples
        }
        return FloatPicture(
            width: target.width, height: target.height, channels: channels, space: space,
            values: channels == .rgba ? unpremultiplied(output) : output)
    }

    /// Below this opacity a colour cannot be recovered, nor seen.
    private static let leastAlpha: Float = 1e-4

    private func premultiplied(_ values: [Float]) -> [Float] {
        var values = values
        for pixel in stride(from: 0, to: values.count, by: 4) {
            for channel in 0..<3 { values[pixel + channel] *= values[pixel + 3] }
        }
        return values
    }

    private func unpremultiplied(_ values: [Float]) -> [Float] {
        var values = values
        for pixel in stride(from: 0, to: values.count, by: 4) {
            let alpha = values[pixel + 3]
            for channel in 0..<3 {
                values[pixel + channel] = alpha < Self.leastAlpha ? 0 : values[pixel + channel] / alpha
            }
        }
        return values
    }
}
