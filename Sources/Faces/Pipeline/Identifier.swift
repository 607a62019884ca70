import Gallery
import Wire

/// One face of a photograph and who it is.
package struct IdentifiedFace: Equatable, Sendable {
    package let face: DetectedFace
    package let quality: FaceQuality
    package let decision: FaceDecision
}

/// The answer to: who is in this photograph?
package struct Identification: Equatable, Sendable {
    /// Every face, best first; none is an answer too.
    package let faces: [IdentifiedFace]
    /// How many people and templates each face was compared with.
    package let people: Int
    package let templates: Int
    /// Templates of other models that were not compared, by model name.
    package let ignored: [String: Int]
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
    ///   no error.
    package func identify(
        _ photograph: Photograph, threshold: MatchThreshold = .sface, top: Int = 5,
        minimumScore: Float = FaceDetector.defaultMinimumScore
    ) throws -> Identification {
        // Before the photograph is read: nobody to compare with is known at once.
        let index = try gallery.searchIndex(of: reader.embedder.model)
        let faces = try reader.readAll(photograph, minimumScore: minimumScore).map { reading in
            IdentifiedFace(
                face: reading.face, quality: reading.quality,
                decision: FaceDecision(
                    ranking: index.ranking(of: reading.template), threshold: threshold, top: top))
        }
        return Identification(
            faces: faces, people: index.people.count, templates: index.templateCount, ignored: index.ignored)
    }
}
