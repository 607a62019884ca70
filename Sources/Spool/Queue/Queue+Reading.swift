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
