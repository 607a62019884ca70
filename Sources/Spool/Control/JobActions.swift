import Foundation
import Wire

/// What a user may do to a job.
package struct JobActions: Sendable {
    let queue: Queue
    let intake: Intake
    let outbox: Outbox
    let dispatcher: Dispatcher

    /// Takes a job back.
    ///
    /// - Throws: ``ReportError`` when there is no such job or it is finished.
    package func cancel(_ id: JobIdentifier) async throws -> JobActionAnswer {
        let error = ReportError(code: .cancelled, message: "The job was cancelled before it ran.")
        let end = Outbox.End(conclusion: .cancelled, why: "cancelled by the user", error: error)
        if try await intake.end(id, end) { return try cancelled(id) }
        if let job = try queue.decide(id, .cancelled, in: [.queued, .failed]) {
            do {
                try outbox.conclude(job, end)
            } catch {
                try queue.undecide(id)
                throw error
            }
            return try cancelled(id)
        }
        if await dispatcher.cancel(id) {
            return JobActionAnswer(job: try summary(id), message: "\(id) was running; its worker is being ended.")
        }
        let job = try summary(id)
        throw ReportError(
            code: .optionInvalid, message: "\(id) is \(job.state.rawValue) and cannot be cancelled.",
            hint: "Only jobs that wait, are queued or run can be.")
    }

    private func cancelled(_ id: JobIdentifier) throws -> JobActionAnswer {
        JobActionAnswer(job: try summary(id), message: "\(id) is cancelled; its originals are in done/\(id).")
    }

    /// Queues a quarantined or cancelled job again with fresh attempts, or a failed one without its wait.
    ///
    /// - Throws: ``ReportError`` when there is no such job, it is not finished, or it never was a job of a kind.
    package func retry(_ id: JobIdentifier) throws -> JobActionAnswer {
        guard let job = try queue.job(id) else { throw Self.unknown(id) }
        switch job.state {
        case .failed:
            try queue.move(job, to: .queued, why: "asked to try again without waiting")
            return JobActionAnswer(job: try summary(id), message: "\(id) is queued.")
        case .quarantined, .cancelled:
            guard job.task != nil, job.refusal == nil else {
                let reason = job.refusal.map { "was refused (\($0.code.rawValue))" } ?? "never was a job of a kind"
                throw ReportError(
                    code: .optionInvalid, message: "\(id) \(reason) and cannot be tried again as it is.",
                    hint: "Drop its files, which lie in quarantine/\(id) or done/\(id), where they belong.")
            }
            if !job.settled { try outbox.settle(id) }
            guard try outbox.hasOriginals(of: id) else {
                throw ReportError(
                    code: .optionInvalid, message: "The originals of \(id) are gone, as the retention settings say.",
                    hint: "Drop the picture again.")
            }
            guard let decided = try queue.decide(id, .retrying, in: [.quarantined, .cancelled]) else {
                return JobActionAnswer(job: try summary(id), message: "\(id) is on its way back already.")
            }
            do {
                try outbox.reopen(decided)
            } catch {
                // The decision stands; the next start carries it out.
                throw ReportError(code: .internal, message: "\(id) could not be brought back yet: \(error).")
            }
            return JobActionAnswer(job: try summary(id), message: "\(id) is queued again.")
        case .waiting, .queued, .running, .done:
            throw ReportError(
                code: .optionInvalid, message: "\(id) is \(job.state.rawValue); only a failed job can be tried again.",
                hint: "See `limner show \(id)`.")
        }
    }

    static func unknown(_ id: JobIdentifier) -> ReportError {
        ReportError(code: .optionInvalid, message: "There is no job \(id).", hint: "See `limner list`.")
    }

    private func summary(_ id: JobIdentifier) throws -> JobSummary {
        guard let job = try queue.job(id) else { throw Self.unknown(id) }
        return job.summary
    }
}
