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
        try correct(FaceCorrection(.confirm, number, of: job, as: person), policy).templates
    }

    /// Says that a job's face is not a person's: from then on neither it nor its near twin is taken for them. What a confirmation made
    /// of it goes.
    ///
    /// - Returns: how many templates the person has less.
    /// - Throws: as ``confirm(_:of:as:policy:)``.
    package func deny(_ number: Int, of job: JobIdentifier, as person: PersonName, policy: GalleryPolicy) throws -> Int
    {
        try correct(FaceCorrection(.deny, number, of: job, as: person), policy).templates
    }

    /// What a correction did.
    struct Corrected {
        /// How many the person has more or less.
        var templates: Int
        /// Why a face that was confirmed became no template.
        var reason: String?
    }

    /// - Throws: as ``confirm(_:of:as:policy:)``.
    func correct(_ correction: FaceCorrection, _ policy: GalleryPolicy) throws -> Corrected {
        let time = now()
        let verb = correction.verdict == .confirm ? "confirmed as" : "denied of"
        let what = "face \(correction.face) of \(correction.job) was \(verb) \(correction.person.text)"
        return try change(what, policy.undo) { try Self.carryOut(correction, policy, at: time, in: $0) }
    }

    /// Carries a correction out as one of several: what it alone is refused for, its face or its person, spoils no other.
    static func outcome(
        of correction: FaceCorrection, _ policy: GalleryPolicy, at time: Date, in database: Database
    ) throws -> CorrectionOutcome {
        do {
            var count = 0
            try database.inSavepoint {
                count = try carryOut(correction, policy, at: time, in: database).templates
                return .commit
            }
            return .made(templates: count)
        } catch let error as GalleryError {
            return .refused(ReportError(error))
        }
    }

    private static func carryOut(
        _ correction: FaceCorrection, _ policy: GalleryPolicy, at time: Date, in database: Database
    ) throws -> Corrected {
        let face = try remembered(correction.face, of: correction.job, in: database)
        try requireKnown(correction.person, in: database)
        let person = try identifier(of: correction.person, in: database)
        switch correction.verdict {
        case .confirm:
            try withdrawDenials(of: face.template, person: person, in: database)
            try confirm(correction.face, of: correction.job, person: person, in: database)
            guard policy.confirmed == .template else {
                return Corrected(
                    templates: 0,
                    reason:
                        "By the setting faces.confirmed it becomes no template: in another picture the face may be unknown."
                )
            }
            let quality = face.quality.overall
            guard quality >= policy.minimumQuality else {
                return Corrected(
                    templates: 0,
                    reason: """
                        Its quality is \(quality.rounded4), and a template needs \(policy.minimumQuality.rounded4): this picture, dropped \
                        again, may be unknown again; enrol a better photograph.
                        """)
            }
            let proposal = EnrollmentProposal(person: correction.person, templates: [face])
            let receipt = try enroll(proposal, job: correction.job, at: time, in: database)
            let added = receipt.outcomes.count { $0 == .added }
            return Corrected(
                templates: added,
                reason: added == 0 ? "One that is the same, or all but the same, is there already." : nil)
        case .deny:
            try database.execute(
                sql: "DELETE FROM confirmation WHERE person = ? AND job = ? AND face = ?",
                arguments: [person, correction.job.text, correction.face])
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT template.*, unseal(features) AS open, model.sha256 AS modelSHA256, model.name AS modelName
                    FROM template JOIN model ON model.id = template.model
                    WHERE person = ? AND source = ? AND model.sha256 = ?
                    """, arguments: [person, face.source, face.template.model.sha256])
            let own = rows.filter { row in
                template(row).map { NearTwin.holds($0.template, among: [face.template]) } ?? false
            }
            for row in own {
                try database.execute(sql: "DELETE FROM template WHERE id = ?", arguments: [row["id"] as Int64])
            }
            try deny(face.template, person: person, at: time, in: database)
            return Corrected(templates: own.count)
        }
    }

    /// What giving a name to an unknown person did.
    package struct Naming: Sendable, Equatable {
        /// How many the person has more.
        package var templates: Int
        /// Faces of the cluster that did not become the person's, and what speaks against each.
        package var leftOut: [(face: RememberedFace, error: GalleryError)]

        package static func == (a: Naming, b: Naming) -> Bool {
            a.templates == b.templates && a.leftOut.elementsEqual(b.leftOut, by: ==)
        }
    }

    /// Gives a name to an unknown person: every remembered face of the cluster that a job's face is in becomes a template of the
    /// person, who is made when new, unless something speaks against it.
    ///
    /// - Throws: `GalleryError.faceForgotten`, and `.faceKnown` for one that is somebody's; what speaks against the face itself.
    package func name(
        _ number: Int, of job: JobIdentifier, as person: PersonName, policy: GalleryPolicy
    ) throws -> Naming {
        let time = now()
        return try change("face \(number) of \(job) and those like it were named \(person.text)", policy.undo) {
            database in
            let face = try Self.remembered(number, of: job, in: database)
            let clusters = try clusters(of: face.template.model, in: database)
            guard let all = clusters.first(where: { $0.contains { $0.job == job.text && $0.number == number } })
            else { throw GalleryError.faceKnown(job: job.text, face: number) }
            let check = try enrolmentCheck(face.template.model, in: database)
            var cluster: [RememberedFace] = []
            var leftOut: [(face: RememberedFace, error: GalleryError)] = []
            for member in all {
                do {
                    try check.check([(member.picture, member.face.template)], as: person)
                    cluster.append(member)
                } catch let error as GalleryError {
                    if member.job == job.text, member.number == number { throw error }
                    leftOut.append((member, error))
                }
            }
            let worthy = cluster.filter { $0.face.quality.overall >= policy.minimumQuality }
            let proposal = EnrollmentProposal(
                person: person, templates: (worthy.isEmpty ? cluster : worthy).map(\.face))
            let receipt = try Self.enroll(proposal, job: job, at: time, in: database)
            let identifier = try Self.identifier(of: person, in: database)
            for member in cluster {
                guard let job = JobIdentifier(member.job) else { continue }
                try Self.confirm(member.number, of: job, person: identifier, in: database)
            }
            return Naming(templates: receipt.outcomes.count { $0 == .added }, leftOut: leftOut)
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
