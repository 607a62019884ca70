import Foundation
import GRDB
import Synchronization
import Wire

/// In which order queued jobs are claimed, and how many of a kind at once.
///
/// A job's rank is its priority, raised by one for every `queue.ageing` that it has waited. Between any two jobs that
/// difference never changes, so the rank is a number that is written once, when the job is queued:
/// `priority * ageing - created`, in milliseconds; an index keeps it sorted. An enrollment counts as one priority more,
/// so that people dropped together with photographs to be identified are known by then: these wait for it to end.
extension Queue {
    /// Its first argument is the ageing.
    static let rank =
        "CASE WHEN ?1 > 0 THEN (priority + COALESCE(\(enrolls), 0)) * ?1 - created ELSE priority END"

    /// Conditions on a job's kind. The index `job_queued` is sorted by the first, word for word.
    private static let enrolls = condition { $0 == .changes }
    private static let looksForPeople = condition { $0 == .reads }

    private static func condition(_ isMeant: (JobKind.GalleryUse) -> Bool) -> String {
        let kinds = JobKind.allCases.filter { isMeant($0.facts.gallery) }.map { "'\($0.rawValue)'" }
        return kinds.count == 1 ? "kind = \(kinds[0])" : "kind IN (\(kinds.joined(separator: ", ")))"
    }

    /// Changes `queue.ageing`; jobs that are queued already are ranked anew. The same value again costs nothing.
    ///
    /// - Parameter ageing: zero ranks by priority alone.
    package func age(by ageing: Duration) throws {
        let wanted = ageing.milliseconds
        guard self.ageing.withLock({ $0 }) != wanted else { return }
        try pool.write { db in
            let name = "ageing"
            let known = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
            guard known != "\(wanted)" else { return }
            try db.execute(sql: "UPDATE job SET rank = \(Self.rank) WHERE state = 'queued'", arguments: [wanted])
            try db.execute(
                sql: "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [name, "\(wanted)"])
        }
        self.ageing.withLock { $0 = wanted }
    }

    /// The next job to be claimed; its argument is the bytes of memory that there are. The index is named because SQLite, without statistics, would rather sort all queued jobs for each claim.
    static func next(limits: [JobKind: Int], _ db: Database) throws -> String {
        """
        SELECT * FROM job INDEXED BY job_queued
        WHERE state = 'queued' AND concluding IS NULL AND memory <= ? \(try room(limits, db))
        ORDER BY rank DESC, \(enrolls) DESC, id LIMIT 1
        """
    }

    /// A condition that leaves out the kinds of which enough are running, and what looks for people while one is being
    /// enrolled whose turn came before.
    ///
    /// - Parameter limits: most running jobs by kind; kinds that are missing have no limit of their own.
    static func room(_ limits: [JobKind: Int], _ db: Database) throws -> String {
        let full = try limits.filter { kind, limit in
            let running = try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM job WHERE state = 'running' AND kind = ?", arguments: [kind.rawValue])
            return (running ?? 0) >= limit
        }
        return """
            AND kind NOT IN (\(full.keys.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))
            AND NOT (\(looksForPeople) AND COALESCE(
                rank <= (SELECT MAX(rank) FROM job WHERE state = 'running' AND \(enrolls)), FALSE))
            """
    }
}
