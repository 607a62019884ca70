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
}

/// Searches the gallery for every face of a photograph, open set: *unknown* is an answer.
package struct Identifier {
    private let reader: FaceReader
    private let gallery: Gallery

    package init(reader: FaceReader, gallery: Gallery) {
        self.reader = reader
        self.gallery = gallery
    }

    /// - Parameters:
    ///   - threshold: least cosine similarity of a match.
    ///   - top: how many candidates to keep for each face, at least 1.
    /// - Throws: `GalleryError.empty`, `.templatesOfOtherModels`, and as reading does. A photograph without a face is
    ///   no error.
    package func identify(
        _ photograph: PictureFile, threshold: Double, top: Int, minimumScore: Float
    ) throws -> Identification {
        // Before the photograph is read: nobody to compare with is known at once.
        let index = try gallery.searchIndex(of: reader.embedder.model)
        let faces = try reader.readAll(photograph, minimumScore: minimumScore).map { reading in
            IdentificationResult.Face(
                reading.face, ranking: index.ranking(of: reading.template), threshold: threshold, top: top)
        }
        return Identification(faces: faces, people: index.people.count, templates: index.templateCount)
    }
}

extension IdentificationResult.Face {
    /// Decides from everybody's similarity: the nearest person if the threshold accepts them, otherwise unknown.
    ///
    /// - Parameters:
    ///   - ranking: every person once, nearest first; not empty.
    ///   - top: how many candidates to keep, at least 1.
    init(_ face: DetectedFace, ranking: [Candidate], threshold: Double, top: Int) {
        precondition(top >= 1, "a decision shows at least one candidate, not \(top)")
        guard let nearest = ranking.first else { preconditionFailure("a decision needs at least one candidate") }
        let decision = FaceDecision(nearest.similarity, threshold: threshold)
        let lead = ranking.count > 1 ? nearest.similarity.cosine - ranking[1].similarity.cosine : nil
        self.init(
            face: face.rounded, decision: decision, person: decision == .match ? nearest.person : nil,
            threshold: threshold, margin: lead?.rounded4,
            candidates: ranking.prefix(top).map {
                .init(person: $0.person, cosine: $0.similarity.cosine.rounded4, l2: $0.similarity.distance.rounded4)
            })
    }
}
