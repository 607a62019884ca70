import Foundation

/// What every threshold makes of pairs of pictures of one person (genuine) and of two (impostors): the receiver operating
/// characteristic, exact where scores are equal.
///
/// A pair is accepted when its score is at least the threshold. Between thresholds that exist, and only for ``equalErrorRate`` and
/// ``areaUnderCurve``, the curve is a straight line.
package struct VerificationCurve: Sendable, Equatable {
    /// One threshold and the shares that it accepts.
    package struct Point: Codable, Sendable, Equatable {
        package let threshold: Float
        /// Share of impostor pairs at or above the threshold: FAR, or FMR.
        package let falseAcceptance: Double
        /// Share of genuine pairs at or above the threshold: TAR, or 1 − FNMR.
        package let acceptance: Double

        package init(threshold: Float, falseAcceptance: Double, acceptance: Double) {
            self.threshold = threshold
            self.falseAcceptance = falseAcceptance
            self.acceptance = acceptance
        }
    }

    /// One of each score that occurs, from the highest on; the last one accepts all.
    package let steps: [Point]
    package let genuinePairs: Int
    package let impostorPairs: Int

    /// - Parameters:
    ///   - genuine: scores of pairs of one person; higher is more alike.
    ///   - impostors: scores of pairs of two people.
    ///   - genuineWeights: what each weighs; nil for 1.
    /// - Precondition: neither is empty, no score is NaN, and neither class weighs nothing.
    package init(
        genuine: [Float], impostors: [Float], genuineWeights: [Double]? = nil, impostorWeights: [Double]? = nil
    ) {
        precondition(
            !genuine.isEmpty && !impostors.isEmpty, "a curve of \(genuine.count) and \(impostors.count) pairs")
        precondition(genuineWeights == nil || genuineWeights?.count == genuine.count, "a weight for each genuine pair")
        precondition(
            impostorWeights == nil || impostorWeights?.count == impostors.count, "a weight for each impostor pair")
        func ranked(_ scores: [Float], _ weights: [Double]?) -> [(score: Float, weight: Double)] {
            precondition(!scores.contains { $0.isNaN }, "a score is not a number")
            guard let weights else { return scores.sorted(by: >).map { ($0, 1) } }
            return zip(scores, weights).sorted { $0.0 > $1.0 }.map { ($0.0, $0.1) }
        }
        let (own, other) = (ranked(genuine, genuineWeights), ranked(impostors, impostorWeights))
        var (next, nextOther) = (0, 0)
        var masses: [(score: Float, genuine: Double, impostors: Double)] = []
        while next < own.count || nextOther < other.count {
            let score = max(
                next < own.count ? own[next].score : -.infinity,
                nextOther < other.count ? other[nextOther].score : -.infinity)
            var mass = (score: score, genuine: 0.0, impostors: 0.0)
            while next < own.count, own[next].score == score {
                mass.genuine += own[next].weight
                next += 1
            }
            while nextOther < other.count, other[nextOther].score == score {
                mass.impostors += other[nextOther].weight
                nextOther += 1
            }
            masses.append(mass)
        }
        self.init(masses, genuinePairs: genuine.count, impostorPairs: impostors.count)
    }

    /// - Precondition: there are pairs of either kind.
    package init(_ histogram: ScoreHistogram) {
        let bins = histogram.genuine.indices.reversed().filter {
            histogram.genuine[$0] > 0 || histogram.impostors[$0] > 0
        }
        self.init(
            bins.map { (histogram.score(of: $0), histogram.genuine[$0], histogram.impostors[$0]) },
            genuinePairs: histogram.genuinePairs, impostorPairs: histogram.impostorPairs)
    }

    /// - Parameter masses: by falling score.
    init(
        _ masses: [(score: Float, genuine: Double, impostors: Double)], genuinePairs: Int, impostorPairs: Int
    ) {
        let totals = masses.reduce(into: (0.0, 0.0)) { $0 = ($0.0 + $1.genuine, $0.1 + $1.impostors) }
        precondition(totals.0 > 0 && totals.1 > 0, "a curve of pairs that weigh \(totals.0) and \(totals.1)")
        var (accepted, falsely) = (0.0, 0.0)
        steps = masses.map { mass in
            accepted += mass.genuine
            falsely += mass.impostors
            return Point(
                threshold: mass.score, falseAcceptance: min(falsely / totals.1, 1),
                acceptance: min(accepted / totals.0, 1))
        }
        self.genuinePairs = genuinePairs
        self.impostorPairs = impostorPairs
    }

    /// Rounding of sums of weights.
    private static let slack = 1e-12

    /// Nobody is accepted.
    private var start: Point {
        Point(threshold: steps[0].threshold.nextUp, falseAcceptance: 0, acceptance: 0)
    }

    /// Where as many impostors are accepted as genuine pairs are refused.
    package var equalErrorRate: Double { equalErrors.rate }

    /// The highest threshold at which no more genuine pairs are refused than impostors accepted.
    package var equalErrorThreshold: Float { equalErrors.threshold }

    private var equalErrors: (rate: Double, threshold: Float) {
        var before = start
        for step in steps {
            let gap = step.falseAcceptance - (1 - step.acceptance)
            if gap >= 0 {
                let gapBefore = before.falseAcceptance - (1 - before.acceptance)
                let share = gap == gapBefore ? 1 : -gapBefore / (gap - gapBefore)
                let rate = before.falseAcceptance + share * (step.falseAcceptance - before.falseAcceptance)
                return (rate, step.threshold)
            }
            before = step
        }
        // The last step accepts all; only rounding comes here.
        return (1 - before.acceptance, before.threshold)
    }

    /// The true acceptance rate (TAR) at a false acceptance rate (FAR): of the thresholds that accept no more impostors, the
    /// lowest. 0 where even the highest score is too many.
    package func acceptance(atFalseAcceptance share: Double) -> Double { point(atFalseAcceptance: share).acceptance }

    /// The lowest threshold that accepts no greater share of impostors; above all scores where there is none.
    package func point(atFalseAcceptance share: Double) -> Point {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle].falseAcceptance <= share + Self.slack { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? start : steps[low - 1]
    }

    /// What a threshold accepts.
    package func point(atThreshold threshold: Float) -> Point {
        let last = steps.partitioningIndex { $0.threshold < threshold }
        let step = last == 0 ? start : steps[last - 1]
        return Point(threshold: threshold, falseAcceptance: step.falseAcceptance, acceptance: step.acceptance)
    }

    /// The mean of the shares of genuine pairs that are accepted and of impostors that are refused, at the best threshold: the
    /// accuracy when pairs of either kind are as frequent, as in LFW's protocol.
    package var bestAccuracy: Double { best.accuracy }

    /// Where ``bestAccuracy`` is reached; the highest such threshold.
    package var bestThreshold: Float { best.threshold }

    private var best: (accuracy: Double, threshold: Float) {
        var best = (accuracy: 0.5, threshold: start.threshold)
        for step in steps {
            let accuracy = accuracy(at: step)
            if accuracy > best.accuracy + Self.slack { best = (accuracy, step.threshold) }
        }
        return best
    }

    package func accuracy(at point: Point) -> Double { (point.acceptance + 1 - point.falseAcceptance) / 2 }

    /// The chance that a genuine pair's score is above an impostor's; equal ones count half.
    package var areaUnderCurve: Double {
        var (area, before) = (0.0, start)
        for step in steps {
            area += (step.falseAcceptance - before.falseAcceptance) * (step.acceptance + before.acceptance) / 2
            before = step
        }
        return area
    }

    /// The corners of the curve, at most about `count` of them, from nobody to everybody accepted: evenly spaced in the logarithm of
    /// FAR, so that both a linear and a logarithmic axis have enough.
    package func points(count: Int = 400) -> [Point] {
        precondition(count >= 2, "a curve of \(count) points")
        guard steps.count > count else { return [start] + steps }
        let least = 1 / Double(max(impostorPairs, 2))
        let shares = (0..<count).map { exponent in
            pow(10, log10(least) * (1 - Double(exponent) / Double(count - 1)))
        }
        var points = [start]
        for share in shares {
            let point = point(atFalseAcceptance: share)
            if point != points.last { points.append(point) }
        }
        return points
    }
}

extension RandomAccessCollection {
    /// The first place from which on all elements fulfil a condition that, once fulfilled, stays so.
    func partitioningIndex(where condition: (Element) -> Bool) -> Index {
        var (low, length) = (startIndex, count)
        while length > 0 {
            let half = length / 2
            let middle = index(low, offsetBy: half)
            if condition(self[middle]) {
                length = half
            } else {
                low = index(after: middle)
                length -= half + 1
            }
        }
        return low
    }
}
