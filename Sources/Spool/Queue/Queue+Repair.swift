import Foundation
import GRDB
import Wire

/// What a start asks of a queue that another daemon left.
extension Queue {
    /// Puts right what no transition would find: forgets the waits of an earlier daemon, whose clock is not ours, has jobs in
    /// states that this version does not know begin anew, and drops unfinished ones whose name is none.
    ///
    /// - Returns: a sentence for each row that was changed.
    func repair() throws -> [String] {
        try pool.write { db in
            try db.execute(sql: "UPDATE job SET run_at = 0 WHERE state = 'failed' AND run_at <> 0")
            var told: [String] = []
            let states = try String.fetchAll(db, sql: "SELECT DISTINCT state FROM tally WHERE state <> 'seen'")
            for state in states where JobState(rawValue: state) == nil {
                for id in try String.fetchAll(db, sql: "SELECT id FROM job WHERE state = ?", arguments: [state]) {
                    try db.execute(
                        sql: "UPDATE job SET state = 'waiting', concluding = NULL, settled = 0 WHERE id = ?",
                        arguments: [id])
                    told.append("\(id) stood in \"\(state)\", which this version does not know; it begins anew")
                }
            }
            for id in try String.fetchAll(db, sql: "SELECT id FROM job WHERE \(Self.isUnfinished)")
            where JobIdentifier(id) == nil {
                try db.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [id])
                told.append(
                    "the queue held \"\(id)\", which is no job's name; what was claimed for it is in quarantine/")
            }
            return told
        }
    }

    private static let isUnfinished = "state IN ('waiting', 'queued', 'running', 'failed')"

    /// The unfinished jobs that a daemon which died was doing something with, oldest first: running ones, those whose end is
    /// decided, and those of which `isWanted` is so. The others are only gone past, one by one: they may be very many.
    func interrupted(or isWanted: (JobIdentifier) -> Bool) throws -> [JobIdentifier] {
        try pool.read { db in
            var ids: [JobIdentifier] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, state = 'running' OR concluding IS NOT NULL AS busy FROM job WHERE \(Self.isUnfinished)
                    """)
            while let row = try rows.next() {
                guard let id = JobIdentifier(row["id"] as String) else { continue }
                if row["busy"] || isWanted(id) { ids.append(id) }
            }
            return ids.sorted()
        }
    }

    /// The finished jobs that are on their way back to the queue, oldest first.
    func reopening() throws -> [JobRecord] {
        try pool.read { db in
            try JobRecord.fetchAll(
                db,
                sql: """
                    SELECT * FROM job WHERE state IN ('quarantined', 'cancelled') AND concluding = 'retrying' ORDER BY id
                    """)
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
}
