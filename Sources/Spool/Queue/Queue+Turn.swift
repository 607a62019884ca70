import Foundation
import GRDB
import Wire

extension Queue {
    /// How much a commit outlives.
    enum Commit {
        /// A power cut, once it is reported: for what something outside of the queue is done on the strength of.
        case synced
        /// This process. A power cut may take it together with all that follows it up to the next synced one, so it is
        /// for what a start finds out again from the disk.
        case lazy
    }

    /// One transaction of transitions, and the one place that changes where a job stands.
    struct Turn {
        let db: Database
        /// The first argument of ``Queue/rank``.
        let ageing: Int64
        /// The jobs that users see in another state afterwards.
        var moved: [JobRecord] = []

        /// Takes a job a step on.
        ///
        /// - Parameters:
        ///   - isExpected: whether the step may be taken from where the job stands.
        ///   - why: for the job's history, when users see another state afterwards.
        /// - Returns: the job as it is now; `nil`, and nothing is changed, when it stands elsewhere or is not there.
        mutating func step(
            _ id: JobIdentifier, from isExpected: (JobStanding) -> Bool, _ why: String,
            _ change: (inout JobRecord) throws -> Void
        ) throws -> JobRecord? {
            guard let job = try Queue.job(id, db), isExpected(job.standing) else { return nil }
            return try step(job, why, change)
        }

        /// Takes a job a step on that was read in this transaction.
        mutating func step(
            _ old: JobRecord, _ why: String, _ change: (inout JobRecord) throws -> Void
        ) throws -> JobRecord {
            var job = old
            try change(&job)
            job.attempt = max(job.attempt, 0)
            let isMove = job.state != old.state
            if isMove { job.updated = Date(milliseconds: Date.now.milliseconds) }
            try db.cachedStatement(
                sql: """
                    UPDATE job SET state = ?, concluding = ?, changes = ?, settled = ?, run_at = ?, attempt = ?, token = ?, error = ?,
                    last_words = ?, reported = ?, started = ?, updated = ? WHERE id = ?
                    """
            ).execute(arguments: [
                job.state.rawValue, job.standing.concluding, try Queue.changes(job.standing), job.standing.isSettled,
                job.standing.runAt, job.attempt,
                job.token.number, try Queue.json(job.error), job.lastWords, job.isReported,
                job.started?.milliseconds, job.updated.milliseconds, job.id.text,
            ])
            guard isMove else { return job }
            if job.standing == .queued {
                try db.cachedStatement(sql: "UPDATE job SET rank = \(Queue.rank) WHERE id = ?2")
                    .execute(arguments: [ageing, job.id.text])
            }
            try Queue.record(job.id, from: old.state, to: job.state, why, db)
            moved.append(job)
            return job
        }
    }

    private static func changes(_ standing: JobStanding) throws -> String? {
        try standing.changes.isEmpty ? nil : json(standing.changes)
    }

    /// Runs a transaction of transitions; when it is committed, tells of the jobs that moved.
    func turn<Value>(_ commit: Commit, _ body: (inout Turn) throws -> Value) throws -> Value {
        let ageing = ageing.withLock { $0 }
        let (value, moved) = try self.commit(commit) { db in
            var turn = Turn(db: db, ageing: ageing)
            return (try body(&turn), turn.moved)
        }
        for job in moved { onTransition(job) }
        return value
    }

    private func commit<Value>(_ commit: Commit, _ body: (Database) throws -> Value) throws -> Value {
        switch commit {
        case .synced: return try pool.write(body)
        case .lazy:
            return try pool.writeWithoutTransaction { db in
                // SQLite takes the setting between transactions only, and syncs earlier commits with the next full one.
                try db.cachedStatement(sql: "PRAGMA synchronous = NORMAL").execute()
                let result = Result { () throws -> Value in
                    var value: Value?
                    try db.inTransaction(.immediate) {
                        value = try body(db)
                        return .commit
                    }
                    return value!
                }
                try db.cachedStatement(sql: "PRAGMA synchronous = FULL").execute()
                return try result.get()
            }
        }
    }
}
