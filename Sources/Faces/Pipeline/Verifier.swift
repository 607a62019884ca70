import Gallery
import Wire

/// The answer to: is this the claimed person?
package struct Verification: Equatable, Sendable {
    package let face: DetectedFace
    package let quality: FaceQuality
    /// To the nearest of the claimed person's templates.
    package let similarity: Similarity
    package let threshold: MatchThreshold
    package let decision: VerificationDecision
    /// How many templates were compared.
    package let templates: Int

    init(reading: FaceReading, references: [Template], threshold: MatchThreshold) {
        precondition(!references.isEmpty, "a verification needs something to compare with")
        face = reading.face
        quality = reading.quality
        similarity = references.map { reading.template.similarity(to: $0) }.max()!
        self.threshold = threshold
        decision = threshold.accepts(similarity) ? .match : .noMatch
        templates = references.count
    }

    /// How far the similarity lies above the threshold, as a difference of cosines; negative below it.
    package var margin: Float { similarity.cosine - threshold.cosine }
}

/// Compares one to one.
package struct Verifier {
    private let reader: FaceReader

    package init(reader: FaceReader) { self.reader = reader }

    /// Is the most prominent face of `probe` this person, as enrolled in the gallery?
    ///
    /// - Throws: `GalleryError.personUnknown`, `.templatesOfOtherModels`; `FaceError.noFace`, `.severalFaces` and as reading does.
    package func verify(
        _ probe: Photograph, is person: PersonName, in gallery: Gallery, threshold: MatchThreshold = .sface,
        minimumScore: Float = FaceDetector.defaultMinimumScore
    ) throws -> Verification {
        let references = try gallery.templates(of: person, by: reader.embedder.model)
        let reading = try reader.readOne(probe, choosing: .prominent, minimumScore: minimumScore)
        return Verification(reading: reading, references: references, threshold: threshold)
    }

    /// Do two photographs show the same person? The reference must show one face only.
    ///
    /// - Throws: `FaceError.noFace`, `.severalFaces`, and as reading does.
    package func verify(
        _ probe: Photograph, against reference: Photograph, threshold: MatchThreshold = .sface,
        minimumScore: Float = FaceDetector.defaultMinimumScore
    ) throws -> Verification {
        let known = try reader.readOne(reference, choosing: .only, minimumScore: minimumScore)
        let reading = try reader.readOne(probe, choosing: .prominent, minimumScore: minimumScore)
        return Verification(reading: reading, references: [known.template], threshold: threshold)
    }
}
