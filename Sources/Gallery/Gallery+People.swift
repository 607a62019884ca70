import Foundation
import GRDB
import Wire

extension Gallery {
    /// Everybody, by name.
    package func people() throws -> [GalleryAnswer.Person] {
        // What of a model in use that cannot be read is told by whoever needs it.
        let network = try? models.network
        return try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT person.name AS name, count(template.id) AS templates, max(enrolled) AS last,
                        sum(model.name = ? AND model.sha256 = coalesce(?, model.sha256)) AS comparable
                    FROM person LEFT JOIN template ON person.id = template.person
                    LEFT JOIN model ON model.id = template.model
                    GROUP BY person.id ORDER BY person.name
                    """, arguments: [network?.name, network?.sha256]
            ).map { row in
                .init(
                    name: row["name"], templates: row["templates"],
                    lastEnrolled: (row["last"] as Double?).map(Date.init(timeIntervalSince1970:)),
                    comparable: row["comparable"])
            }
        }
    }

    /// How many templates, and of how many people, each network made.
    func networks() throws -> [GalleryAnswer.Network] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT model.name AS name, model.sha256 AS sha256, count(*) AS templates,
                        count(DISTINCT person) AS people
                    FROM template JOIN model ON model.id = template.model GROUP BY model.id ORDER BY model.id
                    """
            ).map {
                .init(name: $0["name"], sha256: $0["sha256"], templates: $0["templates"], people: $0["people"])
            }
        }
    }

    /// Has remembered faces asked again, as when another model is in use. Where there is no gallery, none is made.
    package func reconsider() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try write { try Self.countChange(in: $0) }
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
    package func rename(_ person: PersonName, to name: PersonName, undo: Duration = .zero) throws {
        try change("\(person.text) was renamed to \(name.text)", undo) { database in
            try Self.requireKnown(person, in: database)
            guard person != name else { return }
            guard try !Self.isKnown(name, in: database) else {
                throw GalleryError.personExists(name: name.text, renaming: person.text)
            }
            try database.execute(
                sql: "UPDATE person SET name = ? WHERE name = ?", arguments: [name.text, person.text])
        }
    }

    /// Takes a person out with all their templates; the bytes are overwritten in the file when it cannot be undone any more.
    ///
    /// - Returns: what was removed.
    /// - Throws: `GalleryError.personUnknown`.
    @discardableResult
    package func remove(_ person: PersonName, undo: Duration = .zero) throws -> PersonRecord {
        try change("\(person.text) was removed", undo) { database in
            let record = try Self.record(of: person, in: database)
            try database.execute(sql: "DELETE FROM person WHERE name = ?", arguments: [person.text])
            return record
        }
    }

    /// Makes two people one.
    ///
    /// What both were denied of stays denied, but of what is the other's by a template or a confirmation; templates of a photograph
    /// that both have stay once.
    /// - Returns: how many templates moved.
    /// - Throws: `GalleryError.personUnknown`; ``ReportError`` `name-invalid` for one person twice.
    package func merge(_ person: PersonName, into other: PersonName, undo: Duration = .zero) throws -> Int {
        guard person != other else {
            throw ReportError(
                code: .nameInvalid, message: "\(person.text) cannot be merged into \(person.text).",
                hint: "Name two people.")
        }
        return try change("\(person.text) was merged into \(other.text)", undo) { database in
            try Self.requireKnown(person, in: database)
            try Self.requireKnown(other, in: database)
            let (from, into) = try (
                Self.identifier(of: person, in: database), Self.identifier(of: other, in: database)
            )
            for (denier, owner) in [(from, into), (into, from)] {
                for face in try Self.faces(of: owner, in: database) {
                    try Self.withdrawDenials(of: face, person: denier, in: database)
                }
            }
            let moved = try Self.move("1", [], from: from, to: into, in: database)
            for table in ["negative", "confirmation", "remembered"] {
                try database.execute(
                    sql: "UPDATE \(table) SET person = ? WHERE person = ?", arguments: [into, from])
            }
            try database.execute(sql: "DELETE FROM person WHERE id = ?", arguments: [from])
            return moved
        }
    }

    /// Gives the templates of one photograph to another person, who is made when new: so is a person split.
    ///
    /// - Parameter source: the beginning of the photograph's SHA-256, as `show` has it.
    /// - Returns: how many templates moved.
    /// - Throws: `GalleryError.personUnknown`, `.templateUnknown`.
    package func move(
        _ source: String, of person: PersonName, to other: PersonName, undo: Duration = .zero
    ) throws -> Int {
        try change("a template of \(person.text) was moved to \(other.text)", undo) { database in
            try Self.requireKnown(person, in: database)
            let from = try Self.identifier(of: person, in: database)
            let sources = try String.fetchAll(
                database, sql: "SELECT DISTINCT source FROM template WHERE person = ? AND instr(source, ?) = 1",
                arguments: [from, source.lowercased()])
            guard sources.count == 1, !source.isEmpty, person != other else {
                throw GalleryError.templateUnknown(person: person.text, source: source, matches: sources.count)
            }
            let into = try Self.identifier(of: other, in: database)
            let moved = try Self.move("source = ?", [sources[0]], from: from, to: into, in: database)
            try database.execute(
                sql: "DELETE FROM person WHERE id = ? AND NOT EXISTS (SELECT * FROM template WHERE person = ?)",
                arguments: [from, from])
            return moved
        }
    }

    /// Moves templates; what the other person has already goes.
    private static func move(
        _ condition: String, _ arguments: StatementArguments, from: Int64, to into: Int64, in database: Database
    ) throws -> Int {
        let templates = try Row.fetchAll(
            database,
            sql: """
                SELECT template.*, unseal(features) AS open, model.sha256 AS modelSHA256, model.name AS modelName
                FROM template JOIN model ON model.id = template.model WHERE person = ? AND \(condition)
                """, arguments: [from] + arguments)
        for template in templates.compactMap(template) {
            try withdrawDenials(of: template.template, person: into, in: database)
        }
        try database.execute(
            sql: "UPDATE OR IGNORE template SET person = ? WHERE person = ? AND \(condition)",
            arguments: [into, from] + arguments)
        let moved = database.changesCount
        try database.execute(
            sql: "DELETE FROM template WHERE person = ? AND \(condition)", arguments: [from] + arguments)
        return moved
    }

    /// What is a person's: the templates, and the faces that were confirmed and are remembered.
    private static func faces(of person: Int64, in database: Database) throws -> [Template] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT unseal(features) AS features, model.sha256 AS sha256, model.name AS name
                FROM (
                    SELECT features, model FROM template WHERE person = ?
                    UNION ALL
                    SELECT features, model FROM remembered JOIN confirmation USING (job, face)
                    WHERE confirmation.person = ?
                ) AS face JOIN model ON model.id = face.model
                """, arguments: [person, person]
        ).compactMap { row in
            TemplateBlob.decode(row["features"]).flatMap {
                Template(normalising: $0, model: TemplateModel(name: row["name"], sha256: row["sha256"]))
            }
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
