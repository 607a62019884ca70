import Foundation
import GRDB
import Wire

extension Queue {
    private static let finished = """
        state IN ('done', 'quarantined', 'cancelled') AND settled = 1 AND concluding IS NULL AND reported = 1
        """
    /// Most jobs forgotten in one round, so that nobody waits long for the database.
    private static let batch = 1000

    /// Whether nothing is left to be done about a job: its end is recorded, its originals are moved, its report is told.
    func isFinished(_ id: JobIdentifier) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE id = ? AND \(Self.finished))", arguments: [id.text])
        } ?? false
    }

    /// Finished jobs, oldest first, whose history may go.
    ///
    /// - Parameters:
    ///   - before: jobs that ended earlier; `nil` for none.
    ///   - beyond: all but so many of the newest; `nil` for none.
    func forgettable(before: Date?, beyond: Int?) throws -> [JobIdentifier] {
        try pool.read { db in
            let newest = try beyond.flatMap { count in
                try String.fetchOne(db, sql: "SELECT id FROM job ORDER BY id DESC LIMIT 1 OFFSET ?", arguments: [count])
            }
            let texts = try String.fetchAll(
                db,
                sql: "SELECT id FROM job WHERE \(Self.finished) AND (updated < ? OR id <= ?) ORDER BY id LIMIT ?",
                arguments: [before?.milliseconds ?? -1, newest ?? "", Self.batch])
            return texts.compactMap { JobIdentifier($0) }
        }
    }

    /// Deletes finished jobs with their inputs, events and ledger, so that the sum of all jobs still holds.
    func forget(_ ids: [JobIdentifier]) throws {
        guard !ids.isEmpty else { return }
        try pool.write { db in
            for id in ids {
                try db.execute(sql: "DELETE FROM job WHERE id = ? AND \(Self.finished)", arguments: [id.text])
            }
        }
    }
}
