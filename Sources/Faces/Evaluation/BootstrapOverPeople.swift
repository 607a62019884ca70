import Nets

/// A figure that is read off a curve; the same for every system that is measured.
package enum VerificationMeasure: Sendable, Hashable {
    case equalErrorRate
    case acceptance(atFalseAcceptance: Double)
    case accuracy
    case areaUnderCurve

    package func value(of curve: VerificationCurve) -> Double {
        switch self {
        case .equalErrorRate: curve.equalErrorRate
        case .acceptance(let share): curve.acceptance(atFalseAcceptance: share)
        case .accuracy: curve.bestAccuracy
        case .areaUnderCurve: curve.areaUnderCurve
        }
    }
}

/// How sure a figure is that was measured on some people, were others drawn like them: resamples *people* with all their pictures
/// (Efron 1979), as pictures of one person do not vary independently.
///
/// Where a person is drawn twice, the pairs between the two copies are left out: they would be the same pictures, or count
/// as strangers who are alike.
package struct BootstrapOverPeople: Sendable {
    package let resamples: Int
    package let seed: UInt64
    package let weighing: PairWeighing

    package init(resamples: Int = 1000, seed: UInt64 = 1, weighing: PairWeighing = .people) {
        precondition(resamples >= 40, "\(resamples) resamples have no 95 % interval")
        self.resamples = resamples
        self.seed = seed
        self.weighing = weighing
    }

    /// A figure and what it lies within, 95 times of 100.
    package struct Interval: Codable, Sendable, Equatable {
        /// On the people as they are.
        package let value: Double
        package let low: Double
        package let high: Double
    }

    /// Each measure of one system.
    package func intervals(of measures: [VerificationMeasure], _ scores: PairScores) -> [Interval] {
        summed(measures, [BinnedScores(scores, weighing)]) { $0[0] }
    }

    /// Each measure of one system less that of another on the same pictures, drawn together: an interval above 0 (for an error rate,
    /// below) says that the second is better.
    package func differences(
        of measures: [VerificationMeasure], from before: PairScores, to after: PairScores
    ) -> [Interval] {
        precondition(before.pictures == after.pictures, "two systems are compared on the same pictures")
        return summed(measures, [BinnedScores(before, weighing), BinnedScores(after, weighing)]) { $0[1] - $0[0] }
    }

    /// A mean of what each person adds to it.
    package func interval(of people: [(value: Double, weight: Double)]) -> Interval {
        func mean(_ drawn: [(value: Double, weight: Double)]) -> Double {
            drawn.reduce(0) { $0 + $1.value } / max(drawn.reduce(0) { $0 + $1.weight }, .leastNormalMagnitude)
        }
        var generator = SeededGenerator(seed: seed)
        let drawn = (0..<resamples).map { _ in
            mean(people.map { _ in people[Int.random(in: people.indices, using: &generator)] })
        }
        return Self.interval(mean(people), drawn)
    }

    private static func interval(_ value: Double, _ drawn: [Double]) -> Interval {
        let ranked = drawn.isEmpty ? [value] : drawn.sorted()
        func quantile(_ share: Double) -> Double {
            let place = share * Double(ranked.count - 1)
            let lower = Int(place)
            let upper = min(lower + 1, ranked.count - 1)
            return ranked[lower] + (ranked[upper] - ranked[lower]) * (place - Double(lower))
        }
        return Interval(value: value, low: quantile(0.025), high: quantile(0.975))
    }

    private func summed(
        _ measures: [VerificationMeasure], _ systems: [BinnedScores], _ figure: ([Double]) -> Double
    ) -> [Interval] {
        let people = systems[0].people
        func figures(_ copies: [Double]) -> [Double]? {
            let curves = systems.compactMap { $0.curve(copies) }
            guard curves.count == systems.count else { return nil }
            return measures.map { measure in figure(curves.map(measure.value)) }
        }
        guard let values = figures([Double](repeating: 1, count: people)) else {
            preconditionFailure("a measure needs two people, and two pictures of one")
        }
        var drawn = measures.map { _ in [Double]() }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<resamples {
            var copies = [Double](repeating: 0, count: people)
            for _ in 0..<people { copies[Int.random(in: 0..<people, using: &generator)] += 1 }
            // Of very few people, a draw may be all one of them: it has no pairs.
            guard let figures = figures(copies) else { continue }
            for (index, figure) in figures.enumerated() { drawn[index].append(figure) }
        }
        return zip(values, drawn).map(Self.interval)
    }
}

/// Pair scores in fine bins, by people: a curve of any number of copies of each is a sum.
private struct BinnedScores {
    let people: Int
    private let genuine: [[UInt16]]
    /// Each pair's bin, person after person, as ``PairScores/impostors``.
    private let impostors: [UInt16]
    private let genuineWeights: [Double]
    private let pictures: [Int]
    private let weighing: PairWeighing
    private let low: Float
    private let width: Float

    private static let bins = 8192

    init(_ scores: PairScores, _ weighing: PairWeighing) {
        people = scores.pictures.count
        pictures = scores.pictures
        self.weighing = weighing
        let extremes = ([scores.impostors] + scores.genuine).flatMap { [$0.min(), $0.max()].compactMap(\.self) }
        let low = extremes.min() ?? 0
        let width = max(((extremes.max() ?? 1) - low) / Float(Self.bins - 1), .leastNormalMagnitude)
        (self.low, self.width) = (low, width)
        func binned(_ block: [Float]) -> [UInt16] {
            block.map { UInt16(min(($0 - low) / width, Float(Self.bins - 1))) }
        }
        genuine = scores.genuine.map(binned)
        impostors = binned(scores.impostors)
        genuineWeights = scores.pictures.map { $0 < 2 ? 0 : weighing.genuine(pictures: $0) }
    }

    /// - Parameter copies: of each person.
    /// - Returns: nil where no pair of either kind is left.
    func curve(_ copies: [Double]) -> VerificationCurve? {
        var (own, other) = ([Double](repeating: 0, count: Self.bins), [Double](repeating: 0, count: Self.bins))
        var (pairs, impostorPairs) = (0, 0)
        for person in 0..<people where copies[person] > 0 {
            for bin in genuine[person] { own[Int(bin)] += copies[person] * genuineWeights[person] }
            pairs += genuine[person].count
        }
        other.withUnsafeMutableBufferPointer { other in
            impostors.withUnsafeBufferPointer { impostors in
                var start = 0
                // Pictures of all people before.
                var before = 0
                for left in 0..<people {
                    defer {
                        start += pictures[left] * before
                        before += pictures[left]
                    }
                    guard copies[left] > 0, pictures[left] > 0 else { continue }
                    var block = start
                    for right in 0..<left {
                        let end = block + pictures[left] * pictures[right]
                        defer { block = end }
                        guard copies[right] > 0, block < end else { continue }
                        let each =
                            copies[left] * copies[right] * weighing.impostor(pictures: pictures[left], pictures[right])
                        for place in block..<end { other[Int(impostors[place])] += each }
                        impostorPairs += end - block
                    }
                }
            }
        }
        guard pairs > 0, impostorPairs > 0 else { return nil }
        let masses = (0..<Self.bins).reversed().filter { own[$0] > 0 || other[$0] > 0 }
            .map { (score: low + Float($0) * width, genuine: own[$0], impostors: other[$0]) }
        return VerificationCurve(masses, genuinePairs: pairs, impostorPairs: impostorPairs)
    }
}
