import Foundation
import Wire

/// What is asked of the gallery, the body of `POST /v1/gallery`: `{"ask": "rename", "person": "a", "to": "b"}`.
package struct GalleryQuestion: Codable, Sendable, Equatable {
    package enum Ask: String, Codable, Sendable, CaseIterable {
        case list, show, rename, remove
    }

    package var ask: Ask
    /// For all but `list`.
    package var person: String?
    /// The new name; for `rename`.
    package var to: String?

    package init(_ ask: Ask, person: String? = nil, to: String? = nil) {
        self.ask = ask
        self.person = person
        self.to = to
    }
}

/// `POST /v1/gallery` and `/v1/gallery/import`: the gallery, one person of it, or what a change did.
package struct GalleryAnswer: Codable, Sendable, Equatable {
    package struct Person: Codable, Sendable, Equatable {
        package var name: String
        package var templates: Int
        package var lastEnrolled: Date?
    }

    package struct Template: Codable, Sendable, Equatable {
        /// Of the photograph that it was computed from.
        package var sourceSHA256: String
        package var modelSHA256: String
        /// 0…1; higher is better for comparison.
        package var quality: Double
        package var enrolled: Date
    }

    /// `list`: everybody; `show`: the one asked for; after a change: whom it concerned.
    package var people: [Person]
    /// `show` only.
    package var templates: [Template] = []
    /// How many templates a change renamed, removed or imported.
    package var changed = 0

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
