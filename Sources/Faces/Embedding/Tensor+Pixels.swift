import ModelFiles
import Nets

extension Tensor {
    /// Writes RGB pixels into the top left corner of a `[1, H, W, 3]` input, as the network wants them.
    ///
    /// - Parameters:
    ///   - width: W of the tensor.
    ///   - pixels: rows of `pictureWidth` interleaved RGB pixels.
    ///   - pictureWidth: at most `width`.
    func fill(width: Int, from pixels: [UInt8], width pictureWidth: Int, as convention: PixelConvention) {
        let rows = pixels.count / (3 * pictureWidth)
        precondition(
            pictureWidth <= width && pixels.count == 3 * rows * pictureWidth && 3 * rows * width <= count,
            "\(pixels.count) samples in rows of \(pictureWidth) pixels do not fit \(shape)")
        // Every sample has one of 256 values in one of three channels.
        let values = (0..<3).map { channel in
            (0..<256).map { (Float($0) - convention.mean[channel]) * convention.scale[channel] }
        }
        let (first, third) = convention.order == .rgb ? (0, 2) : (2, 0)
        let target = buffer
        pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<rows {
                var from = 3 * row * pictureWidth
                var to = 3 * row * width
                for _ in 0..<pictureWidth {
                    target[to] = values[0][Int(pixels[from + first])]
                    target[to + 1] = values[1][Int(pixels[from + 1])]
                    target[to + 2] = values[2][Int(pixels[from + third])]
                    from += 3
                    to += 3
                }
            }
        }
    }
}
