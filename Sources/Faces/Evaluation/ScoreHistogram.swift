/// How often pairs of pictures reach each score, in bins so fine that curves are as good as exact; holds millions of pairs in a
/// few pages of memory.
package struct ScoreHistogram: Sendable, Equatable {
    /// What is outside falls into the first or the last bin.
    package let range: ClosedRange<Float>
    /// Weights of the pairs of one person, by bin.
    package private(set) var genuine: [Double]
    /// Weights of the pairs of two people, by bin.
    package private(set) var impostors: [Double]
    package private(set) var genuinePairs = 0
    package private(set) var impostorPairs = 0

    /// - Parameter range: of cosines a bin is 3e-5 wide.
    package init(range: ClosedRange<Float> = -1...1, bins: Int = 1 << 16) {
        precondition(bins >= 2 && range.lowerBound < range.upperBound, "\(bins) bins over \(range)")
        self.range = range
        genuine = [Double](repeating: 0, count: bins)
        impostors = genuine
    }

    package mutating func add(genuine score: Float, weight: Double = 1) {
        genuine[bin(score)] += weight
        genuinePairs += 1
    }

    package mutating func add(impostor score: Float, weight: Double = 1) {
        impostors[bin(score)] += weight
        impostorPairs += 1
    }

    package func bin(_ score: Float) -> Int {
        let place = (score - range.lowerBound) / (range.upperBound - range.lowerBound) * Float(genuine.count)
        return Int(min(max(place, 0), Float(genuine.count - 1)))
    }

    /// The least score of a bin.
    package func score(of bin: Int) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * Float(bin) / Float(genuine.count)
    }

    /// The same in so many bins, each class summing to 1, to be drawn.
    package func shares(bins count: Int, over shown: ClosedRange<Float>) -> (genuine: [Double], impostors: [Double]) {
        var result = (genuine: [Double](repeating: 0, count: count), impostors: [Double](repeating: 0, count: count))
        let totals = (genuine.reduce(0, +), impostors.reduce(0, +))
        for bin in genuine.indices where genuine[bin] > 0 || impostors[bin] > 0 {
            let place = (score(of: bin) - shown.lowerBound) / (shown.upperBound - shown.lowerBound) * Float(count)
            let target = Int(min(max(place, 0), Float(count - 1)))
            if genuine[bin] > 0 { result.genuine[target] += genuine[bin] / totals.0 }
            if impostors[bin] > 0 { result.impostors[target] += impostors[bin] / totals.1 }
        }
        return result
    }
}

/// What a pair of pictures weighs beside others.
package enum PairWeighing: String, Codable, Sendable {
    /// Every person, and every two people, weigh 1, however many pictures there are of them.
    case people
    /// Every pair weighs 1.
    case pairs

    /// Of each pair of pictures of one person.
    func genuine(pictures count: Int) -> Double {
        self == .pairs ? 1 : 2 / Double(count * (count - 1))
    }

    /// Of each pair of pictures of two people.
    func impostor(pictures left: Int, _ right: Int) -> Double { self == .pairs ? 1 : 1 / Double(left * right) }
}
