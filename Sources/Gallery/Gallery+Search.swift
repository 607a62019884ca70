import GRDB
import Wire

/// A search index with the state of the file that it shows.
struct CachedIndex: Sendable {
    let state: GalleryState
    let index: GalleryIndex
}

/// Tells two states of the gallery's people apart, in one opening of the file.
struct GalleryState: Equatable, Sendable {
    let opening: Int
    /// Counted by the file itself; in one of an older format, which is only read, `PRAGMA data_version` counts all commits.
    let revision: Int

    init(_ database: Database, opening: Int) throws {
        self.opening = opening
        let count = try GallerySchema.counts(database) ? "SELECT number FROM revision" : "PRAGMA data_version"
        revision = try Int.fetchOne(database, sql: count) ?? 0
    }
}

extension Gallery {
    /// Everybody's templates of one model, ready to be compared with probes.
    ///
    /// The index stays in memory from one call to the next, and is read again when any process has changed the gallery.
    /// - Returns: an index of at least one person.
    /// - Throws: `GalleryError.empty`, and `.templatesOfOtherModels` when there is nothing of this model.
    package func searchIndex(of model: TemplateModel) throws -> GalleryIndex {
        let index = try read { try self.index(of: model, in: $0) }
        guard !index.people.isEmpty else {
            guard !index.ignored.isEmpty else { throw GalleryError.empty(path: path) }
            throw GalleryError.templatesOfOtherModels(scope: "anybody", current: model.name, others: index.ignored)
        }
        return index
    }

    /// As ``searchIndex(of:)``; nil while nobody has a template of the model.
    package func searchIndexIfAny(of model: TemplateModel) throws -> GalleryIndex? {
        do {
            return try searchIndex(of: model)
        } catch GalleryError.empty, GalleryError.templatesOfOtherModels {
            return nil
        }
    }

    /// One person's templates of one model.
    ///
    /// - Throws: `GalleryError.personUnknown`, `.withoutTemplates`, and `.templatesOfOtherModels` when the person has none of this model.
    package func templates(of person: PersonName, by model: TemplateModel) throws -> [Template] {
        try read { database in
            try Self.requireKnown(person, in: database)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT unseal(features) AS features, model.sha256 AS modelSHA256, model.name AS modelName
                    FROM template JOIN person ON person.id = template.person JOIN model ON model.id = template.model
                    WHERE person.name = ? ORDER BY template.id
                    """, arguments: [person.text])
            guard !rows.isEmpty else { throw GalleryError.withoutTemplates(person: person.text) }
            let own = rows.filter { $0["modelSHA256"] == model.sha256 }
            guard !own.isEmpty else {
                let others = rows.reduce(into: [String: Int]()) { $0[$1["modelName"], default: 0] += 1 }
                throw GalleryError.templatesOfOtherModels(scope: person.text, current: model.name, others: others)
            }
            return try own.map { row in
                guard let template = Template(normalising: try features(row, person: person.text), model: model) else {
                    throw GalleryError.unusable(path: path, reason: "a template of \(person.text) is damaged")
                }
                return template
            }
        }
    }

    /// As ``searchIndex(of:)``, within a transaction; of nobody while nobody has a template of the model.
    func index(of model: TemplateModel, in database: Database) throws -> GalleryIndex {
        let recognition = try models.recognition(of: model)
        let state = try GalleryState(database, opening: opening)
        return try cachedIndex.withLock { cached in
            if let cached, cached.state == state, cached.index.model == model, cached.index.recognition == recognition {
                return cached.index
            }
            let index = try load(model, recognition, state.revision, from: database)
            cached = CachedIndex(state: state, index: index)
            return index
        }
    }

    /// What speaks against enrolments in the gallery as it is.
    func enrolmentCheck(_ model: TemplateModel, in database: Database) throws -> EnrolmentCheck {
        let index = try self.index(of: model, in: database)
        return EnrolmentCheck(index: index, recognition: index.recognition)
    }

    private func load(
        _ model: TemplateModel, _ recognition: Recognition, _ revision: Int, from database: Database
    ) throws -> GalleryIndex {
        var templates: [(person: String, features: [Float])] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT person.name AS person, unseal(features) AS features
                FROM template JOIN person ON person.id = template.person JOIN model ON model.id = template.model
                WHERE model.sha256 = ? ORDER BY person.name, template.id
                """, arguments: [model.sha256])
        while let row = try rows.next() {
            let person: String = row["person"]
            let features = try features(row, person: person)
            if let first = templates.first, first.features.count != features.count {
                throw GalleryError.unusable(
                    path: path,
                    reason: "a template of \(person) is \(features.count) numbers long, "
                        + "another of the same model \(first.features.count)")
            }
            guard recognition.fits(features.count) else {
                throw GalleryError.unusable(
                    path: path,
                    reason:
                        "a template of \(person) is \(features.count) numbers long, and the model in use takes others")
            }
            templates.append((person, features))
        }
        let ignored = try Row.fetchAll(
            database,
            sql: """
                SELECT model.name AS name, count(*) AS templates FROM template JOIN model ON model.id = template.model
                WHERE model.sha256 <> ? GROUP BY model.name
                """, arguments: [model.sha256])
        return GalleryIndex(
            model: model, recognition: recognition, revision: revision, templates: templates,
            negatives: try Self.negatives(of: model, in: database),
            strangers: try Self.strangers(of: model, in: database),
            ignored: Dictionary(uniqueKeysWithValues: ignored.map { ($0["name"], $0["templates"]) }))
    }

    /// The faces that are not a person's, of one model.
    package func negatives(of person: PersonName, by model: TemplateModel) throws -> [Template] {
        try read { try Self.negatives(of: model, in: $0)[person.text] ?? [] }
    }

    static func negatives(of model: TemplateModel, in database: Database) throws -> [String: [Template]] {
        guard try GallerySchema.counts(database) else { return [:] }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT person.name AS person, unseal(features) AS features FROM negative JOIN person ON person.id = negative.person
                JOIN model ON model.id = negative.model WHERE model.sha256 = ? ORDER BY negative.id
                """, arguments: [model.sha256]
        ).reduce(into: [:]) { negatives, row in
            let template = TemplateBlob.decode(row["features"]).flatMap { Template(normalising: $0, model: model) }
            if let template { negatives[row["person"], default: []].append(template) }
        }
    }

    func features(_ row: Row, person: String) throws -> [Float] {
        guard let features = TemplateBlob.decode(row["features"]), features.allSatisfy(\.isFinite) else {
            throw GalleryError.unusable(path: path, reason: "a template of \(person) is damaged")
        }
        return features
    }
}
