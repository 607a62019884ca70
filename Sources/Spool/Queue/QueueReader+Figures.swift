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
            for row in try Row.fetchAll(db, sql: "SELECT state, kind, jobs FROM tally") {
                let name: String = row["state"]
                if name == "seen" { figures.seen = row["jobs"] }
                guard let state = JobState(rawValue: name) else { continue }
                figures.jobs[QueueFigures.Standing(state: state, kind: row["kind"])] = row["jobs"]
            }
            // A job's name begins with the second in which it was seen, so that the first name is the oldest job.
            let sql = "SELECT created FROM job WHERE state = ? AND kind IS ? ORDER BY id LIMIT 1"
            let oldest = try db.cachedStatement(sql: sql)
            for state in QueueFigures.open {
                let firsts = try (JobKind.allCases.map(\.rawValue) + [nil]).compactMap { kind in
                    try Int64.fetchOne(oldest, arguments: [state.rawValue, kind])
                }
                figures.oldest[state] = firsts.min().map(Date.init(milliseconds:))
            }
            figures.paused = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'paused'") == "yes"
            return figures
        }
    }
}
