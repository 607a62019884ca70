import Foundation

/// How far probabilities can be believed: whether of the pairs of which it was said that they are one person's with
/// probability p, a share of p are.
package struct CalibrationMeasure: Codable, Sendable, Equatable {
    /// Pairs that were given about the same probability.
    package struct Bin: Codable, Sendable, Equatable {
        package let pairs: Int
        /// The mean of the probabilities.
        package let confidence: Double
        /// The share that are one person's.
        package let share: Double
        /// Wilson's 95 % interval of that share.
        package let low: Double
        package let high: Double
    }

    /// Pairs with one probability, and what they weigh.
    package struct Entry: Sendable, Equatable {
        package var probability: Double
        package var genuine: Double
        package var impostors: Double

        package init(probability: Double, genuine: Double, impostors: Double) {
            self.probability = probability
            self.genuine = genuine
            self.impostors = impostors
        }
    }

    /// The expected calibration error: the mean distance of confidence and share over bins of equal mass (Guo et al. 2017, with equal
    /// mass as Nixon et al. 2019); 0 is best. With few pairs it is too high.
    package let expectedError: Double
    /// The mean squared distance of the probabilities to 0 and 1 (Brier 1950).
    package let brier: Double
    /// The mean of −ln of what was said of the truth.
    package let logLoss: Double
    /// The cost of the likelihood ratios in bits, either kind of pairs as frequent (Brümmer and du Preez 2006): 1 says nothing, more misleads.
    package let logRatioCost: Double
    /// What ``logRatioCost`` would be if the scores, in their order, were calibrated at best. The rest is what calibration costs.
    package let leastLogRatioCost: Double
    /// By rising probability.
    package let bins: [Bin]

    private static let mostBins = 15
    private static let leastPairsInBin = 50.0
    /// Nothing is quite certain.
    private static let certain = 1e-12

    /// Probabilities that pairs are one person's, and whether they are.
    ///
    /// - Parameter prior: as ``init(_:prior:)``.
    package init(probabilities: [Double], truths: [Bool], prior: Double? = nil) {
        precondition(
            probabilities.count == truths.count, "\(probabilities.count) probabilities of \(truths.count) pairs")
        self.init(
            zip(probabilities, truths).map { Entry(probability: $0, genuine: $1 ? 1 : 0, impostors: $1 ? 0 : 1) },
            prior: prior)
    }

    /// - Parameters:
    ///   - entries: in any order; weights count pairs.
    ///   - prior: the share of pairs of one person for which the probabilities are meant; the pairs are weighed so that they have it.
    ///     nil for what they have.
    /// - Precondition: pairs of either kind, probabilities in 0…1.
    package init(_ entries: [Entry], prior: Double? = nil) {
        let pairs = entries.reduce(into: (0.0, 0.0)) { $0 = ($0.0 + $1.genuine, $0.1 + $1.impostors) }
        precondition(pairs.0 > 0 && pairs.1 > 0, "a calibration on pairs that weigh \(pairs.0) and \(pairs.1)")
        precondition(entries.allSatisfy { (0...1).contains($0.probability) }, "a probability is not in 0...1")
        let prior = prior ?? pairs.0 / (pairs.0 + pairs.1)
        precondition(prior > 0 && prior < 1, "a prior of \(prior)")
        // Weights of a pair of either kind: their sum over all is 1.
        let weights = (genuine: prior / pairs.0, impostor: (1 - prior) / pairs.1)
        let ranked = Self.merged(entries)
        let binned = Self.bins(ranked, weights, pairs: pairs.0 + pairs.1)
        bins = binned.map(\.bin)
        expectedError = binned.reduce(0) { $0 + $1.mass * abs($1.bin.confidence - $1.bin.share) }
        var (squares, loss, cost) = (0.0, 0.0, 0.0)
        let odds = log(prior / (1 - prior))
        for entry in ranked {
            let p = min(max(entry.probability, Self.certain), 1 - Self.certain)
            let (own, other) = (entry.genuine * weights.genuine, entry.impostors * weights.impostor)
            let away = 1 - entry.probability
            squares += own * away * away + other * entry.probability * entry.probability
            loss -= own * log(p) + other * log(1 - p)
            let ratio = log(p / (1 - p)) - odds
            cost += Self.cost(ratio, entry, pairs)
        }
        (brier, logLoss, logRatioCost) = (squares, loss, cost)
        leastLogRatioCost = Self.leastCost(ranked, pairs)
    }

    /// Bits that a log likelihood ratio costs the pairs that have it, either kind as frequent.
    private static func cost(_ ratio: Double, _ entry: Entry, _ pairs: (Double, Double)) -> Double {
        func bits(_ value: Double) -> Double { (value > 0 ? value + log1p(exp(-value)) : log1p(exp(value))) / log(2) }
        var cost = 0.0
        if entry.genuine > 0 { cost += entry.genuine / pairs.0 * bits(-ratio) / 2 }
        if entry.impostors > 0 { cost += entry.impostors / pairs.1 * bits(ratio) / 2 }
        return cost
    }

    /// By rising probability, equal ones together.
    private static func merged(_ entries: [Entry]) -> [Entry] {
        entries.sorted { $0.probability < $1.probability }.reduce(into: []) { merged, entry in
            if merged.last?.probability == entry.probability {
                merged[merged.count - 1].genuine += entry.genuine
                merged[merged.count - 1].impostors += entry.impostors
            } else {
                merged.append(entry)
            }
        }
    }

    /// Pool-adjacent-violators (Ayer et al. 1955): the best probabilities that rise with the scores, either kind as frequent.
    private static func leastCost(_ ranked: [Entry], _ pairs: (Double, Double)) -> Double {
        struct Pool {
            var genuine: Double
            var impostors: Double
        }
        var pools: [Pool] = []
        func share(_ pool: Pool) -> Double {
            let (own, other) = (pool.genuine / pairs.0, pool.impostors / pairs.1)
            return own / (own + other)
        }
        for entry in ranked where entry.genuine + entry.impostors > 0 {
            var pool = Pool(genuine: entry.genuine, impostors: entry.impostors)
            while let last = pools.last, share(last) >= share(pool) {
                pool.genuine += last.genuine
                pool.impostors += last.impostors
                pools.removeLast()
            }
            pools.append(pool)
        }
        return pools.reduce(0) { sum, pool in
            let p = share(pool)
            // Of a pool of one kind the ratio is without bound, and costs nothing.
            guard p > 0, p < 1 else { return sum }
            return sum
                + cost(
                    log(p / (1 - p)), Entry(probability: p, genuine: pool.genuine, impostors: pool.impostors), pairs)
        }
    }

    private static func bins(
        _ ranked: [Entry], _ weights: (genuine: Double, impostor: Double), pairs: Double
    ) -> [(bin: Bin, mass: Double)] {
        struct Sums {
            var pairs = 0.0
            var mass = 0.0
            var confidence = 0.0
            var share = 0.0
            var squares = 0.0

            mutating func add(_ other: Sums) {
                pairs += other.pairs
                mass += other.mass
                confidence += other.confidence
                share += other.share
                squares += other.squares
            }
        }
        let count = max(1, min(mostBins, Int(pairs / leastPairsInBin)))
        var done: [Sums] = []
        var open = Sums()
        var closedMass = 0.0
        for entry in ranked {
            let (own, other) = (entry.genuine * weights.genuine, entry.impostors * weights.impostor)
            open.add(
                Sums(
                    pairs: entry.genuine + entry.impostors, mass: own + other,
                    confidence: (own + other) * entry.probability, share: own,
                    squares: own * weights.genuine + other * weights.impostor))
            // An equal part of what is left: one probability may have more than its part.
            let isFull = open.mass >= (1 - closedMass) / Double(count - done.count) - 1e-9
            if isFull, open.pairs >= leastPairsInBin, done.count < count - 1 {
                closedMass += open.mass
                done.append(open)
                open = Sums()
            }
        }
        if open.pairs >= leastPairsInBin || done.isEmpty {
            done.append(open)
        } else if open.pairs > 0 {
            done[done.count - 1].add(open)
        }
        return done.map { sums in
            let share = sums.share / sums.mass
            let (low, high) = wilson(share, count: sums.squares > 0 ? sums.mass * sums.mass / sums.squares : sums.pairs)
            return (
                Bin(
                    pairs: Int(sums.pairs.rounded()), confidence: sums.confidence / sums.mass, share: share, low: low,
                    high: high), sums.mass
            )
        }
    }

    /// The 95 % interval of a share (Wilson 1927), within 0…1.
    package static func wilson(_ share: Double, count: Double) -> (low: Double, high: Double) {
        let z = 1.959_963_984_540_054
        let bound = z * z / count
        let middle = (share + bound / 2) / (1 + bound)
        let half = z / (1 + bound) * (share * (1 - share) / count + bound / (4 * count)).squareRoot()
        return (max(0, middle - half), min(1, middle + half))
    }
}
