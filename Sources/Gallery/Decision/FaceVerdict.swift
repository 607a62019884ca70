import Wire

/// What a gallery says of one face.
package struct FaceVerdict: Equatable, Sendable {
    package let decision: FaceDecision
    /// Who it is, of a match.
    package let person: String?
    /// Cosine of the best candidate less that of the runner-up; nil with fewer than two.
    package let margin: Double?
    /// Cosine of the best candidate; nil when all were denied.
    package let cosine: Double?
    /// Best first, without those of whom the face was denied.
    package let candidates: [IdentificationResult.Candidate]
    /// Of whom the face was denied and who would be candidates, best first.
    package let denied: [String]
    package let warnings: [FaceWarning]

    /// Decides from everybody's similarity: the nearest person of whom the face was not denied, if the threshold accepts them and
    /// nothing speaks against it; otherwise somebody has to look, or it is a stranger.
    ///
    /// - Parameters:
    ///   - ranking: each person once, nearest first, as many as are shown, and two at least, beside the denied; not empty.
    ///   - denied: of whom somebody has said that it is not theirs.
    ///   - top: how many candidates to keep, at least 1.
    package init(
        ranking: [Candidate], denied: Set<String> = [], lines: DecisionLines, top: Int, quality: FaceQuality,
        minimumQuality: Float
    ) {
        precondition(top >= 1, "a decision shows at least one candidate, not \(top)")
        precondition(!ranking.isEmpty, "a decision needs at least one candidate")
        let allowed = ranking.filter { !denied.contains($0.person) }
        self.denied = ranking.map(\.person).filter(denied.contains)
        candidates = allowed.prefix(top).map {
            .init(
                person: $0.person, cosine: $0.similarity.cosine.rounded4, l2: $0.similarity.distance.rounded4,
                templates: $0.templates)
        }
        let lead = allowed.count > 1 ? allowed[0].similarity.cosine - allowed[1].similarity.cosine : nil
        margin = lead?.rounded4
        let nearest = allowed.first
        cosine = nearest.map { Double($0.similarity.cosine) }
        var warnings: [FaceWarning] = []
        if quality.overall < minimumQuality { warnings.append(.qualityLow) }
        if let lead, let nearest, lead < DecisionRule.leastMargin, nearest.similarity.cosine >= Float(lines.match) {
            warnings.append(.marginSmall)
        }
        self.warnings = warnings
        let decision = nearest.map { FaceDecision($0.similarity, lines: lines, isClear: warnings.isEmpty) } ?? .unknown
        self.decision = decision
        person = decision == .match ? nearest?.person : nil
    }
}

/// A gallery's templates of one model, and the rule by which they answer.
package struct GallerySearch: Sendable {
    package let index: GalleryIndex
    package let rule: DecisionRule
    package let lines: DecisionLines
    /// What the threshold was chosen for, where it was not given.
    package let promise: ThresholdPromise?
    private let tail: ImpostorTail?

    /// - Throws: `GalleryError.unmeasurable`.
    package init(_ index: GalleryIndex, rule: DecisionRule) throws(GalleryError) {
        self.index = index
        self.rule = rule
        tail = try rule.tail(own: index.strangers, known: index.recognition.tail)
        (lines, promise) = rule.lines(searching: index.templateCount, tail: tail)
    }

    /// - Parameter top: how many candidates to keep, at least 1.
    package func verdict(on template: Template, quality: FaceQuality, top: Int) -> FaceVerdict {
        let denied = index.denied(of: template)
        // The runner-up decides, too, and whoever was denied takes no place.
        let ranking = index.ranking(of: template, first: max(top, 2) + denied.count)
        return FaceVerdict(
            ranking: ranking, denied: denied, lines: lines, top: top, quality: quality,
            minimumQuality: rule.minimumQuality)
    }

    /// Which share of strangers comes as near to somebody as a cosine, 0…1; nil where that is not known.
    package func strangerShare(_ cosine: Double) -> Double? {
        tail.map { ($0.fpir(cosine, templates: index.templateCount) * 1e6).rounded() / 1e6 }
    }
}
