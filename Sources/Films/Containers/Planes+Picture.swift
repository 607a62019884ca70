import Pictures

extension Planes {
    /// Red, green and blue of an opaque picture, 0...1.
    package init(_ picture: Picture) {
        precondition(picture.channels == .rgb, "a frame without alpha")
        self.init(size: picture.size, count: 3)
        let area = size.area
        values.withUnsafeMutableBufferPointer { values in
            picture.pixels.withUnsafeBufferPointer { pixels in
                for pixel in 0..<area {
                    for channel in 0..<3 {
                        values[channel &* area &+ pixel] = Float(pixels[3 &* pixel &+ channel]) / 255
                    }
                }
            }
        }
    }

    /// The picture in 8 bits; what lies outside 0...1 is clamped, NaN becomes 0.
    package var picture: Picture {
        precondition(count == 3, "a picture of \(count) planes")
        let area = size.area
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * area) { pixels, count in
            for pixel in 0..<area {
                for channel in 0..<3 {
                    pixels[3 &* pixel &+ channel] = UInt8(min(max(0, values[channel &* area &+ pixel]), 1) * 255 + 0.5)
                }
            }
            count = 3 * area
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }
}
