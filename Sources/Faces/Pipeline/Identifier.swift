import Gallery
import Pictures
import Wire

/// The answer to: who is in this photograph?
package struct Identification: Equatable, Sendable {
    /// Every face, best first; none is an answer too.
    package var faces: [IdentificationResult.Face]
    /// What was read of each; nil of what could not be read.
    package let readings: [FaceReading?]
    /// How many people and templates each face was compared with.
    package let people: Int
    package let templates: Int
    /// What the threshold was chosen for, where it was not given.
    package let promise: ThresholdPromise?
    /// ``GalleryIndex/revision``.
    package let revision: Int
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
        let search = try GallerySearch(gallery.searchIndex(of: reader.embedder.model), rule: rule)
        let readings = try reader.readAll(photograph, minimumScore: minimumScore)
        let faces = readings.map { face in
            guard case .success(let reading) = face.reading else {
                return IdentificationResult.Face(
                    face: face.face.rounded, quality: nil, decision: .unknown, person: nil, lines: search.lines,
                    margin: nil, candidates: [], warnings: [.unreadable])
            }
            let verdict = search.verdict(on: reading.template, quality: reading.quality, top: top)
            return IdentificationResult.Face(
                face: reading.face.rounded, quality: reading.quality, verdict: verdict, lines: search.lines,
                strangerShare: verdict.cosine.flatMap(search.strangerShare))
        }
        return Identification(
            faces: faces, readings: readings.map { try? $0.reading.get() }, people: search.index.people.count,
            templates: search.index.templateCount, promise: search.promise,
            revision: search.index.revision)
    }
}

extension IdentificationResult.Face {
    init(
        face: DetectedFace, quality: FaceQuality, verdict: FaceVerdict, lines: DecisionLines,
        strangerShare: Double? = nil
    ) {
        self.init(
            face: face, quality: quality.overall.rounded4, decision: verdict.decision, person: verdict.person,
            lines: lines, margin: verdict.margin, strangerShare: strangerShare, candidates: verdict.candidates,
            denied: verdict.denied, warnings: verdict.warnings)
    }
}
