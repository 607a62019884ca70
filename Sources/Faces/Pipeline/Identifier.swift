import Gallery
import Pictures
import Wire

/// The answer to: who is in this photograph?
package struct Identification: Equatable, Sendable {
    /// Every face, best first; none is an answer too.
    package let faces: [IdentificationResult.Face]
    /// How many people and templates each face was compared with.
    package let people: Int
    package let templates: Int
    /// What the threshold was chosen for, where it was not given.
    package let promise: ThresholdPromise?
}

/// Searches the gallery for every face of a photograph, open set: *unknown* is an answer.
package struct Identifier {
    private let reader: FaceReader
    private let gallery: Gallery

    package init(reader: FaceReader, gallery: Gallery) {
        self.reader = reader
        self.gallery = gallery
    }

    /// - Parameter top: how many candidates to keep for each face, at least 1.
    /// - Throws: `GalleryError.empty`, `.templatesOfOtherModels`, and as reading does. A photograph without a face is
    ///   no error, and neither is a face that cannot be read: it is unknown, with a warning.
    package func identify(
        _ photograph: PictureFile, rule: DecisionRule, top: Int, minimumScore: Float
    ) throws -> Identification {
        // Before the photograph is read: nobody to compare with is known at once.
        let index = try gallery.searchIndex(of: reader.embedder.model)
        let tail = ImpostorTail.measured(of: reader.embedder.model.name)
        let (lines, promise) = rule.lines(searching: index.templateCount, tail: tail)
        let faces = try reader.readAll(photograph, minimumScore: minimumScore).map { face in
            guard case .success(let reading) = face.reading else {
                return IdentificationResult.Face(
                    face: face.face.rounded, quality: nil, decision: .unknown, person: nil, lines: lines, margin: nil,
                    candidates: [], warnings: [.unreadable])
            }
            return IdentificationResult.Face(
                reading, ranking: index.ranking(of: reading.template), lines: lines, top: top,
                minimumQuality: rule.minimumQuality
            ) { tail?.fpir($0, templates: index.templateCount) }
        }
        return Identification(
            faces: faces, people: index.people.count, templates: index.templateCount, promise: promise)
    }
}

extension IdentificationResult.Face {
    /// Decides from everybody's similarity: the nearest person, if the threshold accepts them and nothing speaks against it; otherwise
    /// somebody has to look, or it is a stranger.
    ///
    /// - Parameters:
    ///   - ranking: every person once, nearest first; not empty.
    ///   - top: how many candidates to keep, at least 1.
    ///   - strangerShare: which share of strangers comes as near as a cosine; nil where that is not known.
    init(
        _ reading: FaceReading, ranking: [Candidate], lines: DecisionLines, top: Int, minimumQuality: Float,
        strangerShare: (Double) -> Double? = { _ in nil }
    ) {
        precondition(top >= 1, "a decision shows at least one candidate, not \(top)")
        guard let nearest = ranking.first else { preconditionFailure("a decision needs at least one candidate") }
        let similarity = nearest.similarity
        let lead = ranking.count > 1 ? similarity.cosine - ranking[1].similarity.cosine : nil
        var warnings: [FaceWarning] = []
        if reading.quality.overall < minimumQuality { warnings.append(.qualityLow) }
        if let lead, lead < DecisionRule.leastMargin, similarity.cosine >= Float(lines.match) {
            warnings.append(.marginSmall)
        }
        let decision = FaceDecision(similarity, lines: lines, isClear: warnings.isEmpty)
        self.init(
            face: reading.face.rounded, quality: reading.quality.overall.rounded4, decision: decision,
            person: decision == .match ? nearest.person : nil, lines: lines, margin: lead?.rounded4,
            strangerShare: strangerShare(Double(similarity.cosine)).map { ($0 * 1e6).rounded() / 1e6 },
            candidates: ranking.prefix(top).map {
                .init(
                    person: $0.person, cosine: $0.similarity.cosine.rounded4, l2: $0.similarity.distance.rounded4,
                    templates: $0.templates)
            }, warnings: warnings)
    }
}
