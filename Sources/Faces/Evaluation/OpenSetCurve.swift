import Foundation
import Nets
import Wire

/// How many of the people who are enrolled are named, when of strangers no more than a given share is taken for somebody: the true
/// positive identification rate (TPIR) at a false one (FPIR), over random splits of people into enrolled and strangers.
///
/// A search names the person of the nearest template, when that is at least the threshold; the threshold of a split is the lowest
/// that keeps the strangers' own nearest templates within the FPIR. Every stranger weighs the same, and so does every person who is
/// enrolled, however many pictures there are of them.
package struct OpenSetCurve: Sendable {
    package typealias Enrolled = FaceEvaluation.OpenSet.Enrolled

    /// TPIR at one FPIR.
    package struct Rate: Sendable, Equatable {
        package let falsePositives: Double
        /// The mean over the splits, and its standard deviation between them.
        package let identified: Double
        package let deviation: Double
        /// The mean threshold.
        package let threshold: Double
    }

    /// Splits that were drawn.
    package let splits: Int
    /// People enrolled and strangers in a split.
    package let enrolled: Int
    package let strangers: Int
    /// Templates in a split's gallery, in the mean.
    package let templates: Double
    private let outcomes: [Outcome]

    /// The searches of one split.
    private struct Outcome {
        /// Nearest templates of strangers by falling cosine, and what each weighs; the weights sum to 1.
        var strangers: [(score: Float, weight: Double)]
        /// Cosines of those whom the nearest template names rightly; the weights sum to the share of them.
        var named: [(score: Float, weight: Double)]
    }

    /// Products of two templates, at most, that all splits together come to.
    private static let mostProducts = 1e9

    /// Draws the splits.
    ///
    /// - Parameters:
    ///   - splits: as many, or fewer where the templates are so many that it would take minutes, but at least one.
    /// - Returns: nil with fewer than two people of two pictures each.
    package init?(
        _ templates: LabelledTemplates, enrolling: Enrolled = .one, splits: Int = 20, seed: UInt64 = 1
    ) {
        let several = templates.people.indices.filter { templates.people[$0].templates.count >= 2 }
        guard several.count >= 2, splits >= 1 else { return nil }
        let rows = templates.rows
        let bounds = templates.bounds
        let members = several.count / 2
        let drawn =
            enrolling == .one ? Double(members * rows.count) : Double(rows.count) * Double(rows.count) / 4
        self.splits = max(1, min(splits, Int(Self.mostProducts / max(drawn, 1))))
        enrolled = members
        strangers = templates.people.count { !$0.templates.isEmpty } - members
        var outcomes: [Outcome] = []
        var enrolledTemplates = 0
        for split in 0..<self.splits {
            // The same split for every system that is measured on the same people.
            var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(split))
            let known = several.shuffled(using: &generator).prefix(members).sorted()
            var gallery: [(row: Int, person: Int)] = []
            var mated: [(row: Int, person: Int, weight: Double)] = []
            for person in known {
                let pictures = (bounds[person]..<bounds[person + 1]).shuffled(using: &generator)
                let count = enrolling == .one ? 1 : pictures.count - 1
                gallery += pictures.prefix(count).map { ($0, person) }
                let weight = 1 / Double(pictures.count - count) / Double(members)
                mated += pictures.dropFirst(count).map { ($0, person, weight) }
            }
            enrolledTemplates += gallery.count
            func nearest(_ probe: Int) -> (score: Float, person: Int) {
                var best = (score: -Float.infinity, person: -1)
                for (row, person) in gallery {
                    let score = rows.cosine(probe, row)
                    if score > best.score { best = (score, person) }
                }
                return best
            }
            var outcome = Outcome(strangers: [], named: [])
            for (row, person, weight) in mated {
                let best = nearest(row)
                if best.person == person { outcome.named.append((best.score, weight)) }
            }
            let isKnown = Set(known)
            for person in templates.people.indices where !isKnown.contains(person) {
                let own = bounds[person]..<bounds[person + 1]
                let weight = 1 / Double(own.count) / Double(strangers)
                outcome.strangers += own.map { (nearest($0).score, weight) }
            }
            outcome.strangers.sort { $0.score > $1.score }
            outcomes.append(outcome)
        }
        self.outcomes = outcomes
        self.templates = Double(enrolledTemplates) / Double(self.splits)
    }

    /// Whether so few strangers as there are can tell: below half of one of them a share means nothing.
    package func isMeasurable(falsePositives share: Double) -> Bool { share * 2 * Double(strangers) >= 1 }

    /// - Returns: nil where that cannot be measured with so few strangers.
    package func rate(falsePositives share: Double) -> Rate? {
        guard isMeasurable(falsePositives: share) else { return nil }
        let figures = outcomes.map { outcome in
            var sum = 0.0
            // Above the first stranger who is one too many; of equal ones none is let in.
            let threshold =
                outcome.strangers.first { stranger in
                    sum += stranger.weight
                    return sum > share + 1e-12
                }?.score.nextUp ?? -.infinity
            return (
                threshold: Double(threshold),
                identified: outcome.named.reduce(0) { $0 + ($1.score >= threshold ? $1.weight : 0) }
            )
        }
        let count = Double(figures.count)
        let mean = figures.reduce(0) { $0 + $1.identified } / count
        let variance = figures.reduce(0) { $0 + ($1.identified - mean) * ($1.identified - mean) } / count
        return Rate(
            falsePositives: share, identified: mean, deviation: variance.squareRoot(),
            threshold: figures.reduce(0) { $0 + $1.threshold } / count)
    }
}
