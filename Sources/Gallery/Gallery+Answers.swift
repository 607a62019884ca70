import Foundation
import Wire

extension Gallery {
    /// Answers a user's question, or does what it asks for.
    ///
    /// - Throws: ``GalleryError``; ``ReportError`` `name-invalid`, and `option-invalid` for a question that lacks a name.
    package func answer(_ question: GalleryQuestion) throws -> GalleryAnswer {
        func name(_ text: String?, _ key: String) throws -> PersonName {
            guard let text else {
                throw ReportError(
                    code: .optionInvalid, message: "\"\(question.ask.rawValue)\" needs \"\(key)\".",
                    hint: "Name a person.")
            }
            return try PersonName(text)
        }
        switch question.ask {
        case .list:
            return GalleryAnswer(people: try people())
        case .show:
            let record = try show(name(question.person, "person"))
            return GalleryAnswer(
                people: [.init(record)],
                templates: record.templates.map {
                    .init(
                        sourceSHA256: $0.source, modelSHA256: $0.model.sha256,
                        quality: $0.quality.overall.rounded4, enrolled: $0.enrolled)
                })
        case .rename:
            let target = try name(question.to, "to")
            try rename(name(question.person, "person"), to: target)
            let record = try show(target)
            return GalleryAnswer(people: [.init(record)], changed: record.templates.count)
        case .remove:
            let record = try remove(name(question.person, "person"))
            return GalleryAnswer(people: [.init(record)], changed: record.templates.count)
        }
    }

    /// Adds what `limner gallery export` wrote, and answers with everybody.
    ///
    /// - Throws: as ``add(_:)``.
    package func answer(importing json: Data) throws -> GalleryAnswer {
        let change = try add(GalleryExport(json: json))
        return GalleryAnswer(people: try people(), changed: change.addedTemplates)
    }
}

extension GalleryAnswer.Person {
    fileprivate init(_ record: PersonRecord) {
        self.init(
            name: record.name, templates: record.templates.count,
            lastEnrolled: record.templates.map(\.enrolled).max())
    }
}
