/// A job of kind `feedback`: each correction, in the order in which it was given, and what became of it.
package struct FeedbackResult: Codable, Sendable, Equatable {
    package struct Correction: Codable, Sendable, Equatable {
        package var verdict: FaceCorrection.Verdict
        package var job: JobIdentifier
        package var face: Int
        package var person: String
        /// How many templates the person has more by a confirmation, or less by a denial; absent where there is an error.
        package var templates: Int?
        /// Why it was not made.
        package var error: ReportError?

        package init(_ correction: FaceCorrection) {
            verdict = correction.verdict
            job = correction.job
            face = correction.face
            person = correction.person.text
        }

        mutating func note(_ outcome: CorrectionOutcome) {
            switch outcome {
            case .made(let count): (templates, error) = (count, nil)
            case .refused(let reason): (templates, error) = (nil, reason)
            }
        }
    }

    package var corrections: [Correction]

    package init(_ corrections: [FaceCorrection]) { self.corrections = corrections.map(Correction.init) }

    /// Why the job comes to nothing: every correction was refused; nil when any was made.
    package var refusal: ReportError? {
        let errors = corrections.compactMap(\.error)
        guard errors.count == corrections.count, let first = errors.first else { return nil }
        guard errors.count > 1 else { return first }
        return ReportError(
            code: first.code, message: "None of \(errors.count) corrections can be made. The first: \(first.message)",
            hint: first.hint)
    }
}
