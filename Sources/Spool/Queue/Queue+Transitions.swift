import Foundation
import GRDB
import Wire

extension Queue {
    /// Takes the next job for a worker: highest rank first (priority and age), then enrollments, then oldest. The attempt is counted and a new
    /// fencing token given, so that whoever ran it before can no longer end it.
    ///
    /// - Parameters:
    ///   - lease: for how long the job is the worker's without a sign of life.
    ///   - limits: most running jobs by kind; a kind that has them is passed over.
    ///   - memory: bytes that there are; a job that needs more is passed over.
    package func claim(lease: Duration, limits: [JobKind: Int] = [:], memory: Int64? = nil) throws -> JobRecord? {
        let now = clock.now()
        let job = try pool.write { db -> JobRecord? in
            let next = try db.cachedStatement(sql: try Self.next(limits: limits, db))
            guard var job = try JobRecord.fetchOne(next, arguments: [now, memory ?? .max]) else { return nil }
            let time = Date(milliseconds: Date.now.milliseconds)
            job.state = .running
            job.attempt += 1
            job.token = WorkerToken(job.token.number + 1)
            job.started = time
            job.updated = time
            try db.cachedStatement(
                sql: """
                    UPDATE job SET state = 'running', attempt = ?, token = ?, lease = ?, started = ?, updated = ?
                    WHERE id = ?
                    """
            ).execute(arguments: [
                job.attempt, job.token.number, now + lease.milliseconds, time.milliseconds, time.milliseconds,
                job.id.text,
            ])
            try Self.record(job.id, from: .queued, to: .running, "attempt \(job.attempt) by a worker", db)
            return job
        }
        if let job { onTransition(job) }
        return job
    }

    /// How many jobs ``claim(lease:limits:memory:)`` would find one after the other; counts no further than `most`.
    package func waiting(limits: [JobKind: Int] = [:], atMost most: Int) throws -> Int {
        try pool.read { db in
            let open = "state = 'queued' AND concluding IS NULL AND run_at <= ? \(try Self.room(limits, db))"
            return try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE \(open) LIMIT ?)",
                arguments: [clock.now(), most])
        } ?? 0
    }

    /// Prolongs a lease. `false` when the token is no longer the job's: the attempt was given to somebody else.
    package func renew(_ id: JobIdentifier, _ token: WorkerToken, lease: Duration) throws -> Bool {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE job SET lease = ? WHERE id = ? AND token = ? AND state = 'running'",
                arguments: [clock.now() + lease.milliseconds, id.text, token.number])
            return db.changesCount == 1
        }
    }

    /// The running jobs whose workers gave no sign of life in time.
    package func expired() throws -> [JobRecord] {
        try pool.read { db in
            try JobRecord.fetchAll(
                db, sql: "SELECT * FROM job WHERE state = 'running' AND concluding IS NULL AND lease < ?",
                arguments: [clock.now()])
        }
    }

    /// Puts jobs whose backoff is over back into the queue; how many.
    package func promoteDue() throws -> Int {
        let jobs = try pool.read { db in
            try JobRecord.fetchAll(
                db, sql: "SELECT * FROM job WHERE state = 'failed' AND concluding IS NULL AND run_at <= ?",
                arguments: [clock.now()])
        }
        for job in jobs { try move(job, to: .queued, why: "the wait before another attempt is over") }
        return jobs.count
    }

    /// Milliseconds until the next backoff or lease ends; `nil` when none runs.
    package func nextDeadline() throws -> Int64? {
        try pool.read { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT MIN(at) FROM (SELECT MIN(run_at) AS at FROM job WHERE state = 'failed'
                                         UNION ALL SELECT MIN(lease) FROM job WHERE state = 'running')
                    """)
        }.map { max(0, $0 - clock.now()) }
    }

    /// Puts a waiting job into the queue.
    package func enqueue(_ id: JobIdentifier, why: String) throws {
        guard let job = try job(id) else { return }
        _ = try admit([Admission(job: job, why: why)], noting: [], skippingTwins: false)
    }

    /// Ends an attempt that another will follow. `false` when the token is stale.
    package func fail(
        _ job: JobRecord, error: ReportError, lastWords: String?, retryAfter: Duration, countAttempt: Bool = true
    ) throws -> Bool {
        let why = "attempt \(job.attempt) failed: \(error.code.rawValue)"
        return try move(job, to: .failed, why: why, token: job.token) { db in
            try db.execute(
                sql: """
                    UPDATE job SET error = ?, last_words = ?, run_at = ?, lease = NULL, attempt = attempt - ?
                    WHERE id = ?
                    """,
                arguments: [
                    try Self.json(error), lastWords, self.clock.now() + retryAfter.milliseconds, countAttempt ? 0 : 1,
                    job.id.text,
                ])
        }
    }

    /// Returns a running job to the queue through no fault of its own: the attempt is not counted.
    /// `false` when the token is stale or the job's end is already decided.
    package func giveBack(_ job: JobRecord, why: String, countAttempt: Bool = false) throws -> Bool {
        try move(job, to: .queued, why: why, token: job.token, unlessConcluding: true) { db in
            try db.execute(
                sql: "UPDATE job SET attempt = attempt - ?, lease = NULL, run_at = 0 WHERE id = ?",
                arguments: [countAttempt ? 0 : 1, job.id.text])
        }
    }

    /// Forgets every monotonic time that an earlier daemon wrote, which mean nothing to this one.
    package func forgetDeadlines() throws {
        try pool.write {
            try $0.execute(
                sql: """
                    UPDATE job SET run_at = 0, lease = NULL
                    WHERE state IN ('waiting', 'queued', 'running', 'failed') AND (run_at <> 0 OR lease IS NOT NULL)
                    """)
        }
    }

    // MARK: Ends

    /// Decides a job's end: from here on it can neither be claimed nor get another end.
    ///
    /// - Parameters:
    ///   - token: the fencing token, when the decision comes from an attempt.
    ///   - states: the states in which the decision is allowed.
    /// - Returns: the job as it was; `nil` when the token is stale, the state another, or an end is decided already.
    package func decide(
        _ id: JobIdentifier, _ conclusion: Conclusion, token: WorkerToken? = nil, in states: Set<JobState>
    ) throws -> JobRecord? {
        try pool.write { db in
            guard let job = try Self.job(id, db), job.concluding == nil, states.contains(job.state),
                token == nil || token == job.token
            else { return nil }
            try db.execute(
                sql: "UPDATE job SET concluding = ? WHERE id = ?", arguments: [conclusion.rawValue, id.text])
            return job
        }
    }

    /// Takes a decision back that could not be carried out.
    package func undecide(_ id: JobIdentifier) throws {
        try pool.write { try $0.execute(sql: "UPDATE job SET concluding = NULL WHERE id = ?", arguments: [id.text]) }
    }

    /// Records the end that was decided, after the outputs and the report were committed.
    package func conclude(
        _ job: JobRecord, _ conclusion: Conclusion, error: ReportError?, lastWords: String?, why: String
    ) throws {
        let state = conclusion.state
        _ = try move(job, to: state, why: why) { db in
            try db.execute(
                sql: """
                    UPDATE job SET concluding = NULL, lease = NULL, error = ?, last_words = COALESCE(?, last_words),
                    reported = ? WHERE id = ?
                    """,
                arguments: [try Self.json(error), lastWords, !self.tellsReports(), job.id.text])
        }
    }

    /// Queues a finished job again with a fresh count of attempts; the token goes on.
    package func requeue(_ job: JobRecord, why: String) throws {
        _ = try move(job, to: .queued, why: why) { db in
            try db.execute(
                sql: """
                    UPDATE job SET concluding = NULL, settled = 0, attempt = 0, run_at = 0, error = NULL, last_words = NULL
                    WHERE id = ?
                    """, arguments: [job.id.text])
        }
    }

    /// Notes that a finished job's originals are where the user finds them.
    package func settle(_ id: JobIdentifier) throws {
        try pool.write { try $0.execute(sql: "UPDATE job SET settled = 1 WHERE id = ?", arguments: [id.text]) }
    }

    // MARK: The one way from state to state

    /// Moves a job from the state it has in the database now; `false` when the token is stale.
    ///
    /// - Precondition: ``JobState/successors`` allows the step.
    @discardableResult
    func move(
        _ job: JobRecord, to state: JobState, why: String, token: WorkerToken? = nil, unlessConcluding: Bool = false,
        also changes: (Database) throws -> Void = { _ in }
    ) throws -> Bool {
        let moved = try pool.write { db -> JobRecord? in
            guard let current = try Self.job(job.id, db) else { return nil }
            if let token, token != current.token || current.state != .running { return nil }
            if unlessConcluding, current.concluding != nil { return nil }
            precondition(
                current.state.successors.contains(state), "job \(job.id) cannot go from \(current.state) to \(state)")
            try db.cachedStatement(sql: "UPDATE job SET state = ?, updated = ? WHERE id = ?")
                .execute(arguments: [state.rawValue, Date.now.milliseconds, job.id.text])
            try changes(db)
            if state == .queued { try rank(job.id, db) }
            try Self.record(job.id, from: current.state, to: state, why, db)
            return try Self.job(job.id, db)
        }
        if let moved { onTransition(moved) }
        return moved != nil
    }
}
