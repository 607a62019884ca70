/// The scores of all pairs of pictures of some people, kept: people can be drawn anew from them.
///
/// Memory: four bytes a pair, so for some thousand pictures at most. For more, see ``ScoreHistogram``.
package struct PairScores: Sendable, Equatable {
    /// Pictures of each person.
    package let pictures: [Int]
    /// The pairs of each person's own pictures.
    package let genuine: [[Float]]
    /// The pairs of pictures of every two people: of (1, 0), (2, 0), (2, 1), (3, 0)…
    package let impostors: [[Float]]

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
        var impostors: [[Float]] = []
        impostors.reserveCapacity(people.count * (people.count - 1) / 2)
        for (index, own) in people.enumerated() {
            for other in people[..<index] {
                impostors.append(own.flatMap { left in other.map { score(left, $0) } })
            }
        }
        self.impostors = impostors
    }

    /// - Precondition: somebody has two pictures, and there are two people.
    package func curve(weighing: PairWeighing = .people) -> VerificationCurve {
        func weights(_ blocks: [[Float]], _ weight: (Int) -> Double) -> [Double] {
            blocks.enumerated().flatMap { Array(repeating: weight($0), count: $1.count) }
        }
        let others = pictures.indices.flatMap { left in (0..<left).map { (left, $0) } }
        return VerificationCurve(
            genuine: genuine.flatMap(\.self), impostors: impostors.flatMap(\.self),
            genuineWeights: weights(genuine) { weighing.genuine(pictures: pictures[$0]) },
            impostorWeights: weights(impostors) {
                weighing.impostor(pictures: pictures[others[$0].0], pictures[others[$0].1])
            })
    }
}
