import Gallery
import Nets

/// Pairs of pictures, each person, and each pair of people, as heavy as the others of their kind; either kind weighs 1.
struct LogisticPairs {
    private(set) var pairs: [LogisticHead.Pair] = []
    /// The person of the first of each pair.
    private var owners: [Int] = []

    /// - Parameter most: pairs of two people that are drawn; nil for all.
    init(_ templates: LabelledTemplates, most: Int? = nil, seed: UInt64 = 1) {
        var generator = SeededGenerator(seed: seed)
        let people = templates.people
        let several = Double(people.count { $0.templates.count > 1 })
        let total = Double(people.count * (people.count - 1) / 2)
        let possible = Double(templates.pictureCount * templates.pictureCount / 2)
        let share = most.map { min(1, Double($0) / max(possible, 1)) } ?? 1
        for (index, person) in people.enumerated() {
            let count = person.templates.count
            for left in 0..<count {
                for right in 0..<left {
                    add(
                        person.templates[left], person.templates[right], isOnePerson: true,
                        2 / Double(count * (count - 1)) / max(several, 1), index)
                }
            }
            for other in people[..<index] {
                let weight = 1 / Double(count * other.templates.count) / max(total, 1) / share
                for left in person.templates {
                    for right in other.templates where share == 1 || generator.uniform() < share {
                        add(left, right, isOnePerson: false, weight, index)
                    }
                }
            }
        }
    }

    private mutating func add(
        _ left: [Float], _ right: [Float], isOnePerson: Bool, _ weight: Double, _ owner: Int
    ) {
        pairs.append(.init(left: left, right: right, isOnePerson: isOnePerson, weight: weight))
        owners.append(owner)
    }

    /// The logistic curve through the pairs' cosines.
    var calibration: CosineCalibration {
        let fit = PlattFit(pairs.map { (Double($0.cosine), $0.isOnePerson, $0.weight) })
        return CosineCalibration(slope: fit.slope, intercept: fit.intercept)
    }

    func losses(_ logRatio: (LogisticHead.Pair) -> Double) -> [Double] {
        pairs.map { pair in
            let score = logRatio(pair)
            return PlattFit.cost(pair.isOnePerson ? score : -score)
        }
    }

    func mean(_ losses: [Double]) -> Double {
        let total = pairs.reduce(0) { $0 + $1.weight }
        return zip(pairs, losses).reduce(0) { $0 + $1.0.weight * $1.1 } / max(total, 1e-300)
    }

    /// The mean, and where it lies when people are drawn anew.
    func interval(of losses: [Double], seed: UInt64) -> BootstrapOverPeople.Interval {
        var sums: [Int: (value: Double, weight: Double)] = [:]
        for (index, pair) in pairs.enumerated() {
            let old = sums[owners[index]] ?? (0, 0)
            sums[owners[index]] = (old.value + pair.weight * losses[index], old.weight + pair.weight)
        }
        return BootstrapOverPeople(seed: seed).interval(of: sums.keys.sorted().map { sums[$0]! })
    }
}
