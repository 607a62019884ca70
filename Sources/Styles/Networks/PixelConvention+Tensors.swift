import ModelFiles
import Nets

extension PixelConvention {
    /// Where the network's channel `c` comes from in RGB.
    private func source(of channel: Int) -> Int { order == .rgb ? channel : 2 - channel }

    /// Writes `[1, H, W, 3]` network pixels, `(pixel − mean) · scale`, from as many RGB pixels in 0…255.
    ///
    /// - Returns: whether that changed any.
    @discardableResult
    func apply(_ pixels: Tensor, into prepared: Tensor) -> Bool {
        precondition(pixels.count == prepared.count, "\(pixels.shape) pixels for \(prepared.shape)")
        let (rgb, out) = (pixels.pointer, prepared.pointer)
        var changes = false
        for channel in 0..<3 {
            let (from, mean, scale) = (source(of: channel), mean[channel], scale[channel])
            for start in stride(from: 0, to: pixels.count, by: 3) {
                let value = (rgb[start + from] - mean) * scale
                changes = changes || out[start + channel] != value
                out[start + channel] = value
            }
        }
        return changes
    }

    /// The chain rule backwards: `dJ/dRGB` from `dJ/d(network pixels)`, written over `pixelGradient`.
    func applyGradient(_ preparedGradient: Tensor, into pixelGradient: Tensor) {
        precondition(preparedGradient.count == pixelGradient.count)
        let (from, out) = (preparedGradient.pointer, pixelGradient.pointer)
        for channel in 0..<3 {
            let (target, scale) = (source(of: channel), scale[channel])
            for start in stride(from: 0, to: pixelGradient.count, by: 3) {
                out[start + target] = scale * from[start + channel]
            }
        }
    }
}
