import Foundation
import GRDB
import Wire

extension Gallery {
    /// Everybody, by name.
    package func people() throws -> [GalleryAnswer.Person] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, count(*) AS templates, max(enrolled) AS last
                    FROM template JOIN person ON person.id = template.person GROUP BY person.id ORDER BY name
                    """
            ).map { row in
                .init(
                    name: row["name"], templates: row["templates"],
                    lastEnrolled: Date(timeIntervalSince1970: row["last"]))
            }
        }
    }

    /// Others whose names differ from a name in upper and lower case only: easily one person enrolled as two.
    package func namesakes(of name: String) throws -> [String] {
        try read { database in
            try String.fetchAll(
                database,
                sql: "SELECT name FROM person WHERE swiftLowercaseString(name) = ? AND name <> ? ORDER BY name",
                arguments: [name.lowercased(), name])
        }
    }

    /// What is kept about one person.
    ///
    /// - Throws: `GalleryError.personUnknown`.
    package func show(_ person: PersonName) throws -> PersonRecord {
        try read { database in try Self.record(of: person, in: database) }
    }

    private static func record(of person: PersonName, in database: Database) throws -> PersonRecord {
        try requireKnown(person, in: database)
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT template.*, model.name AS modelName, model.sha256 AS modelSHA256
                FROM template JOIN person ON person.id = template.person JOIN model ON model.id = template.model
                WHERE person.name = ? ORDER BY template.id
                """, arguments: [person.text])
        return PersonRecord(name: person.text, templates: rows.map(templateRecord))
    }

    static func templateRecord(_ row: Row) -> TemplateRecord {
        TemplateRecord(
            model: TemplateModel(name: row["modelName"], sha256: row["modelSHA256"]),
            quality: FaceQuality(
                detectorScore: row["detectorScore"], eyeDistance: row["eyeDistance"], sharpness: row["sharpness"],
                frontality: row["frontality"], magnitude: row["magnitude"]),
            source: row["source"], enrolled: Date(timeIntervalSince1970: row["enrolled"]))
    }

    /// Gives a person another name; renaming to the present name changes nothing.
    ///
    /// - Throws: `GalleryError.personUnknown`, and `.personExists` when somebody else has the new name.
    package func rename(_ person: PersonName, to name: PersonName) throws {
        try write { database in
            try Self.requireKnown(person, in: database)
            guard person != name else { return }
            guard try !Self.isKnown(name, in: database) else { throw GalleryError.personExists(name: name.text) }
            try database.execute(
                sql: "UPDATE person SET name = ? WHERE name = ?", arguments: [name.text, person.text])
        }
    }

    /// Forgets a person and all their templates; the bytes are overwritten in the file.
    ///
    /// - Returns: what was removed, as a receipt.
    /// - Throws: `GalleryError.personUnknown`.
    @discardableResult
    package func remove(_ person: PersonName) throws -> PersonRecord {
        try write { database in
            let record = try Self.record(of: person, in: database)
            try database.execute(sql: "DELETE FROM person WHERE name = ?", arguments: [person.text])
            return record
        }
    }

    static func isKnown(_ person: PersonName, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT * FROM person WHERE name = ?)", arguments: [person.text]) ?? false
    }

    static func requireKnown(_ person: PersonName, in database: Database) throws {
        guard try !isKnown(person, in: database) else { return }
        let names = try String.fetchAll(database, sql: "SELECT name FROM person ORDER BY name")
        throw GalleryError.personUnknown(
            name: person.text, nearest: NearestName.of(person.text, among: names), enrolled: names.count)
    }
}
