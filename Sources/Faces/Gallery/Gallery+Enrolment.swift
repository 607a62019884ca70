import Foundation
import GRDB

extension Gallery {
    /// Adds templates to a person, who is made when new; all of them or, on an error, none.
    ///
    /// Enrolling the same photograph by the same model again changes nothing.
    /// - Returns: what became of each template, in order.
    @discardableResult
    package func enroll(_ templates: [NewTemplate], as person: PersonName) throws -> [EnrolmentOutcome] {
        guard !templates.isEmpty else { throw FaceError.noPhotographs(person: person.text) }
        let time = now()
        return try write { database in
            let identifier = try Self.identifier(of: person, in: database)
            return try templates.map { new in
                try Self.insert(new, person: identifier, enrolled: time, in: database) ? .added : .alreadyEnrolled
            }
        }
    }

    /// The row of a person, made when there is none.
    static func identifier(of person: PersonName, in database: Database) throws -> Int64 {
        try database.execute(sql: "INSERT OR IGNORE INTO person (name) VALUES (?)", arguments: [person.text])
        return try Int64.fetchOne(database, sql: "SELECT id FROM person WHERE name = ?", arguments: [person.text])!
    }

    /// - Returns: whether the template is new to the person.
    static func insert(_ new: NewTemplate, person: Int64, enrolled: Date, in database: Database) throws -> Bool {
        let model = new.template.model
        try database.execute(
            sql: "INSERT OR IGNORE INTO model (sha256, name) VALUES (?, ?)", arguments: [model.sha256, model.name])
        try database.execute(
            sql: """
                INSERT INTO template
                    (person, model, source, features, detectorScore, eyeDistance, sharpness, frontality, magnitude,
                    enrolled)
                VALUES (?, (SELECT id FROM model WHERE sha256 = ?), ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (person, source, model) DO NOTHING
                """,
            arguments: [
                person, model.sha256, new.source, TemplateBlob.encode(new.template.features),
                new.quality.detectorScore, new.quality.eyeDistance, new.quality.sharpness, new.quality.frontality,
                new.quality.magnitude, Int64(enrolled.timeIntervalSince1970.rounded(.down)),
            ])
        return database.changesCount > 0
    }
}
