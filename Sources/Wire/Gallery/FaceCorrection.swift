import Foundation

/// What somebody says of a face that a job has seen.
///
/// As JSON: `{"verdict": "deny", "job": "20260314T150926Z-9f3a-party", "face": 1, "person": "ada"}`.
package struct FaceCorrection: Codable, Sendable, Hashable {
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// The face is the person's.
        case confirm
        /// It is not, nor is its near twin.
        case deny
    }

    package var verdict: Verdict
    package var job: JobIdentifier
    /// ``IdentificationResult/Face/number``.
    package var face: Int
    package var person: PersonName

    package init(_ verdict: Verdict, _ face: Int, of job: JobIdentifier, as person: PersonName) {
        self.verdict = verdict
        self.job = job
        self.face = face
        self.person = person
    }
}

/// What became of a correction.
package enum CorrectionOutcome: Codable, Sendable, Equatable {
    /// How many templates the person has more by a confirmation, or less by a denial.
    case made(templates: Int)
    /// It would fail again; the others of its job are made all the same.
    case refused(ReportError)
}
