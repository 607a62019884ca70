import Nets
import Pictures

/// A picture mirrored at its right and lower edges until both sides are multiples of what a network halves by, and the
/// way back.
struct PaddedPixels {
    let size: PixelSize
    let padded: PixelSize

    /// - Parameter multiple: the network's total stride.
    init(_ size: PixelSize, multiple: Int) {
        self.size = size
        padded = PixelSize(
            width: (size.width + multiple - 1) / multiple * multiple,
            height: (size.height + multiple - 1) / multiple * multiple)
    }

    var shape: Shape { .nhwc(1, padded.height, padded.width, 3) }

    /// Writes an RGB picture as 0…1 into `[1, H, W, 3]` of the padded size.
    func write(_ picture: Picture, to tensor: Tensor) {
        precondition(picture.size == size && picture.channels == .rgb && tensor.shape == shape)
        let out = tensor.pointer
        picture.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<padded.height {
                let from = Self.mirror(y, size.height) * size.width
                for x in 0..<padded.width {
                    let source = (from + Self.mirror(x, size.width)) * 3
                    let target = (y * padded.width + x) * 3
                    for channel in 0..<3 { out[target + channel] = Float(pixels[source + channel]) / 255 }
                }
            }
        }
    }

    /// Reads `[1, H, W, 3]` of the padded size, 0…1, as a picture of the size before padding.
    func read(_ tensor: Tensor) -> Picture {
        precondition(tensor.count == shape.count, "\(tensor.shape) instead of \(shape)")
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        for y in 0..<size.height {
            for i in 0..<(size.width * 3) {
                // `max` with the constant first turns NaN into 0.
                let value = min(max(0, tensor.pointer[y * padded.width * 3 + i] * 255), 255)
                pixels[y * size.width * 3 + i] = UInt8(value + 0.5)
            }
        }
        return Picture(width: size.width, height: size.height, pixels: pixels)
    }

    /// Reflection about the last element, which is not repeated.
    private static func mirror(_ index: Int, _ count: Int) -> Int {
        index < count ? index : max(0, 2 * (count - 1) - index)
    }
}
