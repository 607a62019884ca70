import Foundation
import GRDB
import Wire

/// A job's face that the gallery remembers, and what was told of it last.
package struct RememberedFace: Sendable, Equatable {
    package let job: String
    package let number: Int
    package let picture: String
    package let face: NewTemplate
    package let seen: Date
    package let decision: FaceDecision
    package let person: String?
    /// Whom somebody confirmed it as.
    package let confirmed: String?
}

extension Gallery {
    /// Remembers what jobs have seen. A job that is told again, as after a crash, counts as the last time.
    package func remember(
        _ jobs: [(job: JobIdentifier, faces: [SeenFace])], policy: GalleryPolicy = GalleryPolicy()
    ) throws {
        guard jobs.contains(where: { !$0.faces.isEmpty }) else { return }
        let time = Self.seconds(now())
        try write { database in
            if policy.remember > .zero {
                for (job, faces) in jobs {
                    for seen in faces { try Self.insert(seen, of: job, at: time, in: database) }
                }
            }
            if policy.cohort == .collect {
                try Self.collect(
                    jobs.flatMap(\.faces), minimumQuality: policy.minimumQuality, at: time, models: models, in: database
                )
            }
        }
    }

    private static func insert(_ seen: SeenFace, of job: JobIdentifier, at time: Int64, in database: Database) throws {
        let (template, quality) = (seen.face.template, seen.face.quality)
        try insert(template.model, in: database)
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO remembered
                    (job, face, picture, model, source, features, detectorScore, eyeDistance, sharpness,
                    frontality, magnitude, seen, decision, revision, person)
                VALUES (?, ?, ?, (SELECT id FROM model WHERE sha256 = ?), ?, seal(?), ?, ?, ?, ?, ?, ?, ?, ?,
                    (SELECT id FROM person WHERE name = ?))
                """,
            arguments: [
                job.text, seen.number, seen.picture, template.model.sha256, seen.face.source,
                TemplateBlob.encode(template.features), quality.detectorScore, quality.eyeDistance,
                quality.sharpness, quality.frontality, quality.magnitude, time, seen.decision.rawValue,
                seen.revision, seen.person,
            ])
    }

    /// Forgets what was kept long enough: faces, and what changes were before.
    ///
    /// - Returns: how many faces and changes went.
    @discardableResult
    package func expire(_ policy: GalleryPolicy) throws -> Int {
        // Nothing is made by the way.
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        let time = now()
        func oldest(_ age: Duration) -> Int64 { Self.seconds(time.addingTimeInterval(-age.seconds)) }
        let ages = [
            ("remembered", "seen", policy.remember), ("undo", "applied", policy.undo),
            ("stranger", "seen", policy.strangers),
        ]
        // A look costs no wait for the disk.
        let isDue = try read { database in
            try ages.contains { table, column, age in
                try Bool.fetchOne(
                    database, sql: "SELECT EXISTS (SELECT * FROM \(table) WHERE \(column) < ?)",
                    arguments: [oldest(age)]) ?? false
            }
        }
        guard isDue else { return 0 }
        return try write { database in
            try ages.reduce(0) { count, kept in
                try database.execute(
                    sql: "DELETE FROM \(kept.0) WHERE \(kept.1) < ?", arguments: [oldest(kept.2)])
                if kept.0 == "stranger", database.changesCount > 0 { try Self.countChange(in: database) }
                return count + database.changesCount
            }
        }
    }

    /// The faces to be asked again because people have changed since: matches too, as somebody nearer may have been enrolled.
    package func outdated() throws -> (faces: [RememberedFace], revision: Int) {
        try read { database in
            let faces = try Self.memories(
                "remembered.revision < (SELECT number FROM revision)", [], in: database)
            return (faces, try Int.fetchOne(database, sql: "SELECT number FROM revision") ?? 0)
        }
    }

    /// Notes what was told of faces, and that all were asked but those of some jobs.
    package func note(
        _ told: [(face: RememberedFace, decision: FaceDecision, person: String?)], askedAt revision: Int,
        but jobs: Set<String> = []
    ) throws {
        try write { database in
            for (face, decision, person) in told {
                try database.execute(
                    sql: """
                        UPDATE remembered SET decision = ?, person = (SELECT id FROM person WHERE name = ?)
                        WHERE job = ? AND face = ?
                        """, arguments: [decision.rawValue, person, face.job, face.number])
            }
            let left = try String.fetchAll(
                database, sql: "SELECT DISTINCT job FROM remembered WHERE revision < ?", arguments: [revision])
            for job in left where !jobs.contains(job) {
                try database.execute(
                    sql: "UPDATE remembered SET revision = ? WHERE job = ?", arguments: [revision, job])
            }
        }
    }

    /// The remembered faces of nobody who is known, those alike together; the largest clusters first.
    package func unknowns() throws -> [[RememberedFace]] {
        try read { database in
            guard try GallerySchema.counts(database) else { return [] }
            let models = try Row.fetchAll(
                database, sql: "SELECT name, sha256 FROM model WHERE id IN (SELECT model FROM remembered)")
            return try models.flatMap { row in
                try clusters(of: TemplateModel(name: row["name"], sha256: row["sha256"]), in: database)
            }
        }
    }

    /// Most faces that are looked through for clusters, the latest: each is compared with each, in some seconds and 50 MB.
    private static let mostClustered = 5000

    /// Faces of one model that are nobody's, in clusters whose members are all so alike that one stranger in a thousand is as like any
    /// of so many faces; the best of each first.
    func clusters(of model: TemplateModel, in database: Database) throws -> [[RememberedFace]] {
        let recognition = try models.recognition(of: model)
        var faces = try Self.memories(
            """
            remembered.decision <> 'match' AND remembered.revision IS NOT NULL AND confirmation.person IS NULL
            AND model.sha256 = ?
            """, [model.sha256],
            limit: Self.mostClustered, in: database
        )
        // What another length of template makes incomparable is left out.
        guard let length = faces.first?.face.template.features.count, recognition.fits(length) else { return [] }
        faces = faces.filter { $0.face.template.features.count == length }
            .sorted { $0.face.quality.overall > $1.face.quality.overall }
        let index = GalleryIndex(
            model: model, recognition: recognition,
            templates: faces.map { (person: "", features: $0.face.template.features) }, ignored: [:])
        let line = EnrolmentCheck.line(among: faces.count, tail: recognition.tail)
        return CompleteLinkage(count: faces.count) { index.cosines(to: faces[$0].face.template) }
            .clusters(line: Float(line)).map { $0.map { faces[$0] } }
            .sorted { ($1.count, $0[0].job, $0[0].number) < ($0.count, $1[0].job, $1[0].number) }
    }

    /// - Throws: `GalleryError.faceForgotten`.
    static func remembered(_ number: Int, of job: JobIdentifier, in database: Database) throws -> NewTemplate {
        let found = try memories("remembered.job = ? AND remembered.face = ?", [job.text, number], in: database)
        guard let face = found.first?.face else { throw GalleryError.faceForgotten(job: job.text, face: number) }
        return face
    }

    /// The latest first.
    private static func memories(
        _ condition: String, _ arguments: StatementArguments, limit: Int = .max, in database: Database
    ) throws -> [RememberedFace] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT remembered.*, unseal(features) AS open, seen AS enrolled, model.sha256 AS modelSHA256, model.name AS modelName,
                    teller.name AS told, confirmer.name AS confirmed
                FROM remembered JOIN model ON model.id = remembered.model
                LEFT JOIN confirmation ON confirmation.job = remembered.job AND confirmation.face = remembered.face
                LEFT JOIN person AS teller ON teller.id = remembered.person
                LEFT JOIN person AS confirmer ON confirmer.id = confirmation.person
                WHERE (\(condition)) ORDER BY seen DESC, remembered.job DESC, remembered.face LIMIT ?
                """, arguments: arguments + [limit])
        return rows.compactMap { row in
            guard let face = template(row), let decision = FaceDecision(rawValue: row["decision"]) else { return nil }
            return RememberedFace(
                job: row["job"], number: row["face"], picture: row["picture"], face: face,
                seen: Date(timeIntervalSince1970: row["seen"]), decision: decision, person: row["told"],
                confirmed: row["confirmed"])
        }
    }
}
