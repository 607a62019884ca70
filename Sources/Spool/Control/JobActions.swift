import Foundation
import Wire

/// What became of a request to take jobs back. One that stood elsewhere is in neither list.
struct Cancellation: Sendable {
    /// Have their end.
    var cancelled: [JobIdentifier] = []
    /// Their workers are being ended, and they get their end then.
    var ending: [JobIdentifier] = []
    /// The disk or the database refused; they are as they were.
    var failures: [JobIdentifier: any Error] = [:]
}

/// What a user may do to jobs. However many they are, they are taken through each step together.
package actor JobActions {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.actions")

    let queue: Queue
    let intake: Intake
    let outbox: Outbox
    let dispatcher: Dispatcher

    /// From where a job can be taken back, and from where it is tried again when no state is named.
    private static let cancellable: [JobState] = [.waiting, .queued, .failed, .running]
    private static let retriable: [JobState] = [.failed, .quarantined]

    package init(queue: Queue, intake: Intake, outbox: Outbox, dispatcher: Dispatcher) {
        self.queue = queue
        self.intake = intake
        self.outbox = outbox
        self.dispatcher = dispatcher
    }

    /// Starts nothing new, or goes on. What a pause is made for may end the machine: running paintings keep what they have done.
    package func setPaused(_ paused: Bool) async throws {
        try queue.setPaused(paused)
        if paused { await dispatcher.keepWork() }
    }

    // MARK: Taking back

    /// Takes a job back.
    ///
    /// - Throws: ``ReportError`` when there is no such job or it is finished.
    package func cancel(_ id: JobIdentifier) async throws -> JobActionAnswer {
        try only(try await cancel(JobSelection(jobs: [id])))
    }

    /// Takes jobs back. One that has left the state that was asked for is not touched.
    ///
    /// - Throws: ``ReportError`` for a selection that makes no sense; the database's errors.
    package func cancel(_ selection: JobSelection) async throws -> JobChangesAnswer {
        let states = selection.state.map { [$0] } ?? Self.cancellable
        let (ids, next) = try ids(selection, states)
        var changes = Changes(next: next)
        let error = ReportError(code: .cancelled, message: "The job was cancelled before it ran.")
        let end = Outbox.End(conclusion: .cancelled, why: "cancelled by the user", error: error)
        var rest = ids
        if states.contains(.waiting) {
            let ended = await intake.end(ids.map { ($0, end) })
            for id in ended.cancelled { changes.changed[id] = Self.cancelled(id) }
            changes.fail(ended.failures)
            rest.removeAll { changes.knows($0) }
        }
        let cancellation = await dispatcher.cancel(rest, in: Set(states))
        for id in cancellation.cancelled { changes.changed[id] = Self.cancelled(id) }
        for id in cancellation.ending { changes.changed[id] = "\(id) was running; its worker is being ended." }
        changes.fail(cancellation.failures)
        return try answer(changes, ids, isNamed: selection.jobs != nil) { job in
            ReportError(
                code: .optionInvalid, message: "\(job.id) is \(job.state.rawValue) and cannot be cancelled.",
                hint: "Only jobs that wait, are queued or run can be.")
        }
    }

    private static func cancelled(_ id: JobIdentifier) -> String {
        "\(id) is cancelled; its originals are in done/\(id)."
    }

    // MARK: Trying again

    /// Queues a quarantined or cancelled job again with fresh attempts, or a failed one without its wait.
    ///
    /// - Throws: ``ReportError`` when there is no such job, it is not finished, or it never was a job of a kind.
    package func retry(_ id: JobIdentifier) throws -> JobActionAnswer {
        try only(try retry(JobSelection(jobs: [id])))
    }

    /// Queues jobs again. One that has left the state that was asked for is not touched.
    ///
    /// - Throws: ``ReportError`` for a selection that makes no sense; the database's errors.
    package func retry(_ selection: JobSelection) throws -> JobChangesAnswer {
        let named = selection.jobs != nil
        let states = selection.state.map { [$0] } ?? (named ? JobState.allCases : Self.retriable)
        let (ids, next) = try ids(selection, states)
        var changes = Changes(next: next)
        if states.contains(.failed) {
            for job in try queue.skipWait(of: ids) { changes.changed[job.id] = "\(job.id) is queued." }
        }
        let finished = try ids.filter { !changes.knows($0) }.compactMap { try queue.job($0) }.filter { job in
            guard job.state.isFinal, states.contains(job.state), job.isRepeatable else { return false }
            try outbox.settle(job)
            return try outbox.hasOriginals(of: job.id)
        }
        let reopened = try queue.reopen(finished.map(\.id))
        let failures = outbox.reopen(reopened)
        for job in reopened where failures[job.id] == nil { changes.changed[job.id] = "\(job.id) is queued again." }
        // The decision stands; it is carried out by itself.
        changes.fail(failures)
        return try answer(changes, ids, isNamed: named, otherwise: Self.whyNotRetried)
    }

    private static func whyNotRetried(_ job: JobRecord) -> ReportError {
        guard job.state == .quarantined || job.state == .cancelled else {
            return ReportError(
                code: .optionInvalid,
                message: "\(job.id) is \(job.state.rawValue); only a failed job can be tried again.",
                hint: "See `limner show \(job.id)`.")
        }
        if job.standing.isReopening {
            return ReportError(code: .optionInvalid, message: "\(job.id) is on its way back already.", hint: "Wait.")
        }
        guard job.isRepeatable else {
            let reason = job.refusal.map { "was refused (\($0.code.rawValue))" } ?? "never was a job of a kind"
            return ReportError(
                code: .optionInvalid, message: "\(job.id) \(reason) and cannot be tried again as it is.",
                hint: "Drop its files, which lie in quarantine/\(job.id) or done/\(job.id), where they belong.")
        }
        return ReportError(
            code: .optionInvalid, message: "The originals of \(job.id) are gone, as the retention settings say.",
            hint: "Drop the picture again.")
    }

    // MARK: Selections and answers

    /// What has become of jobs so far.
    private struct Changes {
        /// What is said of each job that was changed.
        var changed: [JobIdentifier: String] = [:]
        var refused: [JobIdentifier: ReportError] = [:]
        var next: JobIdentifier?

        func knows(_ id: JobIdentifier) -> Bool { changed[id] != nil || refused[id] != nil }

        mutating func fail(_ failures: [JobIdentifier: any Error]) {
            for (id, error) in failures {
                refused[id] = ReportError(
                    code: error.isDiskFull ? .diskFull : .internal, message: "\(id): \(error.reason)".ended,
                    hint: "See `limner status`; then try again.")
            }
        }
    }

    private func ids(
        _ selection: JobSelection, _ states: [JobState]
    ) throws -> (ids: [JobIdentifier], next: JobIdentifier?) {
        if let jobs = selection.jobs {
            guard jobs.count <= JobSelection.limit else {
                throw ReportError(
                    code: .optionInvalid, message: "\(jobs.count) jobs are named; \(JobSelection.limit) may be.")
            }
            return (jobs, nil)
        }
        let found = try queue.reader.identifiers(
            in: states, kind: selection.kind, before: selection.before, limit: JobSelection.limit)
        return (found, found.count == JobSelection.limit ? found.last : nil)
    }

    /// - Parameter reason: why a job that was named, and is there, stayed as it was.
    private func answer(
        _ changes: Changes, _ ids: [JobIdentifier], isNamed: Bool, otherwise reason: (JobRecord) -> ReportError
    ) throws -> JobChangesAnswer {
        var answer = JobChangesAnswer(changed: [], refused: [], next: changes.next)
        for id in ids {
            let job = try queue.job(id)
            if let message = changes.changed[id], let job {
                answer.changed.append(JobActionAnswer(job: job.summary, message: message))
            } else if let error = changes.refused[id] {
                answer.refused.append(JobChangesAnswer.Refusal(id: id, error: error))
            } else if isNamed {
                answer.refused.append(JobChangesAnswer.Refusal(id: id, error: job.map(reason) ?? Self.unknown(id)))
            }
        }
        return answer
    }

    private func only(_ answer: JobChangesAnswer) throws -> JobActionAnswer {
        if let refusal = answer.refused.first { throw refusal.error }
        guard let changed = answer.changed.first else {
            throw ReportError(code: .internal, message: "Nothing became of the one job that was named.")
        }
        return changed
    }

    static func unknown(_ id: JobIdentifier) -> ReportError {
        ReportError(code: .optionInvalid, message: "There is no job \(id).", hint: "See `limner list`.")
    }
}
