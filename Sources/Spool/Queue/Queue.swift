import Foundation
import GRDB
import Synchronization
import Wire

/// The jobs, in SQLite. Every transition is one transaction that also writes its `event`; nobody else opens the
/// file for writing. Calls block for as long as the disk takes to make a commit durable.
package final class Queue: Sendable {
    /// Page cache of a connection that reads, in KiB.
    private static let readerCache = 512

    /// Pages of 4 KiB in the write-ahead log, 16 MiB, at which a commit moves them into the database.
    private static let checkpointPages = 4000

    let pool: DatabasePool
    let clock: MonotonicClock
    /// Called after each committed transition, with the job as it is now.
    let onTransition: @Sendable (JobRecord) -> Void
    /// Milliseconds by which a job's rank rises by one priority; 0 for never, −1 before ``age(by:)`` has told.
    let ageing = Mutex<Int64>(-1)
    /// Names of jobs to come.
    let nextName = Mutex(NameSequence())
    /// Whether somebody is to be told of finished jobs; see ``HookRunner``.
    let tellsReports: @Sendable () -> Bool
    /// Whether the machine went down under the daemon before this one. A job may have taken it down, so claims are synced now:
    /// the count of attempts then ends what would happen again and again. Otherwise a claim need not be: it outlives this
    /// process in any case, and a power cut that takes it finds the job queued.
    package let countsEveryClaim: Bool

    /// Opens the queue, makes or migrates its tables, and makes sure that commits are durable.
    ///
    /// - Throws: GRDB's errors; ``SpoolError/databaseSetting(name:value:wanted:)`` and
    ///   ``SpoolError/databaseTooNew(path:)``.
    ///
    /// - Parameter boot: names the time since the machine was started.
    package init(
        path: String, clock: MonotonicClock = .boot, boot: String = Queue.boot,
        tellsReports: @escaping @Sendable () -> Bool = { false },
        onTransition: @escaping @Sendable (JobRecord) -> Void = { _ in }
    ) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "limner.queue"
        // Questions come one or two at a time and read few pages, so that memory for more of either is wasted.
        configuration.maximumReaderCount = 3
        configuration.prepareDatabase { db in
            if db.configuration.readonly { try db.execute(sql: "PRAGMA cache_size = -\(Self.readerCache)") }
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        self.clock = clock
        self.tellsReports = tellsReports
        self.onTransition = onTransition
        // GRDB's pool chooses NORMAL when it turns on WAL, and NORMAL may forget the last commits in a power cut.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // Templates of faces stand here from the decision of an enrollment to its end, and are then to be gone.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
            // Moving pages from the log into the database costs two waits for the disk, whoever's commit it falls to.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
            try Self.require(db, "synchronous", "2")
            try Self.require(db, "journal_mode", "wal")
        }
        let migrator = QueueSchema.migrator
        // Asked of the writer: a reader that was opened before a migration would take its first rows for those of before.
        if try pool.writeWithoutTransaction(migrator.hasBeenSuperseded) { throw SpoolError.databaseTooNew(path: path) }
        try migrator.migrate(pool)
        try Self.openReaders(of: pool)
        countsEveryClaim = try pool.write { db in
            let last = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'at work since'")
            try db.execute(
                sql: "INSERT INTO setting VALUES ('at work since', ?) ON CONFLICT (name) DO UPDATE SET value = ?1",
                arguments: [boot])
            return last != nil && last != boot
        }
    }

    /// Notes that no work is in hand any more, before the process ends as it should.
    package func rest() throws {
        try pool.write { try $0.execute(sql: "DELETE FROM setting WHERE name = 'at work since'") }
    }

    /// The kernel's random name for the time since it was started, proc_sys_kernel(5); where it is hidden, a new one each
    /// time, as if the machine had been started anew.
    package static var boot: String {
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .ascii))
            ?? UUID().uuidString
    }

    /// Opens all connections that read. The pool would open one by the file's path whenever more questions meet than
    /// ever before: by then the file may have moved away with its folder, or no descriptor may be left.
    private static func openReaders(of pool: DatabasePool) throws {
        let failure = Mutex<(any Error)?>(nil)
        let opened = DispatchGroup()
        let all = DispatchGroup()
        all.enter()
        for _ in 0..<pool.configuration.maximumReaderCount {
            opened.enter()
            pool.asyncRead { connection in
                if case .failure(let error) = connection { failure.withLock { $0 = error } }
                opened.leave()
                // Held until all are there: one that is free would be handed out again.
                if case .success = connection { all.wait() }
            }
        }
        opened.wait()
        all.leave()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static func require(_ db: Database, _ name: String, _ wanted: String) throws {
        let value = try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "nothing"
        guard value == wanted else { throw SpoolError.databaseSetting(name: name, value: value, wanted: wanted) }
    }

    /// Moves what it can of the write-ahead log into the database, without waiting for readers.
    package func checkpoint() throws {
        _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
    }

    static func json(_ value: (some Encodable)?) throws -> String? {
        try value.map { String(decoding: try WireJSON.encode($0), as: UTF8.self) }
    }

    static func record(_ id: JobIdentifier, from: JobState?, to: JobState, _ why: String, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO event (job, id, time, "from", "to", why)
                SELECT ?1, COALESCE(MAX(id), 0) + 1, ?2, ?3, ?4, ?5 FROM event WHERE job = ?1
                """
        ).execute(arguments: [id.text, Date.now.milliseconds, from?.rawValue, to.rawValue, why])
    }
}
