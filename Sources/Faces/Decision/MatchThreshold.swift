import Wire

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
