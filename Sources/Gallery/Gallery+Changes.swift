import Foundation
import GRDB
import Wire

extension Gallery {
    /// Carries out what a job proposed, all of it or, on an error, nothing.
    ///
    /// The gallery remembers what it told each job: applied again under the same job, changes do nothing and are answered
    /// alike, whatever has happened to the people since. So a commit may be repeated after a crash.
    /// - Parameters:
    ///   - changes: ``WorkerResult/changes`` of the job's one accepted result.
    ///   - job: whose they are.
    ///   - policy: how long it can be taken back, and what becomes of confirmed faces.
    /// - Returns: one receipt a change.
    @discardableResult
    package func apply(
        _ changes: [GalleryChange], job: JobIdentifier, policy: GalleryPolicy = GalleryPolicy()
    ) throws -> [GalleryReceipt] {
        guard !changes.isEmpty else { return [] }
        let time = now()
        let what = changes.allSatisfy(\.isEnrollment) ? "enrolment by \(job)" : "corrections by \(job)"
        return try change(what, policy.undo) { database in
            try Self.carryOut(changes, of: job, policy, at: time, in: database)
        }
    }

    private static func carryOut(
        _ changes: [GalleryChange], of job: JobIdentifier, _ policy: GalleryPolicy, at time: Date, in database: Database
    ) throws -> [GalleryReceipt] {
        try changes.enumerated().map { number, change in
            if let told = try receipt(job, number, in: database) { return told }
            let receipt: GalleryReceipt =
                switch change {
                case .enroll(let proposal): .enrolled(try enroll(proposal, job: job, at: time, in: database))
                case .correct(let correction): .corrected(try outcome(of: correction, policy, at: time, in: database))
                }
            try database.execute(
                sql: "INSERT INTO change (job, number, receipt, applied) VALUES (?, ?, ?, ?)",
                arguments: [
                    job.text, number, String(decoding: try WireJSON.encode(receipt.anonymous), as: UTF8.self),
                    seconds(time),
                ])
            return receipt
        }
    }

    /// Adds what is new of a proposal to a person, who is made when new.
    static func enroll(
        _ proposal: EnrollmentProposal, job: JobIdentifier?, at time: Date, in database: Database
    ) throws -> EnrollmentReceipt {
        let receipt = try receipt(for: proposal, in: database)
        let person = try identifier(of: proposal.person, in: database)
        for (template, outcome) in zip(proposal.templates, receipt.outcomes) where outcome == .added {
            try insert(template, person: person, job: job, enrolled: time, in: database)
        }
        return receipt
    }

    /// What ``apply(_:job:policy:)`` would answer now; nothing is changed. Several enrolments are each seen by themselves; corrections,
    /// one of which may undo what another does, are carried out and taken back.
    ///
    /// Enrolments that were checked against the gallery as it was, beside others, are checked against it as it is.
    /// - Throws: what ``EnrolmentCheck/check(_:as:)`` finds wrong.
    package func preview(
        _ changes: [GalleryChange], job: JobIdentifier, policy: GalleryPolicy = GalleryPolicy()
    ) throws -> [GalleryReceipt] {
        guard !changes.isEmpty else { return [] }
        let proposals = changes.compactMap { if case .enroll(let proposal) = $0 { proposal } else { nil } }
        guard proposals.count == changes.count else {
            let time = now()
            return try rehearse { try Self.carryOut(changes, of: job, policy, at: time, in: $0) }
        }
        // Without a lock that others wait for, and without a wait for the disk.
        return try read { database in
            try proposals.enumerated().map { number, proposal in
                if let told = try Self.receipt(job, number, in: database) { return told }
                try check(proposal, in: database)
                return .enrolled(try Self.receipt(for: proposal, in: database))
            }
        }
    }

    /// Once more, if people have changed since the photographs were looked at.
    private func check(_ proposal: EnrollmentProposal, in database: Database) throws {
        guard let checked = proposal.check, let model = proposal.templates.first?.template.model,
            checked.pictures.count == proposal.templates.count
        else { return }
        let revision = try GalleryState(database, opening: opening).revision
        guard revision != checked.revision else { return }
        try enrolmentCheck(model, in: database)
            .check(zip(checked.pictures, proposal.templates).map { ($0, $1.template) }, as: proposal.person)
    }

    /// What a job was told, if its change was applied.
    private static func receipt(_ job: JobIdentifier, _ number: Int, in database: Database) throws -> GalleryReceipt? {
        let text = try String.fetchOne(
            database, sql: "SELECT receipt FROM change WHERE job IN (?, ?) AND number = ?",
            arguments: [job.text, hidden(job.text), number])
        return try text.map { try WireJSON.decode(GalleryReceipt.self, from: Data($0.utf8)) }
    }

    /// What enrolling would do.
    private static func receipt(for proposal: EnrollmentProposal, in database: Database) throws -> EnrollmentReceipt {
        guard !proposal.templates.isEmpty else {
            throw GalleryError.nothingToEnroll(person: proposal.person.text)
        }
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT template.*, unseal(features) AS open, model.sha256 AS modelSHA256, model.name AS modelName
                FROM template JOIN person ON person.id = template.person JOIN model ON model.id = template.model
                WHERE person.name = ? ORDER BY template.id
                """, arguments: [proposal.person.text])
        var known: [NewTemplate] = []
        var templates = 0
        while let row = try cursor.next() {
            templates += 1
            // What is damaged is near nothing; a search names it.
            if let template = Self.template(row) { known.append(template) }
        }
        var nearest: [Int: NearTemplate] = [:]
        let outcomes = proposal.templates.enumerated().map { place, new -> EnrollmentOutcome in
            let alike = known.filter { $0.template.model == new.template.model }
            if alike.contains(where: { $0.source == new.source }) { return .alreadyEnrolled }
            if let near = NearTwin.duplicate(of: new, among: alike) {
                nearest[place] = near
                return .nearDuplicate
            }
            known.append(new)
            templates += 1
            return .added
        }
        return EnrollmentReceipt(outcomes: outcomes, nearest: nearest, templates: templates)
    }

    /// A template, unsealed as `open`, with what is kept beside it; nil when its numbers are damaged.
    static func template(_ row: Row) -> NewTemplate? {
        let record = templateRecord(row)
        return TemplateBlob.decode(row["open"]).flatMap { Template(normalising: $0, model: record.model) }
            .map { NewTemplate(template: $0, quality: record.quality, source: record.source) }
    }

    /// The row of a person, made when there is none.
    static func identifier(of person: PersonName, in database: Database) throws -> Int64 {
        try database.execute(sql: "INSERT OR IGNORE INTO person (name) VALUES (?)", arguments: [person.text])
        return try Int64.fetchOne(database, sql: "SELECT id FROM person WHERE name = ?", arguments: [person.text])!
    }

    static func insert(_ model: TemplateModel, in database: Database) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO model (sha256, name) VALUES (?, ?)", arguments: [model.sha256, model.name])
    }

    /// - Returns: whether the template is new to the person.
    @discardableResult
    static func insert(
        _ new: NewTemplate, person: Int64, job: JobIdentifier?, enrolled: Date, in database: Database
    ) throws -> Bool {
        let model = new.template.model
        try insert(model, in: database)
        try database.execute(
            sql: """
                INSERT INTO template
                    (person, model, source, features, detectorScore, eyeDistance, sharpness, frontality, magnitude,
                    enrolled, job)
                VALUES (?, (SELECT id FROM model WHERE sha256 = ?), ?, seal(?), ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (person, source, model) DO NOTHING
                """,
            arguments: [
                person, model.sha256, new.source, TemplateBlob.encode(new.template.features),
                new.quality.detectorScore, new.quality.eyeDistance, new.quality.sharpness, new.quality.frontality,
                new.quality.magnitude, seconds(enrolled), job?.text,
            ])
        guard database.changesCount > 0 else { return false }
        // Whoever enrols a face has the last word on whose it is.
        try withdrawDenials(of: new.template, person: person, in: database)
        return true
    }

    /// Whole Unix seconds; a clock beyond all years is the last of them.
    static func seconds(_ time: Date) -> Int64 {
        Int64(exactly: time.timeIntervalSince1970.rounded(.down)) ?? .max
    }
}
