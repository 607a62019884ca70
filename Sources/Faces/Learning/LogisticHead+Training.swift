import Foundation
import Gallery

extension LogisticHead {
    /// Pairs to learn from.
    struct Pair {
        var left: [Float]
        var right: [Float]
        var isOnePerson: Bool
        /// Pairs of one kind weigh 1 together.
        var weight: Double

        /// Of unit vectors.
        var cosine: Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    /// Learns by gradient descent on the cross-entropy of the pairs, either kind as heavy as the other, with a penalty
    /// λΣ(wₖ − w̄)² towards equal weights, from which it starts.
    ///
    /// Cost: `iterations` passes over the pairs.
    /// - Parameters:
    ///   - penalty: λ, by which the mean weight's square measures.
    init(_ difference: Difference, learning pairs: [Pair], penalty: Double, iterations: Int = 300) {
        let steps = pairs.map { difference($0.left, $0.right) }
        let dimensions = steps[0].count
        // Equal weights first: a line through the sums.
        let sums = steps.map { Double($0.reduce(0, +)) }
        let line = PlattFit(zip(sums, pairs).map { ($0, $1.isOnePerson, $1.weight) })
        let equal = max(-line.slope, 1e-6)
        self.init(difference, weights: [Double](repeating: equal, count: dimensions), bias: line.intercept)!
        // Projected gradient with a step that grows while the loss falls, and is halved when it does not.
        var rate = equal * 0.5
        var loss = self.loss(steps, pairs, equal, penalty)
        for _ in 0..<iterations {
            let (slopes, biasSlope) = gradient(steps, pairs, equal, penalty)
            let length = (slopes.reduce(0) { $0 + $1 * $1 }).squareRoot()
            guard length > 1e-12, rate > equal * 1e-6 else { break }
            let before = self
            for index in 0..<dimensions {
                weights[index] = max(
                    0, weights[index] - rate * slopes[index] / length * Double(dimensions).squareRoot())
            }
            bias -= biasSlope * 4
            let after = self.loss(steps, pairs, equal, penalty)
            if after < loss {
                loss = after
                rate *= 1.2
            } else {
                self = before
                rate *= 0.5
            }
        }
    }

    private func loss(_ steps: [[Float]], _ pairs: [Pair], _ equal: Double, _ penalty: Double) -> Double {
        var sum = 0.0
        for (step, pair) in zip(steps, pairs) {
            let score = score(step)
            sum += pair.weight * PlattFit.cost(pair.isOnePerson ? score : -score)
        }
        for weight in weights {
            let part = weight / equal - 1
            sum += penalty * part * part / Double(weights.count)
        }
        return sum
    }

    private func gradient(
        _ steps: [[Float]], _ pairs: [Pair], _ equal: Double, _ penalty: Double
    ) -> (weights: [Double], bias: Double) {
        var slopes = weights.map { 2 * penalty * ($0 / equal - 1) / equal / Double(weights.count) }
        var biasSlope = 0.0
        for (step, pair) in zip(steps, pairs) {
            let probability = 1 / (1 + exp(-score(step)))
            let error = pair.weight * (probability - (pair.isOnePerson ? 1 : 0))
            biasSlope += error
            for index in slopes.indices { slopes[index] -= error * Double(step[index]) }
        }
        return (slopes, biasSlope)
    }

    /// The same order of pairs, with likelihood ratios that fit other pairs than those learned from.
    mutating func calibrate(on pairs: [Pair]) {
        let fit = PlattFit(pairs.map { (logRatio($0.left, $0.right), $0.isOnePerson, $0.weight) })
        guard fit.slope > 0 else { return }
        for index in weights.indices { weights[index] *= fit.slope }
        bias = bias * fit.slope + fit.intercept
    }
}

/// A logistic curve through scores: p = σ(slope · s + intercept). Platt 1999, by Newton's method with halved steps as in Lin, Lin and
/// Weng 2007.
struct PlattFit: Equatable {
    private(set) var slope = 0.0
    private(set) var intercept = 0.0

    /// −ln σ(s).
    static func cost(_ score: Double) -> Double { score > 0 ? log1p(exp(-score)) : -score + log1p(exp(score)) }

    /// - Parameter scores: each with whether it is one person's, and its weight.
    init(_ scores: [(score: Double, isOnePerson: Bool, weight: Double)]) {
        // Centred and scaled, so that one size of step does for any scores.
        let total = scores.reduce(0) { $0 + $1.weight }
        let mean = scores.reduce(0) { $0 + $1.weight * $1.score } / total
        let spread = max(
            (scores.reduce(0) { $0 + $1.weight * ($1.score - mean) * ($1.score - mean) } / total).squareRoot(), 1e-12)
        var (a, b) = (0.0, 0.0)
        func loss(_ a: Double, _ b: Double) -> Double {
            scores.reduce(1e-9 * a * a) { sum, entry in
                let value = a * (entry.score - mean) / spread + b
                return sum + entry.weight * Self.cost(entry.isOnePerson ? value : -value)
            }
        }
        var current = loss(a, b)
        for _ in 0..<100 {
            var (ga, gb, haa, hab, hbb) = (2e-9 * a, 0.0, 2e-9, 0.0, 1e-12)
            for entry in scores {
                let x = (entry.score - mean) / spread
                let p = 1 / (1 + exp(-(a * x + b)))
                let error = entry.weight * (p - (entry.isOnePerson ? 1 : 0))
                let curvature = entry.weight * p * (1 - p)
                ga += error * x
                gb += error
                haa += curvature * x * x
                hab += curvature * x
                hbb += curvature
            }
            let determinant = haa * hbb - hab * hab
            guard determinant > 1e-300, max(abs(ga), abs(gb)) > 1e-10 else { break }
            let (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant)
            var step = 1.0
            var next = loss(a - step * da, b - step * db)
            while next > current, step > 1e-6 {
                step /= 2
                next = loss(a - step * da, b - step * db)
            }
            guard next < current else { break }
            (a, b, current) = (a - step * da, b - step * db, next)
        }
        slope = a / spread
        intercept = b - a * mean / spread
    }
}
