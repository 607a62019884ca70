/// The probability that two faces are one person's, from how much their templates differ in each number:
/// ŷ = σ(b − Σ wₖ dₖ), where dₖ = |f(a)ₖ − f(b)ₖ|, its square, or its share χ² = d²/(|f(a)ₖ| + |f(b)ₖ|). Taigman et al. 2014.
///
/// No weight is negative: a larger difference never makes one person likelier.
package struct LogisticHead: Codable, Sendable, Equatable {
    package enum Difference: String, Codable, Sendable, CaseIterable {
        /// Equal weights make it the cosine: cos = 1 − ½Σd² of unit vectors.
        case squared
        case absolute
        case chiSquared

        /// Near-zero numbers are noise, a tenth of the usual size of a unit vector's (1/√128).
        private static let epsilon: Float = 0.01

        package func callAsFunction(_ left: [Float], _ right: [Float]) -> [Float] {
            (0..<left.count).map { index in
                let step = abs(left[index] - right[index])
                return switch self {
                case .squared: step * step
                case .absolute: step
                case .chiSquared: step * step / (abs(left[index]) + abs(right[index]) + Self.epsilon)
                }
            }
        }
    }

    package let difference: Difference
    /// Of each number of a template; not negative.
    package var weights: [Double]
    package var bias: Double

    /// - Returns: nil when a number is not finite, a weight negative, or there is none.
    package init?(_ difference: Difference, weights: [Double], bias: Double) {
        guard !weights.isEmpty, weights.allSatisfy({ $0.isFinite && $0 >= 0 }), bias.isFinite else { return nil }
        self.difference = difference
        self.weights = weights
        self.bias = bias
    }

    private enum CodingKeys: String, CodingKey {
        case difference, weights, bias
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let head = LogisticHead(
            try container.decode(Difference.self, forKey: .difference),
            weights: try container.decode([Double].self, forKey: .weights),
            bias: try container.decode(Double.self, forKey: .bias))
        guard let head else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights, in: container,
                debugDescription: "a weight of a logistic head is negative, or there is none")
        }
        self = head
    }

    /// The natural logarithm of the likelihood ratio, once it is calibrated: positive for one person.
    ///
    /// - Precondition: the templates have as many numbers as there are weights.
    package func logRatio(_ left: [Float], _ right: [Float]) -> Double { score(difference(left, right)) }

    /// - Parameter steps: the differences.
    package func score(_ steps: [Float]) -> Double {
        precondition(steps.count == weights.count, "\(steps.count) differences for \(weights.count) weights")
        var sum = bias
        for (weight, step) in zip(weights, steps) { sum -= weight * Double(step) }
        return sum
    }
}
