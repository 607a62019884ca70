/// A face that a job has read, as the gallery may remember it for a while: what was answered can then be corrected, and asked again.
package struct SeenFace: Codable, Sendable, Equatable {
    /// ``IdentificationResult/Face/number``.
    package var number: Int
    /// ``InputFacts/path`` of the picture.
    package var picture: String
    /// With its quality, and its picture's hash.
    package var face: NewTemplate
    package var decision: FaceDecision
    /// Who it is, of a match.
    package var person: String?
    /// Of the nearest candidate; absent when there is none.
    package var cosine: Double?
    /// Of the gallery that answered so: the answer of a later one may be another. Absent when it was asked for one person only, so that
    /// nobody else was ruled out: such a face is not asked again.
    package var revision: Int?

    package init(
        number: Int, picture: String, face: NewTemplate, decision: FaceDecision, person: String? = nil,
        cosine: Double? = nil,
        revision: Int?
    ) {
        self.number = number
        self.picture = picture
        self.face = face
        self.decision = decision
        self.person = person
        self.cosine = cosine
        self.revision = revision
    }
}
