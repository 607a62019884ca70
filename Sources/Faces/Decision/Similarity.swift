/// How alike two templates of one model are.
package struct Similarity: Codable, Comparable, Sendable {
    /// Cosine of the angle between the templates, in −1…1; 1 is the same picture.
    package let cosine: Float

    package init(cosine: Float) {
        self.cosine = min(max(cosine, -1), 1)
    }

    /// Euclidean distance between the unit vectors, in 0…2: √(2 − 2·cosine).
    package var distance: Float { (2 - 2 * cosine).squareRoot() }

    package static func < (left: Similarity, right: Similarity) -> Bool { left.cosine < right.cosine }
}

/// The cosine from which two faces count as the same person.
package struct MatchThreshold: Codable, Equatable, Sendable {
    package let cosine: Float

    /// The threshold that SFace's authors published for LFW (cosine 0.363, distance 1.128).
    package static let sface = MatchThreshold(cosine: 0.363)

    /// - Precondition: `cosine` lies in −1…1.
    package init(cosine: Float) {
        precondition((-1...1).contains(cosine), "a cosine threshold lies in −1…1, not \(cosine)")
        self.cosine = cosine
    }

    /// The same threshold as a Euclidean distance.
    package var distance: Float { Similarity(cosine: cosine).distance }

    package func accepts(_ similarity: Similarity) -> Bool { similarity.cosine >= cosine }
}
