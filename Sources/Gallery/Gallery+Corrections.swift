import Foundation
import GRDB
import Wire

extension Gallery {
    /// Says that a job's face is a person's: nothing that was said to the contrary counts any more, and by the policy the face becomes
    /// a template.
    ///
    /// - Returns: how many templates the person has more.
    /// - Throws: `GalleryError.faceForgotten`, `.personUnknown`.
    package func confirm(
        _ number: Int, of job: JobIdentifier, as person: PersonName, policy: GalleryPolicy
    ) throws -> Int {
        let time = now()
        return try change("face \(number) of \(job) was confirmed as \(person.text)", policy.undo) { database in
            let face = try Self.remembered(number, of: job, in: database)
            try Self.requireKnown(person, in: database)
            let identifier = try Self.identifier(of: person, in: database)
            try Self.withdrawDenials(of: face.template, person: identifier, in: database)
            try Self.confirm(number, of: job, person: identifier, in: database)
            guard policy.confirmed == .template, face.quality.overall >= policy.minimumQuality else { return 0 }
            let proposal = EnrollmentProposal(person: person, templates: [face])
            let receipt = try Self.enroll(proposal, job: job, at: time, in: database)
            return receipt.outcomes.count { $0 == .added }
        }
    }

    /// Says that a job's face is not a person's: from then on neither it nor its near twin is taken for them. What a confirmation made
    /// of it goes.
    ///
    /// - Returns: how many templates the person has less.
    /// - Throws: as ``confirm(_:of:as:policy:)``.
    package func deny(_ number: Int, of job: JobIdentifier, as person: PersonName, policy: GalleryPolicy) throws -> Int
    {
        let time = now()
        return try change("face \(number) of \(job) was denied of \(person.text)", policy.undo) { database in
            let face = try Self.remembered(number, of: job, in: database)
            try Self.requireKnown(person, in: database)
            let identifier = try Self.identifier(of: person, in: database)
            try database.execute(
                sql: "DELETE FROM confirmation WHERE person = ? AND job = ? AND face = ?",
                arguments: [identifier, job.text, number])
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT template.*, unseal(features) AS open, model.sha256 AS modelSHA256, model.name AS modelName
                    FROM template JOIN model ON model.id = template.model
                    WHERE person = ? AND source = ? AND model.sha256 = ?
                    """, arguments: [identifier, face.source, face.template.model.sha256])
            let own = rows.filter { row in
                Self.template(row).map { NearTwin.holds($0.template, among: [face.template]) } ?? false
            }
            for row in own {
                try database.execute(sql: "DELETE FROM template WHERE id = ?", arguments: [row["id"] as Int64])
            }
            try Self.deny(face.template, person: identifier, at: time, in: database)
            return own.count
        }
    }

    /// Gives a name to an unknown person: every remembered face of the cluster that a job's face is in becomes a template of the
    /// person, who is made when new.
    ///
    /// - Returns: how many templates the person has more.
    /// - Throws: `GalleryError.faceForgotten`, and `.faceKnown` for one that is somebody's.
    package func name(
        _ number: Int, of job: JobIdentifier, as person: PersonName, policy: GalleryPolicy
    ) throws -> Int {
        let time = now()
        return try change("face \(number) of \(job) and those like it were named \(person.text)", policy.undo) {
            database in
            let face = try Self.remembered(number, of: job, in: database)
            let clusters = try Self.clusters(of: face.template.model, in: database)
            guard let cluster = clusters.first(where: { $0.contains { $0.job == job.text && $0.number == number } })
            else { throw GalleryError.faceKnown(job: job.text, face: number) }
            let worthy = cluster.filter { $0.face.quality.overall >= policy.minimumQuality }
            let proposal = EnrollmentProposal(
                person: person, templates: (worthy.isEmpty ? cluster : worthy).map(\.face))
            let receipt = try Self.enroll(proposal, job: job, at: time, in: database)
            let identifier = try Self.identifier(of: person, in: database)
            for member in cluster {
                guard let job = JobIdentifier(member.job) else { continue }
                try Self.confirm(member.number, of: job, person: identifier, in: database)
            }
            return receipt.outcomes.count { $0 == .added }
        }
    }

    private static func confirm(
        _ number: Int, of job: JobIdentifier, person: Int64, in database: Database
    ) throws {
        try database.execute(
            sql: "DELETE FROM confirmation WHERE job = ? AND face = ?", arguments: [job.text, number])
        try database.execute(
            sql: "INSERT INTO confirmation (person, job, face) VALUES (?, ?, ?)",
            arguments: [person, job.text, number])
    }

    static func deny(_ face: Template, person: Int64, at time: Date, in database: Database) throws {
        try insert(face.model, in: database)
        let features = TemplateBlob.encode(face.features)
        try database.execute(
            sql: """
                INSERT INTO negative (person, model, features, denied)
                SELECT ?, id, seal(?), ? FROM model WHERE sha256 = ?
                AND NOT EXISTS (SELECT * FROM negative WHERE person = ? AND unseal(features) = ?)
                """, arguments: [person, features, seconds(time), face.model.sha256, person, features])
    }

    /// Forgets that a face, or its near twin, was said not to be a person's.
    static func withdrawDenials(of template: Template, person: Int64, in database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT negative.id AS id, unseal(features) AS features FROM negative JOIN model ON model.id = negative.model
                WHERE person = ? AND model.sha256 = ?
                """, arguments: [person, template.model.sha256])
        for row in rows {
            let negative = TemplateBlob.decode(row["features"])
                .flatMap { Template(normalising: $0, model: template.model) }
            guard let negative, NearTwin.holds(template, among: [negative]) else { continue }
            try database.execute(sql: "DELETE FROM negative WHERE id = ?", arguments: [row["id"] as Int64])
        }
    }
}
