import Nets
import Pictures

extension Tensor {
    /// The samples of an opaque picture as `[1, H, W, 3]`, 0…255.
    convenience init(pixelsOf picture: Picture) {
        precondition(picture.channels == .rgb, "a network takes no alpha")
        self.init(.nhwc(1, picture.height, picture.width, 3))
        for (index, sample) in picture.pixels.enumerated() { pointer[index] = Float(sample) }
    }

    /// The picture whose samples, 0…255, this `[1, H, W, 3]` holds, in 8 and in 16 bits; clamped and rounded.
    var picture: Picture {
        let samples = [UInt8](unsafeUninitializedCapacity: count) { samples, count in
            // `max` with the constant first turns NaN into 0.
            for index in 0..<self.count { samples[index] = UInt8(min(max(0, pointer[index]), 255) + 0.5) }
            count = self.count
        }
        let deep = [UInt16](unsafeUninitializedCapacity: count) { samples, count in
            for index in 0..<self.count { samples[index] = UInt16(min(max(0, pointer[index]), 255) * 257 + 0.5) }
            count = self.count
        }
        return Picture(width: shape.width, height: shape.height, pixels: samples, deep: deep)
    }

    /// A small picture of the one whose samples this holds.
    var preview: Picture {
        let factor = max(1, max(shape.width, shape.height) / (2 * Picture.previewSide))
        return (factor == 1 ? self : averaged(over: factor)).picture.preview
    }

    /// The means of squares of `side` × `side` pixels; rows and columns that make no whole one are left out.
    private func averaged(over side: Int) -> Tensor {
        let small = Tensor(.nhwc(1, shape.height / side, shape.width / side, 3))
        small.fill(0)
        let part = 1 / Float(side * side)
        for y in 0..<small.shape.height * side {
            let (from, to) = (pointer + y * shape.width * 3, small.pointer + y / side * small.shape.width * 3)
            for x in 0..<small.shape.width * side {
                for channel in 0..<3 { to[x / side * 3 + channel] += part * from[x * 3 + channel] }
            }
        }
        return small
    }

    /// The samples as a file of 8 bits will have them: clamped and rounded.
    var rounded: Tensor {
        let result = Tensor(shape)
        for index in 0..<count { result[index] = (min(max(0, pointer[index]), 255) + 0.5).rounded(.down) }
        return result
    }

    /// The same samples at another size, bicubic in effect (Lanczos); clamped to 0…255.
    func resampled(to size: PixelSize) -> Tensor {
        let large = resampledFreely(to: size)
        large.clamp()
        return large
    }

    /// The same values, whatever they are of, at another size.
    func resampledFreely(to size: PixelSize) -> Tensor {
        let small = FloatPicture(width: shape.width, height: shape.height, space: .sRGB, values: values)
        return Tensor(.nhwc(1, size.height, size.width, 3), small.resized(to: size).values)
    }

    /// Holds every sample within 0…255.
    func clamp() {
        for index in 0..<count { pointer[index] = min(max(pointer[index], 0), 255) }
    }

    /// Whether all samples of each channel differ by less than `tolerance`.
    func isFlat(tolerance: Float) -> Bool {
        for channel in 0..<3 {
            var low = Float.infinity
            var high = -Float.infinity
            for index in stride(from: channel, to: count, by: 3) {
                low = min(low, pointer[index])
                high = max(high, pointer[index])
            }
            if high - low >= tolerance { return false }
        }
        return true
    }
}
