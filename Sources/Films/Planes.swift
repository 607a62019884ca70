import Pictures

/// Pictures of floats, a plane after another: `[C, H, W]`.
///
/// Of colour, red, green and blue in 0...1 unless said otherwise; of one channel, grey or weights.
package struct Planes: Sendable, Equatable {
    package let size: PixelSize
    package let count: Int
    /// `count * size.height * size.width` values.
    package internal(set) var values: [Float]

    package init(size: PixelSize, count: Int, values: [Float]) {
        precondition(
            size.width > 0 && size.height > 0 && count > 0 && values.count == size.area * count,
            "\(values.count) values do not fill \(count) planes of \(size)")
        self.size = size
        self.count = count
        self.values = values
    }

    package init(size: PixelSize, count: Int, filledWith value: Float = 0) {
        self.init(size: size, count: count, values: [Float](repeating: value, count: size.area * count))
    }

    /// - Parameter interleaved: `[H, W, C]`.
    package init(size: PixelSize, count: Int, interleaved: [Float]) {
        precondition(
            interleaved.count == size.area * count, "\(interleaved.count) values for \(count) planes of \(size)")
        self.init(size: size, count: count)
        for plane in 0..<count {
            for pixel in 0..<size.area { values[plane * size.area + pixel] = interleaved[pixel * count + plane] }
        }
    }

    /// `[H, W, C]`.
    package var interleaved: [Float] {
        var result = [Float](repeating: 0, count: values.count)
        for plane in 0..<count {
            for pixel in 0..<size.area { result[pixel * count + plane] = values[plane * size.area + pixel] }
        }
        return result
    }

    /// Luma of encoded red, green and blue in 0...1, as 0...255: what ``FlowFrame`` takes (ITU-R BT.601).
    package var grey: [Float] {
        precondition(count == 3, "luma of \(count) planes")
        let area = size.area
        return (0..<area).map { pixel in
            255 * (0.299 * values[pixel] + 0.587 * values[area + pixel] + 0.114 * values[2 * area + pixel])
        }
    }
}
