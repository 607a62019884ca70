import Foundation
import GRDB
import Wire

/// The transitions. Each is one transaction and names the standing that it expects; a job that stands otherwise stays as it
/// is, and the caller is told so by a `nil`, a `false` or a shorter list.
extension Queue {
    // MARK: Attempts

    /// Takes the next job for a worker: highest rank first (priority and age), then enrollments, then oldest. The attempt is
    /// counted and a new fencing token given, so that whoever ran it before can no longer end it.
    ///
    /// The commit is ``Commit/lazy``, unless ``countsEveryClaim``.
    ///
    /// - Parameters:
    ///   - limits: most running jobs by kind; a kind that has them is passed over.
    ///   - memory: bytes that there are; a job that needs more is passed over.
    package func claim(limits: [JobKind: Int] = [:], memory: Int64? = nil) throws -> JobRecord? {
        try turn(countsEveryClaim ? .synced : .lazy) { turn in
            let next = try turn.db.cachedStatement(sql: try Self.next(limits: limits, turn.db))
            guard let job = try JobRecord.fetchOne(next, arguments: [memory ?? .max]) else { return nil }
            return try turn.step(job, "attempt \(job.attempt + 1) by a worker") { job in
                job.attempt += 1
                // After the largest that a row is read with comes 1.
                job.token = WorkerToken(job.token.number % (Int64.max - 1) + 1)
                job.standing = .running(job.token)
                job.started = Date(milliseconds: Date.now.milliseconds)
            }
        }
    }

    /// How many jobs ``claim(limits:memory:)`` would find one after the other; counts no further than `most`.
    package func waiting(limits: [JobKind: Int] = [:], atMost most: Int) throws -> Int {
        try pool.read { db in
            let open = "state = 'queued' AND concluding IS NULL \(try Self.room(limits, db))"
            return try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE \(open) LIMIT ?)", arguments: [most])
        } ?? 0
    }

    /// Ends an attempt that another will follow. `false` when the attempt is no longer the job's.
    ///
    /// - Parameter counted: whether the attempt counts towards `retries.max`.
    package func fail(
        _ job: JobRecord, error: ReportError, lastWords: String?, retryAfter: Duration, counted: Bool = true
    ) throws -> Bool {
        let until = clock.now() + retryAfter.milliseconds
        let why = "attempt \(job.attempt) failed: \(error.code.rawValue)"
        return try turn(.lazy) { turn in
            try turn.step(job.id, from: { $0 == .running(job.token) }, why) { job in
                job.standing = .failed(until: until)
                job.error = error
                job.lastWords = lastWords
                if !counted { job.attempt -= 1 }
            } != nil
        }
    }

    /// Returns a running job to the queue through no fault of its own. `false` when the attempt is no longer the job's, or
    /// its end is decided.
    ///
    /// - Parameter counted: whether the attempt counts towards `retries.max`.
    package func giveBack(_ job: JobRecord, why: String, counted: Bool = false) throws -> Bool {
        try turn(.lazy) { turn in
            try turn.step(job.id, from: { $0 == .running(job.token) }, why) { job in
                job.standing = .queued
                if !counted { job.attempt -= 1 }
            } != nil
        }
    }

    /// Puts jobs whose wait is over back into the queue; how many.
    package func promoteDue() throws -> Int {
        let now = clock.now()
        let isAny = try pool.read { db in
            try Bool.fetchOne(
                try db.cachedStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM job WHERE state = 'failed' AND run_at <= ?)"), arguments: [now])
        }
        guard isAny == true else { return 0 }
        return try turn(.lazy) { turn in
            let due = try String.fetchAll(
                turn.db, sql: "SELECT id FROM job WHERE state = 'failed' AND concluding IS NULL AND run_at <= ?",
                arguments: [now])
            return try due.compactMap { JobIdentifier($0) }.count { id in
                try turn.step(id, from: \.isFailed, "the wait before another attempt is over") {
                    $0.standing = .queued
                } != nil
            }
        }
    }

    /// Queues failed jobs without the rest of their wait.
    ///
    /// - Returns: those that waited.
    package func skipWait(of ids: [JobIdentifier]) throws -> [JobRecord] {
        try turn(.synced) { turn in
            try ids.compactMap { id in
                try turn.step(id, from: \.isFailed, "asked to try again without waiting") { $0.standing = .queued }
            }
        }
    }

    /// Milliseconds until the next wait is over; `nil` when no job waits for another attempt.
    package func nextDeadline() throws -> Int64? {
        let next = try pool.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT MIN(run_at) FROM job WHERE state = 'failed' AND concluding IS NULL")
        }
        return next.map { max(0, $0.subtractingReportingOverflow(clock.now()).partialValue) }
    }

    // MARK: Ends

    /// Decides jobs' end: from here on they can neither be claimed nor get another end.
    ///
    /// - Parameter states: the states in which the decision is allowed.
    /// - Returns: the jobs for which it was made; not those that stand otherwise, or whose end is decided already.
    package func decide(
        _ ids: [JobIdentifier], _ conclusion: Conclusion, in states: Set<JobState>
    ) throws -> [JobRecord] {
        try decide(ids, Outcome(conclusion)) { $0.isOpen && states.contains($0.state) }
    }

    package func decide(
        _ id: JobIdentifier, _ conclusion: Conclusion, in states: Set<JobState>
    ) throws -> JobRecord? {
        try decide([id], conclusion, in: states).first
    }

    /// Decides the end of an attempt, with all that it changes; `nil` when the attempt is no longer the job's.
    package func decide(_ job: JobRecord, _ outcome: Outcome) throws -> JobRecord? {
        try decide([job.id], outcome) { $0 == .running(job.token) }.first
    }

    private func decide(
        _ ids: [JobIdentifier], _ outcome: Outcome, from isExpected: (JobStanding) -> Bool
    ) throws -> [JobRecord] {
        // The commit of an outcome begins with what the disk cannot tell again.
        try turn(outcome.changes.isEmpty ? .lazy : .synced) { turn in
            try ids.compactMap { id in
                try turn.step(id, from: isExpected, "") { $0.standing = .ending(outcome, from: $0.state) }
            }
        }
    }

    /// Takes a decision back that could not be carried out, and of which nothing is committed. A running job's attempt is still that of its token.
    package func undecide(_ id: JobIdentifier) throws {
        _ = try turn(.lazy) { turn in
            try turn.step(id, from: \.isEnding, "") { job in
                job.standing = JobStanding(undecided: job.state, token: job.token) ?? job.standing
            }
        }
    }

    /// What is recorded of a job that has ended.
    struct Ended: Sendable {
        var id: JobIdentifier
        /// As the report says that was committed.
        var conclusion: Conclusion
        var error: ReportError?
        var lastWords: String?
        var why: String
        /// Whether the originals are where users find them.
        var settled: Bool
    }

    /// Records ends that were decided, after their outputs and reports were committed.
    func end(_ ends: [Ended]) throws {
        let isReported = !tellsReports()
        try turn(.synced) { turn in
            for end in ends {
                _ = try turn.step(end.id, from: \.isEnding, end.why) { job in
                    job.standing = .ended(end.conclusion, settled: end.settled)
                    job.error = end.error
                    job.lastWords = end.lastWords ?? job.lastWords
                    job.isReported = isReported
                }
            }
        }
    }

    /// Notes that a finished job's originals are where the user finds them.
    package func settle(_ id: JobIdentifier) throws {
        _ = try turn(.lazy) { turn in
            try turn.step(id, from: { if case .ended = $0 { true } else { false } }, "") { job in
                if case .ended(let conclusion, _) = job.standing { job.standing = .ended(conclusion, settled: true) }
            }
        }
    }

    // MARK: The way back

    /// Takes jobs that failed for good or were cancelled out of their end, so that they can be brought back to the queue.
    /// What was refused, or never was a job of a kind, has no way back.
    ///
    /// - Returns: the jobs for which that was done.
    package func reopen(_ ids: [JobIdentifier]) throws -> [JobRecord] {
        try turn(.synced) { turn in
            try ids.compactMap { id in
                guard let job = try Self.job(id, turn.db), job.isRepeatable else { return nil }
                let expected = [Conclusion.quarantined, .cancelled].map { JobStanding.ended($0, settled: true) }
                return try turn.step(id, from: expected.contains, "") { job in
                    if case .ended(let conclusion, _) = job.standing { job.standing = .reopening(conclusion) }
                }
            }
        }
    }

    /// Queues jobs that were brought back, with a fresh count of attempts; their tokens go on.
    package func requeue(_ ids: [JobIdentifier], why: String) throws {
        try turn(.synced) { turn in
            for id in ids {
                _ = try turn.step(id, from: \.isReopening, why) { job in
                    job.standing = .queued
                    job.attempt = 0
                    job.error = nil
                    job.lastWords = nil
                }
            }
        }
    }
}
