import Nets

import enum Wire.VariationLoss

/// How rough an RGB picture in 0…255 is, by the steps between neighbouring samples `x[i+1,j] − x[i,j]` and
/// `x[i,j+1] − x[i,j]`: half the sum of their squares over the number of samples, so that its weight means the same at every size
/// (the squared form of Johnson, Alahi and Fei-Fei 2016, section 3.2); that sum; or the sum of their absolute values.
struct TotalVariation {
    private let form: VariationLoss

    init(of form: VariationLoss) { self.form = form }

    /// The value, and `weight` times its gradient added to `gradient`, if there is one.
    ///
    /// - Parameter pixels: `[1, H, W, 3]`, as `gradient`.
    func evaluate(_ pixels: Tensor, weight: Double, addingTo gradient: Tensor?) -> Double {
        precondition((gradient?.count ?? pixels.count) == pixels.count, "a gradient for pixels \(pixels.shape)")
        let scale = form == .mean ? 1 / Double(pixels.count) : 1
        let factor = Float(weight * scale)
        let sum =
            form == .absolute
            ? Self.sum(pixels, gradient, value: abs) { factor * ($0 > 0 ? 1 : $0 < 0 ? -1 : 0) }
            : Self.sum(pixels, gradient, value: { 0.5 * $0 * $0 }, slope: { factor * $0 })
        return sum * scale
    }

    @inline(__always) private static func sum(
        _ pixels: Tensor, _ gradient: Tensor?, value: (Float) -> Float, slope: (Float) -> Float
    ) -> Double {
        let height = pixels.shape.height
        let row = pixels.shape.width * 3
        let x = pixels.pointer
        let g = gradient?.pointer
        var sum = 0.0
        for y in 0..<height {
            // Rows are summed in single precision, the picture in double.
            var rowSum: Float = 0
            let start = y * row
            func add(_ samples: Range<Int>, reach: Int) {
                for i in samples {
                    let step = x[i + reach] - x[i]
                    rowSum += value(step)
                    guard let g else { continue }
                    let slope = slope(step)
                    g[i + reach] += slope
                    g[i] -= slope
                }
            }
            add(start..<start + row - 3, reach: 3)
            if y + 1 < height { add(start..<start + row, reach: row) }
            sum += Double(rowSum)
        }
        return sum
    }
}
