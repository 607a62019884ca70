import Foundation
import GRDB
import Synchronization
import Wire

/// The jobs, in SQLite. Every transition is one transaction that also writes its `event`; nobody else opens the
/// file for writing. Calls block for as long as the disk takes to make a commit durable.
package final class Queue: Sendable {
    let pool: DatabasePool
    let clock: MonotonicClock
    /// Called after each committed transition, with the job as it is now.
    let onTransition: @Sendable (JobRecord) -> Void
    /// Milliseconds by which a job's rank rises by one priority; 0 for never, −1 before ``age(by:)`` has told.
    let ageing = Mutex<Int64>(-1)
    /// Whether somebody is to be told of finished jobs; see ``HookRunner``.
    let tellsReports = Mutex<@Sendable () -> Bool>({ false })

    /// Opens the queue, makes or migrates its tables, and makes sure that commits are durable.
    ///
    /// - Throws: GRDB's errors; ``SpoolError/databaseSetting(name:value:wanted:)`` and
    ///   ``SpoolError/databaseTooNew(path:)``.
    package init(
        path: String, clock: MonotonicClock = .boot, onTransition: @escaping @Sendable (JobRecord) -> Void = { _ in }
    ) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "limner.queue"
        pool = try DatabasePool(path: path, configuration: configuration)
        self.clock = clock
        self.onTransition = onTransition
        // GRDB's pool chooses NORMAL when it turns on WAL, and NORMAL may forget the last commits in a power cut.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try Self.require(db, "synchronous", "2")
            try Self.require(db, "journal_mode", "wal")
        }
        let migrator = QueueSchema.migrator
        if try pool.read(migrator.hasBeenSuperseded) { throw SpoolError.databaseTooNew(path: path) }
        try migrator.migrate(pool)
    }

    private static func require(_ db: Database, _ name: String, _ wanted: String) throws {
        let value = try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "nothing"
        guard value == wanted else { throw SpoolError.databaseSetting(name: name, value: value, wanted: wanted) }
    }

    /// Moves what it can of the write-ahead log into the database, without waiting for readers.
    package func checkpoint() throws {
        _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
    }

    // MARK: New jobs

    /// Records that files were seen at rest and are about to be taken: the job, its inputs, the ledger and the first
    /// event, in one transaction and before anything is moved.
    package func add(_ job: JobRecord, inputs: [InputRecord], why: String) throws {
        try pool.write { db in
            try Self.insert(job, db)
            try Self.insert(inputs, of: job.id, db)
            for (index, input) in inputs.enumerated() { try Self.enter(input, job, leads: index == 0, db) }
            try Self.record(job.id, from: nil, to: .waiting, why, db)
        }
        onTransition(job)
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

    /// Notes that an input lies settled in its claimed folder.
    package func markHashed(_ id: JobIdentifier, ordinal: Int, sha256: String?, identity: FileIdentity) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE input SET stage = 'hashed', sha256 = ?, device = ?, inode = ?, size = ?, modified = ?
                    WHERE job = ? AND ordinal = ?
                    """,
                arguments: [
                    sha256, Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode), identity.size,
                    identity.modified, id.text, ordinal,
                ])
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

    private static func insert(_ job: JobRecord, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO job (id, kind, state, priority, origin, source, manifest_id, task, refusal, created, updated)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.id.text, job.kind?.rawValue, job.state.rawValue, job.priority, job.origin.rawValue,
                Data(job.source), job.manifestID, try json(job.task), try json(job.refusal),
                job.created.milliseconds, job.updated.milliseconds,
            ])
    }

    private static func insert(_ inputs: [InputRecord], of id: JobIdentifier, _ db: Database) throws {
        for input in inputs {
            try db.execute(
                sql: """
                    INSERT INTO input
                    (job, ordinal, role, source, name, original, claimed, stage, device, inode, size, modified, sha256)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.text, input.ordinal, input.role.rawValue, Data(input.source), input.name,
                    Data(input.original.bytes), input.claimed, input.stage.rawValue,
                    Int64(bitPattern: input.identity.device), Int64(bitPattern: input.identity.inode),
                    input.identity.size, input.identity.modified, input.sha256,
                ])
        }
    }

    /// Enters a file into the ledger of everything that was ever seen at rest.
    private static func enter(_ input: InputRecord, _ job: JobRecord, leads: Bool, _ db: Database) throws {
        try db.execute(
            sql:
                "INSERT INTO file (path, device, inode, size, modified, seen, job, leads) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                Data(input.source), Int64(bitPattern: input.identity.device),
                Int64(bitPattern: input.identity.inode), input.identity.size, input.identity.modified,
                job.created.milliseconds, job.id.text, leads,
            ])
    }

    static func json(_ value: (some Encodable)?) throws -> String? {
        try value.map { String(decoding: try WireJSON.encode($0), as: UTF8.self) }
    }

    static func record(_ id: JobIdentifier, from: JobState?, to: JobState, _ why: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO event (job, time, \"from\", \"to\", why) VALUES (?, ?, ?, ?, ?)",
            arguments: [id.text, Date.now.milliseconds, from?.rawValue, to.rawValue, why])
    }
}

extension Queue {
    /// Notes what a claimed file is now, after it was seen to change.
    package func note(_ id: JobIdentifier, ordinal: Int, identity: FileIdentity) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE input SET device = ?, inode = ?, size = ?, modified = ? WHERE job = ? AND ordinal = ?",
                arguments: [
                    Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode), identity.size,
                    identity.modified, id.text, ordinal,
                ])
        }
    }
}
