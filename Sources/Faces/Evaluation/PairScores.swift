/// The scores of all pairs of pictures of some people, kept: people can be drawn anew from them.
///
/// Memory: four bytes a pair, so for some thousand pictures at most. For more, see ``ScoreHistogram``.
package struct PairScores: Sendable, Equatable {
    /// Pictures of each person.
    package let pictures: [Int]
    /// The pairs of each person's own pictures.
    package let genuine: [[Float]]
    /// The pairs of pictures of every two people, one after the other: of (1, 0), (2, 0), (2, 1), (3, 0)…
    package let impostors: [Float]

    /// Cosines.
    package init(_ templates: LabelledTemplates) {
        let rows = templates.rows
        self.init(bounds: templates.bounds) { rows.cosine($0, $1) }
    }

    /// - Parameter score: how alike two templates are; higher is more.
    package init(_ templates: LabelledTemplates, score: ([Float], [Float]) -> Float) {
        let vectors = templates.people.flatMap(\.templates)
        self.init(bounds: templates.bounds) { score(vectors[$0], vectors[$1]) }
    }

    /// - Parameters:
    ///   - bounds: the first row of every person, and the number of rows.
    ///   - score: of two rows.
    package init(bounds: [Int], score: (Int, Int) -> Float) {
        let people = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
        pictures = people.map(\.count)
        genuine = people.map { own in
            own.flatMap { left in ((left + 1)..<own.upperBound).map { score(left, $0) } }
        }
        var impostors: [Float] = []
        for (index, own) in people.enumerated() {
            for other in people[..<index] {
                for left in own {
                    for right in other { impostors.append(score(left, right)) }
                }
            }
        }
        self.impostors = impostors
    }

    /// - Precondition: somebody has two pictures, and there are two people.
    package func curve(weighing: PairWeighing = .people) -> VerificationCurve {
        var genuineWeights: [Double] = []
        var impostorWeights: [Double] = []
        for (left, count) in pictures.enumerated() {
            if count >= 2 {
                let weight = weighing.genuine(pictures: count)
                genuineWeights += repeatElement(weight, count: genuine[left].count)
            }
            for other in pictures[..<left] {
                impostorWeights += repeatElement(weighing.impostor(pictures: count, other), count: count * other)
            }
        }
        return VerificationCurve(
            genuine: genuine.flatMap(\.self), impostors: impostors, genuineWeights: genuineWeights,
            impostorWeights: impostorWeights)
    }
}
