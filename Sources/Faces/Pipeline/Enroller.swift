import Gallery
import Pictures
import Wire

/// What an enrolment would add; nothing has been written.
package struct Enrolment: Equatable, Sendable {
    /// In the order given.
    package let enrolled: [EnrollmentResult.Enrolled]
    package let proposal: EnrollmentProposal
}

/// Makes a person's templates, from one photograph or several.
package struct Enroller {
    private let reader: FaceReader
    private let check: EnrolmentCheck?

    /// - Parameter check: nil enrols whatever it is told to.
    package init(reader: FaceReader, check: EnrolmentCheck? = nil) {
        self.reader = reader
        self.check = check
    }

    /// Reads photographs that each show one face of a person.
    ///
    /// - Parameters:
    ///   - photographs: each with the SHA-256 of its file.
    ///   - minimumQuality: a face below it would stand for too many people, and is refused.
    ///   - beginning: is told each photograph's place in the list before it is read; may throw.
    /// - Throws: `FaceError.noFace`, `.severalFaces`, `.qualityTooLow`, `.noPhotographs`, `.landmarksCollapsed`,
    ///   `.templateWorthless`; `PictureError`; what ``EnrolmentCheck`` finds wrong.
    package func propose(
        _ photographs: [(file: PictureFile, sha256: String)], as person: PersonName, minimumScore: Float,
        minimumQuality: Float, beginning: (Int) throws -> Void = { _ in }
    ) throws -> Enrolment {
        guard !photographs.isEmpty else { throw FaceError.noPhotographs(person: person.text) }
        let readings = try photographs.enumerated().map { index, photograph in
            try beginning(index)
            let reading = try reader.readOne(photograph.file, choosing: .only, minimumScore: minimumScore)
            guard reading.quality.overall >= minimumQuality else {
                throw FaceError.qualityTooLow(
                    picture: photograph.file.name, box: reading.face.box, quality: reading.quality.overall,
                    least: minimumQuality)
            }
            return reading
        }
        try check?.check(zip(photographs, readings).map { ($0.file.name, $1.template) }, as: person)
        return Enrolment(
            enrolled: zip(photographs, readings).map {
                .init(
                    input: $0.file.name, face: $1.face.rounded, quality: $1.quality.overall.rounded4,
                    alreadyEnrolled: false)
            },
            proposal: EnrollmentProposal(
                person: person,
                templates: zip(photographs, readings).map {
                    NewTemplate(template: $1.template, quality: $1.quality, source: $0.sha256)
                }, check: check.map { .init(revision: $0.revision, pictures: photographs.map(\.file.name)) }))
    }
}
