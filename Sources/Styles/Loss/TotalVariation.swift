import Nets

import enum Wire.VariationLoss

/// How rough an RGB picture in 0…255 is, by the steps between neighbouring samples `x[i+1,j] − x[i,j]` and
/// `x[i,j+1] − x[i,j]`: half the sum of their squares over the number of samples, so that its weight means the same at every size
/// (the squared form of Johnson, Alahi and Fei-Fei 2016, section 3.2); that sum; the sum of their absolute values; or, with the
/// steps `x[i+1,j+1] − x[i,j]` and `x[i+1,j−1] − x[i,j]` of both diagonals, `2 · (Σ right² + Σ down²)/3 + 2 · (Σ diagonal²)/12` over the
/// number of samples, which prefers no direction (as Crowson's `style-transfer-pytorch` has it).
struct TotalVariation {
    private let form: VariationLoss

    init(of form: VariationLoss) { self.form = form }

    /// The value, and `weight` times its gradient added to `gradient`, if there is one.
    ///
    /// - Parameter pixels: `[1, H, W, 3]`, as `gradient`.
    func evaluate(_ pixels: Tensor, weight: Double, addingTo gradient: Tensor?) -> Double {
        precondition((gradient?.count ?? pixels.count) == pixels.count, "a gradient for pixels \(pixels.shape)")
        let scale = form == .mean || form == .diagonal ? 1 / Double(pixels.count) : 1
        let factor = Float(weight * scale)
        let sum =
            switch form {
            case .mean, .squares:
                Self.sum(Self.straight, pixels, gradient, value: { 0.5 * $0 * $0 }, slope: { factor * $0 })
            case .absolute:
                Self.sum(Self.straight, pixels, gradient, value: abs) { factor * ($0 > 0 ? 1 : $0 < 0 ? -1 : 0) }
            case .diagonal:
                Self.sum(Self.straight, pixels, gradient, value: { 2 / 3 * $0 * $0 }, slope: { factor * 4 / 3 * $0 })
                    + Self.sum(Self.slanting, pixels, gradient, value: { $0 * $0 / 6 }, slope: { factor / 3 * $0 })
            }
        return sum * scale
    }

    /// Steps by columns and rows.
    private static let straight = [(1, 0), (0, 1)]
    private static let slanting = [(1, 1), (-1, 1)]

    @inline(__always) private static func sum(
        _ steps: [(right: Int, down: Int)], _ pixels: Tensor, _ gradient: Tensor?, value: (Float) -> Float,
        slope: (Float) -> Float
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
            for (right, down) in steps where y + down < height {
                add(start + max(0, -right) * 3..<start + row - max(0, right) * 3, reach: down * row + right * 3)
            }
            sum += Double(rowSum)
        }
        return sum
    }
}
