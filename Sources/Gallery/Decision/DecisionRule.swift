import Wire

/// When a cosine similarity is a match, and when somebody has to look.
package struct DecisionRule: Equatable, Sendable {
    /// Least cosine of a match, when somebody chose one.
    package var threshold: Double?
    /// Otherwise, for searches: at most this share of strangers is taken for somebody, 0…1.
    package var fpir: Double
    /// Faces of less quality match nobody without review.
    package var minimumQuality: Float

    package init(threshold: Double? = nil, fpir: Double = 0.01, minimumQuality: Float = 0.15) {
        self.threshold = threshold
        self.fpir = fpir
        self.minimumQuality = minimumQuality
    }

    /// Of how many times as many strangers as match it is said that they are to be looked at.
    private static let reviewed = 10.0
    /// Beyond this share of strangers, a review says nothing.
    private static let mostReviewed = 0.5

    /// Least lead over the next person of a match that nobody has to look at: a quarter of the cosines' standard deviation
    /// between photographs of one person.
    package static let leastMargin: Float = 0.03

    /// The lines of a comparison with one person's templates: the chosen threshold, or the published one of SFace, and for other networks
    /// that which as few pairs of two people reach. Of several templates the nearest counts, which is so many times the chance for a
    /// stranger: the line rises, so that as few come through as with one.
    package func lines(comparing templates: Int, tail: ImpostorTail?) -> DecisionLines {
        lines(match: threshold ?? Self.comparing(templates, tail), templates: templates, tail: tail)
    }

    private static func comparing(_ templates: Int, _ tail: ImpostorTail?) -> Double {
        let single = comparing(tail)
        guard templates > 1, let tail else { return single }
        return max(single, tail.threshold(fpir: tail.rate(single), templates: templates))
    }

    private static func comparing(_ tail: ImpostorTail?) -> Double {
        let published = FaceComparison.sfaceThreshold
        guard let tail, let sface = ImpostorTail.measured(of: ModelIdentifier.sface.text), tail != sface else {
            return published
        }
        return tail.cosine(rate: sface.rate(published))
    }

    /// By which strangers a search decides: this gallery's own where they can measure what is promised, else those that the network was
    /// measured on.
    ///
    /// - Throws: `GalleryError.unmeasurable` when neither are enough.
    package func tail(own: ImpostorTail?, known: ImpostorTail?) throws(GalleryError) -> ImpostorTail? {
        let tails = [own, known].compactMap(\.self)
        // With a chosen threshold nothing is promised.
        if let tail = tails.first(where: { threshold != nil || fpir >= $0.leastRate }) { return tail }
        guard let most = tails.map(\.strangers).max() else { return nil }
        throw .unmeasurable(fpir: fpir, strangers: most)
    }

    /// The lines of a search through so many templates, and what they were chosen for, if for anything.
    package func lines(
        searching templates: Int, tail: ImpostorTail?
    ) -> (lines: DecisionLines, promise: ThresholdPromise?) {
        guard threshold == nil, let tail else { return (lines(comparing: templates, tail: tail), nil) }
        let match = tail.threshold(fpir: fpir, templates: templates)
        return (
            lines(match: match, templates: templates, tail: tail),
            ThresholdPromise(fpir: fpir, strangers: tail.strangers, threshold: match, templates: templates)
        )
    }

    /// Where strangers are not known of, there is nothing between match and unknown.
    private func lines(match: Double, templates: Int, tail: ImpostorTail?) -> DecisionLines {
        let review = tail.map { tail in
            let share = min(tail.fpir(match, templates: templates) * Self.reviewed, Self.mostReviewed)
            return tail.threshold(fpir: share, templates: templates)
        }
        return DecisionLines(match: match, review: review ?? match)
    }
}
