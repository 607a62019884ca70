import Foundation
import GRDB
import Wire

extension Queue {
    package func job(_ id: JobIdentifier) throws -> JobRecord? {
        try pool.read { try Self.job(id, $0) }
    }

    package func inputs(of id: JobIdentifier) throws -> [InputRecord] {
        try pool.read { try Self.inputs(of: id, $0) }
    }

    /// The jobs under way that a daemon which died was doing something with, oldest first: running ones, those whose end is
    /// decided, and those of which `isWanted` is so. The others are only gone past, one by one: they may be very many.
    func interrupted(or isWanted: (JobIdentifier) throws -> Bool) throws -> [JobRecord] {
        try pool.read { db in
            var ids: [JobIdentifier] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, state = 'running' OR concluding IS NOT NULL AS busy FROM job
                    WHERE state IN ('waiting', 'queued', 'running', 'failed')
                    """)
            while let row = try rows.next() {
                guard let id = JobIdentifier(row["id"] as String) else { continue }
                if try row["busy"] || isWanted(id) { ids.append(id) }
            }
            return try ids.sorted().compactMap { try Self.job($0, db) }
        }
    }

    /// The finished jobs that are on their way back to the queue, oldest first.
    func retrying() throws -> [JobRecord] {
        try pool.read { db in
            try JobRecord.fetchAll(
                db,
                sql: """
                    SELECT * FROM job WHERE state IN ('quarantined', 'cancelled') AND concluding = 'retrying' ORDER BY id
                    """)
        }
    }

    /// The inbox paths that waiting jobs are about to take.
    package func intendedSources() throws -> Set<[UInt8]> {
        try pool.read { db in
            let rows = try Data.fetchAll(
                db,
                sql:
                    "SELECT input.source FROM job JOIN input ON input.job = job.id WHERE state = 'waiting' AND stage = 'intended'"
            )
            return Set(rows.map { [UInt8]($0) })
        }
    }

    /// Finished jobs whose originals have not been moved yet, oldest first. The index is named because SQLite, without
    /// statistics, would rather go through all finished jobs.
    package func unsettled() throws -> [JobRecord] {
        try pool.read { db in
            try JobRecord.fetchAll(
                db,
                sql: """
                    SELECT * FROM job INDEXED BY job_unsettled WHERE settled = 0 AND state IN ('done', 'quarantined', 'cancelled') ORDER BY id
                    """)
        }
    }

    /// Whether a name is taken.
    package func exists(_ id: JobIdentifier) throws -> Bool {
        try pool.read {
            try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)", arguments: [id.text])
        } ?? false
    }

    /// The job that a manifest's own `id` made already, if it is under way or done; failed and cancelled ones may be tried again.
    package func job(manifestID: String, besides id: JobIdentifier) throws -> JobRecord? {
        try pool.read { db in
            try JobRecord.fetchOne(
                db,
                sql: """
                    SELECT * FROM job WHERE manifest_id = ? AND id <> ? AND refusal IS NULL
                    AND state NOT IN ('quarantined', 'cancelled') ORDER BY id LIMIT 1
                    """,
                arguments: [manifestID, id.text])
        }
    }

    static func job(_ id: JobIdentifier, _ db: Database) throws -> JobRecord? {
        try JobRecord.fetchOne(
            try db.cachedStatement(sql: "SELECT * FROM job WHERE id = ?"), arguments: [id.text])
    }

    static func inputs(of id: JobIdentifier, _ db: Database) throws -> [InputRecord] {
        try InputRecord.fetchAll(
            try db.cachedStatement(sql: "SELECT * FROM input WHERE job = ? ORDER BY ordinal"), arguments: [id.text])
    }

    // MARK: Whether work is held back

    package var isPaused: Bool {
        get throws {
            try pool.read { try String.fetchOne($0, sql: "SELECT value FROM setting WHERE name = 'paused'") } == "yes"
        }
    }

    /// Survives a restart.
    package func setPaused(_ paused: Bool) throws {
        try pool.write { db in
            try db.execute(
                sql: "INSERT INTO setting VALUES ('paused', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [paused ? "yes" : "no"])
        }
    }
}
