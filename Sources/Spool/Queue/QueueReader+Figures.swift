import Foundation
import GRDB
import Wire

/// The queue in numbers, for the metrics.
struct QueueFigures: Sendable {
    struct Standing: Sendable, Hashable {
        var state: JobState
        /// A job kind's name, or `none` for a file that never became a job of a kind.
        var kind: String
    }

    /// The states of jobs that are not finished.
    static let open: [JobState] = [.waiting, .queued, .running, .failed]

    var jobs: [Standing: Int] = [:]
    /// When the oldest job of each open state was seen.
    var oldest: [JobState: Date] = [:]
    var seen = 0
    var paused = false
}

extension QueueReader {
    func figures() throws -> QueueFigures {
        try database.read { db in
            var figures = QueueFigures()
            let sql = "SELECT state, COALESCE(kind, 'none') AS kind, COUNT(*) AS count FROM job GROUP BY state, kind"
            for row in try Row.fetchAll(db, sql: sql) {
                guard let state = JobState(rawValue: row["state"]) else { continue }
                figures.jobs[QueueFigures.Standing(state: state, kind: row["kind"])] = row["count"]
            }
            for state in QueueFigures.open {
                let sql = "SELECT MIN(created) FROM job WHERE state = ?"
                figures.oldest[state] = try Int64.fetchOne(db, sql: sql, arguments: [state.rawValue])
                    .map(Date.init(milliseconds:))
            }
            figures.seen = try Self.counts(db).seen
            figures.paused = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'paused'") == "yes"
            return figures
        }
    }
}
