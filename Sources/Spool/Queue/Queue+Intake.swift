import Foundation
import GRDB
import Wire

/// What intake writes down: each step for a whole group of jobs at once, because a durable commit costs the same for one
/// job as for hundreds.
extension Queue {
    /// A job and its files, as intake notes them before it moves anything.
    package struct Intention: Sendable {
        package var job: JobRecord
        package var inputs: [InputRecord]

        package init(job: JobRecord, inputs: [InputRecord]) {
            self.job = job
            self.inputs = inputs
        }
    }

    /// What a look at a claimed file has found.
    package struct InputSight: Sendable {
        package var job: JobIdentifier
        package var ordinal: Int
        /// ``InputRecord/Stage/hashed`` when it lies settled in its claimed folder.
        package var stage: InputRecord.Stage
        package var identity: FileIdentity
        package var sha256: String?

        package init(
            job: JobIdentifier, ordinal: Int, stage: InputRecord.Stage, identity: FileIdentity, sha256: String? = nil
        ) {
            self.job = job
            self.ordinal = ordinal
            self.stage = stage
            self.identity = identity
            self.sha256 = sha256
        }
    }

    /// A waiting job that is complete, with what the queue keeps of it.
    struct Admission: Sendable {
        var job: JobRecord
        var fingerprint: JobFingerprint?
        var why: String
    }

    /// Names for new jobs, one for each file name, that no job has yet.
    func identifiers(for names: [FileName]) throws -> [JobIdentifier] {
        var taken: Set<JobIdentifier> = []
        return try pool.read { db in
            let known = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)")
            return try names.map { name in
                while true {
                    let id = JobIdentifier(time: .now, salt: .random(in: .min ... .max), name: name.bytes)
                    guard taken.insert(id).inserted else { continue }
                    if try Bool.fetchOne(known, arguments: [id.text]) == false { return id }
                }
            }
        }
    }

    /// Records that files were seen at rest and are about to be taken: the jobs, their inputs, the ledger and the first
    /// events, in one transaction and before anything is moved.
    package func add(_ intentions: [Intention], why: String) throws {
        try pool.write { db in
            for intention in intentions {
                let job = intention.job
                try Self.insert(job, db)
                try Self.insert(intention.inputs, of: job.id, db)
                for (index, input) in intention.inputs.enumerated() {
                    try Self.enter(input, job, leads: index == 0, db)
                }
                try Self.record(job.id, from: nil, to: .waiting, why, db)
            }
        }
        for intention in intentions { onTransition(intention.job) }
    }

    package func add(_ job: JobRecord, inputs: [InputRecord], why: String) throws {
        try add([Intention(job: job, inputs: inputs)], why: why)
    }

    /// Adds inputs to a manifest's job when its pictures have arrived.
    package func add(_ inputs: [InputRecord], to job: JobRecord) throws {
        try pool.write { db in
            try Self.insert(inputs, of: job.id, db)
            for input in inputs { try Self.enter(input, job, leads: false, db) }
        }
    }

    /// Forgets a job whose file was taken away before it could be claimed: it never came to rest after all.
    package func withdraw(_ id: JobIdentifier) throws {
        try pool.write {
            try $0.execute(sql: "DELETE FROM job WHERE id = ? AND state = 'waiting'", arguments: [id.text])
        }
    }

    /// Writes what a manifest, once read, says of its job.
    package func describe(
        _ id: JobIdentifier, task: JobTask?, priority: Int, manifestID: String?, refusal: ReportError?
    ) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE job SET kind = ?, task = ?, priority = ?, manifest_id = ?, refusal = ? WHERE id = ?",
                arguments: [
                    task?.kind.rawValue, try Self.json(task), priority, manifestID, try Self.json(refusal), id.text,
                ])
        }
    }

    /// Every waiting job whose end is not decided, oldest first, with its inputs.
    func waiting() throws -> [Intention] {
        try pool.read { db in
            let jobs = try JobRecord.fetchAll(
                db, sql: "SELECT * FROM job WHERE state = 'waiting' AND concluding IS NULL ORDER BY id")
            return try jobs.map { Intention(job: $0, inputs: try Self.inputs(of: $0.id, db)) }
        }
    }

    /// Notes what was found of claimed files and queues the jobs that are complete, all in one transaction.
    ///
    /// - Parameter skippingTwins: whether a job stays waiting that another does or did already.
    /// - Returns: the jobs that stayed, each with its twin. A job that was cancelled meanwhile just keeps its end.
    func admit(
        _ admissions: [Admission], noting sights: [InputSight], skippingTwins: Bool
    ) throws -> [(admission: Admission, twin: JobIdentifier)] {
        var twins: [(admission: Admission, twin: JobIdentifier)] = []
        var queued: [JobRecord] = []
        try pool.write { db in
            for sight in sights { try Self.note(sight, db) }
            for admission in admissions {
                if skippingTwins, let fingerprint = admission.fingerprint,
                    let twin = try Self.twin(of: admission.job.id, fingerprint, db)
                {
                    twins.append((admission, twin))
                } else if let job = try enqueue(admission, db) {
                    queued.append(job)
                }
            }
        }
        for job in queued { onTransition(job) }
        return twins
    }

    /// Notes what is known of claimed files.
    package func note(_ sights: [InputSight]) throws {
        try pool.write { db in
            for sight in sights { try Self.note(sight, db) }
        }
    }

    /// - Returns: the job as it is now; `nil` when it waits no more.
    private func enqueue(_ admission: Admission, _ db: Database) throws -> JobRecord? {
        var job = admission.job
        job.state = .queued
        job.updated = .now
        let ageing = ageing.withLock { $0 }
        try db.cachedStatement(
            sql: """
                UPDATE job SET state = 'queued', rank = \(Self.rank), updated = ?2, fingerprint = ?3
                WHERE id = ?4 AND state = 'waiting' AND concluding IS NULL
                """
        ).execute(arguments: [
            ageing, job.updated.milliseconds, admission.fingerprint?.text, job.id.text,
        ])
        guard db.changesCount == 1 else { return nil }
        try Self.record(job.id, from: .waiting, to: .queued, admission.why, db)
        return job
    }

    private static func note(_ sight: InputSight, _ db: Database) throws {
        let identity = sight.identity
        try db.cachedStatement(
            sql: """
                UPDATE input SET stage = ?, sha256 = ?, device = ?, inode = ?, size = ?, modified = ?
                WHERE job = ? AND ordinal = ?
                """
        ).execute(arguments: [
            sight.stage.rawValue, sight.sha256, Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode),
            identity.size, identity.modified, sight.job.text, sight.ordinal,
        ])
    }

    private static func insert(_ job: JobRecord, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO job (id, kind, state, priority, origin, source, manifest_id, task, refusal, created, updated)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            job.id.text, job.kind?.rawValue, job.state.rawValue, job.priority, job.origin.rawValue,
            Data(job.source), job.manifestID, try json(job.task), try json(job.refusal),
            job.created.milliseconds, job.updated.milliseconds,
        ])
    }

    private static func insert(_ inputs: [InputRecord], of id: JobIdentifier, _ db: Database) throws {
        for input in inputs {
            try db.cachedStatement(
                sql: """
                    INSERT INTO input
                    (job, ordinal, role, source, name, original, claimed, stage, device, inode, size, modified, sha256)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                id.text, input.ordinal, input.role.rawValue, Data(input.source), input.name,
                Data(input.original.bytes), input.claimed, input.stage.rawValue,
                Int64(bitPattern: input.identity.device), Int64(bitPattern: input.identity.inode),
                input.identity.size, input.identity.modified, input.sha256,
            ])
        }
    }

    /// Enters a file into the ledger of everything that was ever seen at rest.
    private static func enter(_ input: InputRecord, _ job: JobRecord, leads: Bool, _ db: Database) throws {
        try db.cachedStatement(
            sql:
                "INSERT INTO file (path, device, inode, size, modified, seen, job, leads) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(input.source), Int64(bitPattern: input.identity.device), Int64(bitPattern: input.identity.inode),
            input.identity.size, input.identity.modified, job.created.milliseconds, job.id.text, leads,
        ])
    }
}
