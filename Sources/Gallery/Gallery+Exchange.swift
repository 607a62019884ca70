import Foundation
import GRDB
import Wire

/// What an import changed.
package struct GalleryImport: Codable, Equatable, Sendable {
    /// People who were not enrolled before.
    package let newPeople: Int
    package let addedTemplates: Int
    /// Templates that were there already.
    package let knownTemplates: Int
}

extension Gallery {
    /// Everything that the gallery holds, by name.
    package func export() throws -> GalleryExport {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT template.*, unseal(features) AS open, person.name AS personName, model.name AS modelName, model.sha256 AS modelSHA256
                    FROM template JOIN person ON person.id = template.person JOIN model ON model.id = template.model
                    ORDER BY person.name, template.id
                    """)
            var people: [(name: String, templates: [GalleryExport.ExportedTemplate])] = []
            for row in rows {
                let name: String = row["personName"]
                if people.last?.name != name { people.append((name, [])) }
                let record = Self.templateRecord(row)
                people[people.count - 1].templates.append(
                    GalleryExport.ExportedTemplate(
                        model: record.model, features: row["open"], quality: record.quality,
                        source: record.source, enrolled: record.enrolled))
            }
            let denied = try Self.denied(in: database)
            return GalleryExport(
                people: people.map {
                    GalleryExport.ExportedPerson(
                        name: $0.name, templates: $0.templates, denied: denied[$0.name] ?? [])
                })
        }
    }

    private static func denied(in database: Database) throws -> [String: [GalleryExport.ExportedFace]] {
        guard try GallerySchema.counts(database) else { return [:] }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT person.name AS person, unseal(features) AS features, model.name AS modelName, model.sha256 AS modelSHA256
                FROM negative JOIN person ON person.id = negative.person JOIN model ON model.id = negative.model
                ORDER BY negative.id
                """
        ).reduce(into: [:]) { denied, row in
            let model = TemplateModel(name: row["modelName"], sha256: row["modelSHA256"])
            denied[row["person"], default: []].append(.init(model: model, features: row["features"]))
        }
    }

    /// Adds what an export holds to what is there, all of it or, on an error, nothing; importing twice changes nothing.
    ///
    /// People of one name are taken for one person. Times of enrolment are kept.
    /// - Throws: `GalleryError.exportInvalid`; ``ReportError`` `name-invalid`.
    @discardableResult
    package func add(_ export: GalleryExport, undo: Duration = .zero) throws -> GalleryImport {
        let people = try export.people.map { person in
            (
                name: try PersonName(person.name),
                templates: try person.templates.map { (new: try $0.checked(of: person.name), time: $0.enrolled) },
                denied: try (person.denied ?? []).map { try $0.checked(of: person.name) }
            )
        }
        return try change("an export was imported", undo) { database in
            var newPeople = 0
            var added = 0
            var known = 0
            let time = now()
            for person in people where !person.templates.isEmpty {
                if try !Self.isKnown(person.name, in: database) { newPeople += 1 }
                let identifier = try Self.identifier(of: person.name, in: database)
                for (new, time) in person.templates {
                    let isNew = try Self.insert(
                        new, person: identifier, job: nil, enrolled: time, in: database)
                    added += isNew ? 1 : 0
                    known += isNew ? 0 : 1
                }
                for face in person.denied {
                    try Self.deny(face, person: identifier, at: time, in: database)
                }
            }
            return GalleryImport(newPeople: newPeople, addedTemplates: added, knownTemplates: known)
        }
    }
}
