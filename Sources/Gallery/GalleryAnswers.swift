import Foundation
import Wire

/// What is asked of the gallery, the body of `POST /v1/gallery`: `{"ask": "rename", "person": "a", "to": "b"}`.
package struct GalleryQuestion: Codable, Sendable, Equatable {
    package enum Ask: String, Codable, Sendable, CaseIterable {
        case list, show, rename, remove, erase, merge, move, undo, confirm, deny, name, unknowns
        case forgetStrangers = "forget-strangers"
        case thresholds, networks

        /// Whether it leaves the gallery as it is.
        package var isReading: Bool { [.list, .show, .unknowns, .thresholds, .networks].contains(self) }

        /// The keys that it needs beside `ask`.
        package var needs: [String] {
            switch self {
            case .list, .undo, .unknowns, .forgetStrangers, .thresholds, .networks: []
            case .show, .remove, .erase: ["person"]
            case .rename, .merge: ["person", "to"]
            case .move: ["person", "to", "template"]
            case .confirm, .deny, .name: ["job", "face", "person"]
            }
        }

        /// One sentence for the manual.
        package var summary: String {
            switch self {
            case .list: "Everybody who is enrolled."
            case .show: "One person, with the templates."
            case .rename: "Gives a person the name `to`, which nobody has."
            case .remove: "Takes a person out of the gallery; `undo` takes that back."
            case .erase: "Removes a person for good, and whatever is remembered of the face; answers with a receipt."
            case .merge: "Gives the templates of a person to the person `to`: two are one."
            case .move: "Gives one template, named by the beginning of its photograph's SHA-256, to the person `to`."
            case .undo: "Takes the last change back."
            case .confirm: "Face `face` of the job `job`, by its number in the report, is that person's."
            case .deny: "It is not that person's."
            case .name: "It, and those like it that nobody knows, are that person's, who may be new."
            case .unknowns: "Faces that came without being known, those of one person together."
            case .forgetStrangers: "Forgets the strangers that were kept to measure with."
            case .thresholds: "From which cosine on a face is somebody's, and why."
            case .networks: "The networks that the templates come from."
            }
        }
    }

    package var ask: Ask
    /// Which of these a question needs is told by ``Ask/needs``.
    package var person: String?
    /// For `rename` the new name, for `merge` and `move` who gets the templates.
    package var to: String?
    /// For `move`: the beginning of the SHA-256 of the template's photograph.
    package var template: String?
    /// For `confirm`, `deny` and `name`: a face, by its number in the job's report.
    package var job: JobIdentifier?
    package var face: Int?

    package init(
        _ ask: Ask, person: String? = nil, to: String? = nil, template: String? = nil, job: JobIdentifier? = nil,
        face: Int? = nil
    ) {
        self.ask = ask
        self.person = person
        self.to = to
        self.template = template
        self.job = job
        self.face = face
    }

    /// Reads the body of a request.
    ///
    /// - Throws: `ManifestError` with every mistake there is; what a question lacks is told when it is answered.
    package init(json: Data) throws(ManifestError) {
        self = try ObjectReader.read(json) { reader in
            let ask = reader.required("ask").flatMap { reader.choice($0, "ask", Ask.self) }
            return GalleryQuestion(
                // Without one the reader has a mistake, and this is not handed out.
                ask ?? .list, person: reader.string("person"), to: reader.string("to"),
                template: reader.string("template"), job: reader.job("job"),
                face: reader.integer("face", 1...Int(Int32.max)))
        }
    }
}

/// `POST /v1/gallery` and `/v1/gallery/import`: the gallery, one person of it, or what a change did.
package struct GalleryAnswer: Codable, Sendable, Equatable {
    package struct Person: Codable, Sendable, Equatable {
        package var name: String
        package var templates: Int
        package var lastEnrolled: Date?
        /// How many of them the model in use compares: a person with none needs re-enrolment. Absent where that is not known.
        package var comparable: Int?
        /// Whether nothing of the person is compared, be it that there is no template.
        package var isUnknownToModel: Bool { templates == 0 || comparable == 0 }
    }

    /// A network that made templates.
    package struct Network: Codable, Sendable, Equatable {
        package var name: String
        package var sha256: String
        package var templates: Int
        package var people: Int
    }

    package struct Template: Codable, Sendable, Equatable {
        /// Of the photograph that it was computed from.
        package var sourceSHA256: String
        package var modelSHA256: String
        /// 0…1; higher is better for comparison.
        package var quality: Double
        package var enrolled: Date
    }

    /// How the gallery decides now.
    package struct Thresholds: Codable, Sendable, Equatable {
        package var templates: Int
        package var identify: DecisionLines
        package var promise: ThresholdPromise?
        /// Which share of strangers is taken for somebody; absent where that is not known of the network.
        package var fpir: Double?
        package var verify: DecisionLines
        /// Of whom templates are kept to measure with.
        package var strangers: Int
    }

    /// A remembered face.
    package struct Face: Codable, Sendable, Equatable {
        package var job: String
        package var face: Int
        package var picture: String
        package var seen: Date
        /// 0…1; higher is better for comparison.
        package var quality: Double
    }

    /// `list`: everybody; `show`: the one asked for; after a change: whom it concerned.
    package var people: [Person]
    /// `show` only.
    package var templates: [Template] = []
    /// How many templates a change renamed, removed, moved, imported or added.
    package var changed = 0
    /// `confirm` and `name` only: what of it became no template, and why; absent where all did.
    package var notes: [String]?
    /// `thresholds` only.
    package var thresholds: Thresholds?
    /// `networks` only.
    package var networks: [Network]?
    /// `forget-strangers` only: how many.
    package var strangers: Int?
    /// `undo` only: what was taken back.
    package var undone: String?
    /// `erase` only.
    package var erased: ErasureReceipt?
    /// `unknowns` only: the faces of each unknown person, the best first.
    package var unknowns: [[Face]]?

    package static let nobody = GalleryAnswer(people: [])
}

extension GalleryExport {
    /// What it holds.
    package var answer: GalleryAnswer {
        GalleryAnswer(
            people: people.map { .init(name: $0.name, templates: $0.templates.count) },
            changed: people.reduce(0) { $0 + $1.templates.count })
    }
}
