import Foundation
import Parsing

/// `retrospect.json` beside a job's report: the answers that have changed since, because people were enrolled or corrected.
package struct Retrospect: Codable, Sendable, Equatable {
    package struct Addition: Codable, Sendable, Equatable {
        /// Who answers.
        package enum Teller: String, Codable, Sendable {
            /// Somebody who confirmed it.
            case user
            case gallery
        }

        package var time: Date
        /// ``IdentificationResult/Face/number``.
        package var face: Int
        /// ``InputFacts/path`` of the picture.
        package var input: String
        package var by: Teller
        package var decision: FaceDecision
        /// Who it is, of a match.
        package var person: String?
        /// The nearest that it was not denied of; absent when that is nobody, or a user answered.
        package var candidate: IdentificationResult.Candidate?

        package init(
            time: Date, face: Int, input: String, by: Teller, decision: FaceDecision, person: String?,
            candidate: IdentificationResult.Candidate? = nil
        ) {
            self.time = time
            self.face = face
            self.input = input
            self.by = by
            self.decision = decision
            self.person = person
            self.candidate = candidate
        }
    }

    /// Version of this format.
    package var limner = 1
    package var id: JobIdentifier
    /// Oldest first; the last of a face counts.
    package var additions: [Addition]

    package init(id: JobIdentifier, additions: [Addition] = []) {
        self.id = id
        self.additions = additions
    }
}

/// The JSON Schema of a retrospect, `Schemas/retrospect.schema.json`, as the programs carry it.
package enum RetrospectSchema {
    package static let root: JSONNode = {
        do {
            return try JSONParser.parse(PackageResources.retrospect_schema_json)
        } catch {
            preconditionFailure("the schema of retrospects is no JSON: \(error)")
        }
    }()
}
