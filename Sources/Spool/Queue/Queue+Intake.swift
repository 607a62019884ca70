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
    }

    /// A waiting job that is complete, with what the queue keeps of it.
    struct Admission: Sendable {
        var job: JobRecord
        var fingerprint: JobFingerprint?
        var why: String
    }

    /// Names for new jobs, one for each file name, that no job has yet; they sort in the order in which they are given.
    func identifiers(for names: [FileName]) throws -> [JobIdentifier] {
        try pool.read { db in
            let known = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)")
            return try names.map { name in
                while true {
                    let id = nextName.withLock { $0.next(at: .now, name.bytes) }
                    if try Bool.fetchOne(known, arguments: [id.text]) == false { return id }
                }
            }
        }
    }

    /// Numbers the jobs of a second, so that their names sort as they came.
    struct NameSequence {
        private var second: Int64 = 0
        private var number: UInt16 = 0

        /// Seconds by which names may run ahead of a clock; one that lags more was set back, and is followed.
        private static let lead: Int64 = 60

        /// A second that is full, which takes 65,536 jobs, goes on with the next one's numbers.
        mutating func next(at time: Date, _ name: [UInt8]) -> JobIdentifier {
            let now = Int64(time.timeIntervalSince1970)
            if now > second || now < second - Self.lead {
                (second, number) = (now, 0)
            } else if number == .max {
                (second, number) = (second + 1, 0)
            } else {
                number += 1
            }
            return JobIdentifier(time: Date(timeIntervalSince1970: Double(second)), salt: number, name: name)
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

    /// The other waiting jobs that are to take the file of a path, and the name that it gets in the folder of each.
    func claimants(of source: [UInt8], besides id: JobIdentifier) throws -> [(job: JobIdentifier, claimed: String)] {
        let path = Data(source)
        return try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT input.job, input.claimed FROM input JOIN job ON job.id = input.job
                    WHERE input.job IN (SELECT job FROM file WHERE path = ?) AND input.source = ? AND input.job <> ?
                    AND input.stage = 'intended' AND job.state = 'waiting' AND job.concluding IS NULL
                    """, arguments: [path, path, id.text]
            ).compactMap { row in JobIdentifier(row[0]).map { ($0, row[1]) } }
        }
    }

    /// Forgets a job whose file was taken away before it could be claimed: it never came to rest after all.
    package func withdraw(_ id: JobIdentifier) throws {
        try pool.write {
            try $0.execute(sql: "DELETE FROM job WHERE id = ? AND state = 'waiting'", arguments: [id.text])
        }
    }

    /// Leaves inputs out of a waiting job whose files were taken away before they could be claimed. In the ledger they stay.
    func withdraw(_ inputs: [InputRecord], of id: JobIdentifier) throws {
        try pool.write { db in
            for input in inputs {
                try db.execute(
                    sql: """
                        DELETE FROM input WHERE job = ? AND ordinal = ? AND stage = 'intended'
                        AND (SELECT state FROM job WHERE id = input.job) = 'waiting'
                        """, arguments: [id.text, input.ordinal])
            }
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
        try turn(.synced) { turn in
            for sight in sights { try Self.note(sight, turn.db) }
            var twins: [(admission: Admission, twin: JobIdentifier)] = []
            for admission in admissions {
                if skippingTwins, let fingerprint = admission.fingerprint,
                    let twin = try Self.twin(of: admission.job.id, fingerprint, turn.db)
                {
                    twins.append((admission, twin))
                } else {
                    try Self.admit(admission, &turn)
                }
            }
            return twins
        }
    }

    /// Notes what is known of claimed files.
    package func note(_ sights: [InputSight]) throws {
        try pool.write { db in
            for sight in sights { try Self.note(sight, db) }
        }
    }

    private static func admit(_ admission: Admission, _ turn: inout Turn) throws {
        let id = admission.job.id
        let isWaiting = { (standing: JobStanding) in standing == .waiting }
        guard try turn.step(id, from: isWaiting, admission.why, { $0.standing = .queued }) != nil else { return }
        try turn.db.cachedStatement(sql: "UPDATE job SET fingerprint = ? WHERE id = ?")
            .execute(arguments: [admission.fingerprint?.text, id.text])
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
