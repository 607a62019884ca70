import Nets

/// How rough a picture is: `½·Σ((x[i+1,j] − x[i,j])² + (x[i,j+1] − x[i,j])²) / (3·W·H)` over the samples of an RGB
/// picture in 0…255, so that its weight means the same at every size (the squared form of Johnson, Alahi and Fei-Fei
/// 2016, section 3.2).
enum TotalVariation {
    /// The value, and `weight` times its gradient added to `gradient`.
    ///
    /// - Parameter pixels: `[1, H, W, 3]`, as `gradient`.
    static func evaluate(_ pixels: Tensor, weight: Double, addingTo gradient: Tensor) -> Double {
        precondition(gradient.count == pixels.count, "gradient \(gradient.shape) for pixels \(pixels.shape)")
        let height = pixels.shape.height
        let row = pixels.shape.width * 3
        let x = pixels.pointer
        let g = gradient.pointer
        let factor = Float(weight / Double(pixels.count))
        var sum = 0.0
        for y in 0..<height {
            // Rows are summed in single precision, the picture in double.
            var rowSum: Float = 0
            let start = y * row
            for i in start..<(start + row - 3) {
                let step = x[i + 3] - x[i]
                rowSum += step * step
                g[i + 3] += factor * step
                g[i] -= factor * step
            }
            if y + 1 < height {
                for i in start..<(start + row) {
                    let step = x[i + row] - x[i]
                    rowSum += step * step
                    g[i + row] += factor * step
                    g[i] -= factor * step
                }
            }
            sum += Double(rowSum)
        }
        return 0.5 * sum / Double(pixels.count)
    }
}
