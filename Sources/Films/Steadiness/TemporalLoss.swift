import Pictures

/// Pulls a frame towards the one before it, where that can be believed: γ/(3HW) · Σ c(x − w)², w the earlier frame warped onto this
/// one, c the weight of each pixel (Ruder 2016, equation 6).
package struct TemporalLoss: Sendable {
    private let size: PixelSize
    private let strength: Float
    private let warped: [Float]
    private let weights: [Float]

    /// - Parameters:
    ///   - warped: w, `[H, W, 3]`.
    ///   - weights: c, one a pixel, 0...1.
    ///   - strength: γ, for values in the unit of x; ×65,536 when weights for 0...256 are used on 0...1.
    package init(size: PixelSize, warped: [Float], weights: [Float], strength: Float) {
        precondition(
            warped.count == 3 * size.area && weights.count == size.area,
            "\(warped.count) values and \(weights.count) weights for \(size)")
        self.size = size
        self.strength = strength
        self.warped = warped
        self.weights = weights
    }

    /// The loss at `x`; its derivative 2γ/(3HW) · c(x − w) is added to `gradient`.
    ///
    /// - Parameters:
    ///   - x: `[H, W, 3]`, as `gradient`.
    package func value(
        _ x: UnsafePointer<Float>, addingGradientTo gradient: UnsafeMutablePointer<Float>
    ) -> Double {
        let area = size.area
        let factor = 2 * strength / Float(3 * area)
        var sum = 0.0
        for pixel in 0..<area {
            let weight = weights[pixel]
            if weight == 0 { continue }
            for channel in 0..<3 {
                let index = 3 &* pixel &+ channel
                let difference = x[index] - warped[index]
                sum += Double(weight * difference * difference)
                gradient[index] += factor * weight * difference
            }
        }
        return Double(strength) * sum / Double(3 * area)
    }
}

/// Weights of several earlier frames, so that each pixel is pulled only towards the nearest one that shows it (Ruder 2016,
/// equation 8): c_j ← max(0, c_j − Σ c_k over all nearer k).
package enum LongTermWeights {
    /// - Parameter weights: a list for each earlier frame, the nearest first, all of one length.
    package static func reduced(_ weights: [[Float]]) -> [[Float]] {
        var nearer = [Float](repeating: 0, count: weights.first?.count ?? 0)
        return weights.map { own in
            precondition(own.count == nearer.count, "\(own.count) weights beside \(nearer.count)")
            let reduced = zip(own, nearer).map { max(0, $0 - $1) }
            for index in own.indices { nearer[index] += own[index] }
            return reduced
        }
    }
}
