import Nets
import Pictures

/// A picture mirrored at its right and lower edges until both sides are multiples of what a network halves by, and the
/// way back.
struct PaddedPixels {
    let size: PixelSize
    let padded: PixelSize
    /// What white is in the network; black is 0.
    private let white: Float

    /// - Parameter multiple: the network's total stride.
    init(_ size: PixelSize, multiple: Int, white: Float = 1) {
        self.size = size
        self.white = white
        padded = PixelSize(
            width: (size.width + multiple - 1) / multiple * multiple,
            height: (size.height + multiple - 1) / multiple * multiple)
    }

    var shape: Shape { .nhwc(1, padded.height, padded.width, 3) }

    /// Writes an RGB picture as 0…white into `[1, H, W, 3]` of the padded size.
    func write(_ picture: Picture, to tensor: Tensor) {
        precondition(tensor.shape == shape)
        write(picture, rows: 0..<padded.height, to: tensor)
    }

    /// Some rows of what ``write(_:to:)`` writes.
    func rows(_ rows: Range<Int>, of picture: Picture) -> Tensor {
        let tensor = Tensor(.nhwc(1, rows.count, padded.width, 3))
        write(picture, rows: rows, to: tensor)
        return tensor
    }

    private func write(_ picture: Picture, rows: Range<Int>, to tensor: Tensor) {
        precondition(picture.size == size && picture.channels == .rgb)
        let (out, level) = (tensor.pointer, 255 / white)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for y in rows {
                let from = Self.mirror(y, size.height) * size.width
                for x in 0..<padded.width {
                    let source = (from + Self.mirror(x, size.width)) * 3
                    let target = ((y - rows.lowerBound) * padded.width + x) * 3
                    for channel in 0..<3 { out[target + channel] = Float(pixels[source + channel]) / level }
                }
            }
        }
    }

    /// Reads `[1, H, W, 3]` of the padded size, 0…white, as a picture of the size before padding.
    ///
    /// - Throws: `StyleError.ruined` for samples that are no numbers, and for one flat colour in place of a picture that
    ///   is none.
    func read(_ tensor: Tensor, inPlaceOf original: Picture) throws(StyleError) -> Picture {
        precondition(tensor.count == shape.count, "\(tensor.shape) instead of \(shape)")
        guard tensor.buffer.allSatisfy(\.isFinite) else { throw .ruined(.notFinite, iterations: 0) }
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        var deep = [UInt16](repeating: 0, count: size.area * 3)
        let level = 255 / white
        for y in 0..<size.height {
            for i in 0..<(size.width * 3) {
                let value = min(max(0, tensor.pointer[y * padded.width * 3 + i] * level), 255)
                pixels[y * size.width * 3 + i] = UInt8(value + 0.5)
                deep[y * size.width * 3 + i] = UInt16(value * 257 + 0.5)
            }
        }
        let picture = Picture(width: size.width, height: size.height, pixels: pixels, deep: deep)
        if Tensor(pixelsOf: picture).isFlat(tolerance: PaintingCheck.flatness),
            !Tensor(pixelsOf: original).isFlat(tolerance: PaintingCheck.flatness)
        {
            throw .ruined(.blank, iterations: 0)
        }
        return picture
    }

    /// Reflection about the last element, which is not repeated.
    private static func mirror(_ index: Int, _ count: Int) -> Int {
        index < count ? index : max(0, 2 * (count - 1) - index)
    }
}
