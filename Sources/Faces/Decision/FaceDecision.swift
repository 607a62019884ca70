import Gallery
import Wire

/// The answer of a one-to-one comparison: is this the claimed person?
package enum VerificationDecision: String, Codable, Sendable {
    case match
    case noMatch = "no-match"
}

/// The answer of an open-set search: is this anybody in the gallery?
package enum IdentificationDecision: Codable, Equatable, Sendable {
    case match(person: String)
    case unknown
}

/// What an open-set search says about one probe, and why.
package struct FaceDecision: Codable, Equatable, Sendable {
    package let decision: IdentificationDecision
    /// The nearest people, nearest first; no more than the caller asked for, and at least one.
    package let candidates: [Candidate]
    package let threshold: MatchThreshold
    /// How much more similar the nearest person is than the next *person*, as a difference of cosines;
    /// nil when nobody else is enrolled.
    package let margin: Float?

    /// Decides from everybody's similarity: the nearest person if the threshold accepts them, otherwise unknown.
    ///
    /// - Parameters:
    ///   - ranking: every person once, nearest first; not empty.
    ///   - top: how many candidates to keep, at least 1.
    package init(ranking: [Candidate], threshold: MatchThreshold, top: Int) {
        precondition(top >= 1, "a decision shows at least one candidate, not \(top)")
        guard let nearest = ranking.first else { preconditionFailure("a decision needs at least one candidate") }
        decision = threshold.accepts(nearest.similarity) ? .match(person: nearest.person) : .unknown
        candidates = Array(ranking.prefix(top))
        margin = ranking.count > 1 ? nearest.similarity.cosine - ranking[1].similarity.cosine : nil
        self.threshold = threshold
    }
}
