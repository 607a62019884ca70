/// Options of an `enroll` job: every input picture must show exactly one face, which becomes a template of `person`.
package struct Enrollment: Codable, Sendable, Equatable {
    /// The name in the gallery; see ``NameRule``.
    package var person: String
    /// Lowest detector score of a face that counts, 0…1; `nil` takes `faces.detectionScore`.
    package var detectionScore: Double?

    package init(person: String, detectionScore: Double? = nil) {
        self.person = person
        self.detectionScore = detectionScore
    }
}
