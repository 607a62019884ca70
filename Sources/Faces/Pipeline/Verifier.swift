import Gallery
import Pictures
import Wire

/// Compares one to one.
package struct Verifier {
    private let reader: FaceReader

    package init(reader: FaceReader) { self.reader = reader }

    /// Is the most prominent face of `probe` this person, as enrolled in the gallery? The nearest of the person's
    /// templates counts.
    ///
    /// - Parameter seen: is told what was read of the face.
    /// - Throws: `GalleryError.personUnknown`, `.withoutTemplates`, `.templatesOfOtherModels`; `FaceError.noFace`, `.severalFaces` and as reading does.
    package func verify(
        _ probe: PictureFile, is person: PersonName, in gallery: Gallery, rule: DecisionRule, minimumScore: Float,
        seeing seen: (FaceReading) -> Void = { _ in }
    ) throws -> VerificationResult.Probe {
        let model = reader.embedder.model
        return try compare(
            probe, with: try gallery.templates(of: person, by: model), rule, minimumScore,
            denied: gallery.negatives(of: person, by: model), seeing: seen)
    }

    /// Do two photographs show the same person? The reference must show one face only.
    ///
    /// - Throws: `FaceError.noFace`, `.severalFaces`, and as reading does.
    package func verify(
        _ probe: PictureFile, against reference: PictureFile, rule: DecisionRule, minimumScore: Float
    ) throws -> VerificationResult.Probe {
        let known = try reader.readOne(reference, choosing: .only, minimumScore: minimumScore)
        return try compare(
            probe, with: [known.template], rule, minimumScore,
            isClear: known.quality.overall >= rule.minimumQuality)
    }

    private func compare(
        _ probe: PictureFile, with references: [Template], _ rule: DecisionRule, _ minimumScore: Float,
        isClear: Bool = true, denied: [Template] = [], seeing seen: (FaceReading) -> Void = { _ in }
    ) throws -> VerificationResult.Probe {
        let reading = try reader.readOne(probe, choosing: .prominent, minimumScore: minimumScore)
        seen(reading)
        let isClear = isClear && reading.quality.overall >= rule.minimumQuality
        var comparison = FaceComparison(
            reading.template, with: references, recognition: reader.embedder.recognition, rule: rule, isClear: isClear)
        let isDenied = NearTwin.holds(reading.template, among: denied)
        if isDenied { comparison.decision = .unknown }
        return .init(
            input: probe.name, face: reading.face.rounded, quality: reading.quality.overall.rounded4,
            comparison: comparison, warnings: (isClear ? [] : [.qualityLow]) + (isDenied ? [.denied] : []))
    }
}

extension FaceComparison {
    /// A template with the nearest of one person's.
    ///
    /// - Precondition: the person has one.
    package init(
        _ template: Template, with person: [Template], recognition: Recognition, rule: DecisionRule,
        isClear: Bool = true
    ) {
        let compared = person.map { (template: $0, similarity: recognition.similarity(template, $0)) }
        guard let nearest = compared.max(by: { $0.similarity < $1.similarity }) else {
            preconditionFailure("a comparison needs something to compare with")
        }
        self.init(
            nearest.similarity, lines: rule.lines(comparing: person.count, tail: recognition.tail), isClear: isClear,
            evidence: recognition.evidence(template, nearest.template)?.ofNearest(among: person.count))
    }
}
