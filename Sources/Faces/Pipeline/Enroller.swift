/// What became of one photograph.
package struct EnrolledPhotograph: Equatable, Sendable {
    package let name: String
    package let face: DetectedFace
    package let quality: FaceQuality
    package let outcome: EnrolmentOutcome
}

/// What became of an enrolment.
package struct Enrolment: Equatable, Sendable {
    package let person: String
    /// In the order given.
    package let photographs: [EnrolledPhotograph]
    /// How many templates the person has now, whatever their model.
    package let templates: Int
}

/// Adds people to the gallery, from one photograph or several.
package struct Enroller {
    private let reader: FaceReader
    private let gallery: Gallery

    package init(reader: FaceReader, gallery: Gallery) {
        self.reader = reader
        self.gallery = gallery
    }

    /// Enrolls a person from photographs that each show one face; all of them or, on an error, none.
    ///
    /// - Parameter beginning: is told each photograph's place in the list before it is read; may throw.
    /// - Throws: `FaceError.noFace`, `.severalFaces`, `.noPhotographs`, `.landmarksCollapsed`, `.templateWorthless`,
    ///   `.galleryUnusable`; `PictureError`.
    package func enroll(
        _ photographs: [Photograph], as person: PersonName, minimumScore: Float = FaceDetector.defaultMinimumScore,
        beginning: (Int) throws -> Void = { _ in }
    ) throws -> Enrolment {
        let readings = try photographs.enumerated().map { index, photograph in
            try beginning(index)
            return try reader.readOne(photograph, choosing: .only, minimumScore: minimumScore)
        }
        let templates = zip(photographs, readings).map { photograph, reading in
            NewTemplate(template: reading.template, quality: reading.quality, source: photograph.sha256)
        }
        let outcomes = try gallery.enroll(templates, as: person)
        let enrolled = zip(zip(photographs, readings), outcomes).map { pair, outcome in
            EnrolledPhotograph(
                name: pair.0.name, face: pair.1.face, quality: pair.1.quality, outcome: outcome)
        }
        return Enrolment(
            person: person.text, photographs: enrolled, templates: try gallery.show(person).templates.count)
    }
}
