import Wire

/// One photograph as it is to be enrolled.
package struct EnrolledPhotograph: Equatable, Sendable {
    package let name: String
    package let face: DetectedFace
    package let quality: FaceQuality
}

/// What an enrolment would add; nothing has been written.
package struct Enrolment: Equatable, Sendable {
    /// In the order given.
    package let photographs: [EnrolledPhotograph]
    package let proposal: EnrollmentProposal
}

/// Makes a person's templates, from one photograph or several.
package struct Enroller {
    private let reader: FaceReader

    package init(reader: FaceReader) { self.reader = reader }

    /// Reads photographs that each show one face of a person.
    ///
    /// - Parameters:
    ///   - minimumQuality: a face below it would stand for too many people, and is refused.
    ///   - beginning: is told each photograph's place in the list before it is read; may throw.
    /// - Throws: `FaceError.noFace`, `.severalFaces`, `.qualityTooLow`, `.noPhotographs`, `.landmarksCollapsed`,
    ///   `.templateWorthless`; `PictureError`.
    package func propose(
        _ photographs: [Photograph], as person: PersonName, minimumScore: Float = FaceDetector.defaultMinimumScore,
        minimumQuality: Float = 0, beginning: (Int) throws -> Void = { _ in }
    ) throws -> Enrolment {
        guard !photographs.isEmpty else { throw FaceError.noPhotographs(person: person.text) }
        let readings = try photographs.enumerated().map { index, photograph in
            try beginning(index)
            let reading = try reader.readOne(photograph, choosing: .only, minimumScore: minimumScore)
            guard reading.quality.overall >= minimumQuality else {
                throw FaceError.qualityTooLow(
                    picture: photograph.name, box: reading.face.box, quality: reading.quality.overall,
                    least: minimumQuality)
            }
            return reading
        }
        return Enrolment(
            photographs: zip(photographs, readings).map {
                EnrolledPhotograph(name: $0.name, face: $1.face, quality: $1.quality)
            },
            proposal: EnrollmentProposal(
                person: person,
                templates: zip(photographs, readings).map {
                    NewTemplate(template: $1.template, quality: $1.quality, source: $0.sha256)
                }))
    }
}
