import Foundation
import Gallery
import Glibc
import Logging
import Wire

/// Gives jobs their end: commits outputs and report by one rename, records the end, and moves the originals to where
/// the user finds them. Every step may be repeated after a crash; none happens twice.
///
/// The order: report and outputs are written aside and made durable; the folder is renamed to `outbox/<job>`, which
/// is the commit; the database says so; the originals follow. Whoever finds a report in the outbox of a job that is
/// not finished knows that the commit happened and only the record is missing.
package struct Outbox: Sendable {
    let tree: RootTree
    let queue: Queue
    let gallery: Gallery
    let logger: Logger

    /// Longest report that is read back, in bytes.
    static let reportLimit = 64 << 20

    /// What an end is made of.
    struct End: Sendable {
        var conclusion: Conclusion
        var why: String
        var error: ReportError?
        var lastWords: String?
        /// Inputs, models, result and outputs, as far as a worker told them.
        var result: WorkerResult?
        var failure: WorkerFailure?
        /// The folder below `state/work` that holds the outputs.
        var staging: FileName?
        /// The job that does or did the same.
        var duplicateOf: JobIdentifier?
    }

    /// Where an attempt writes.
    static func staging(of job: JobRecord) -> FileName { FileName("\(job.id.text)-\(job.token)") }

    /// Commits and records an end that ``Queue/decide(_:_:token:in:)`` has decided.
    ///
    /// - Throws: what the disk or the database refuses; the decision still stands then.
    func conclude(_ job: JobRecord, _ end: End) throws {
        let inputs = try queue.inputs(of: job.id)
        var end = end
        // Repeated after a crash, this changes nothing and is answered alike.
        if let result = end.result { end.result = result.settled(by: try gallery.apply(result.changes, job: job.id)) }
        let report = Self.report(job, end, inputs)
        FailPoint.reach(.decided)
        let committed = try commit(report, staging: end.staging)
        FailPoint.reach(.committed)
        let conclusion = Conclusion(committed.status) ?? end.conclusion
        try queue.conclude(
            job, conclusion, error: committed.error, lastWords: end.lastWords,
            why: committed == report ? end.why : "the end that was committed before the daemon died")
        FailPoint.reach(.recorded)
        do {
            try settle(job.id)
        } catch {
            // The end stands; the originals follow at the next start or tick.
            logger.warning("\(job.id): its originals could not be moved yet: \(error)")
        }
    }

    /// Whether something of a job's lies in the outbox: what was committed, or what has lost its report.
    func holdsFolder(of id: JobIdentifier) throws -> Bool { try tree.outbox.facts(FileName(id.text)) != nil }

    /// The report that is already in the outbox, if a commit has happened.
    func committedReport(of id: JobIdentifier) throws -> Report? {
        guard try holdsFolder(of: id) else { return nil }
        let folder = try tree.outbox.folder(FileName(id.text))
        guard try folder.facts(RootTree.reportName) != nil,
            let bytes = try folder.read(RootTree.reportName, limit: Self.reportLimit)
        else { return nil }
        return try WireJSON.decode(Report.self, from: Data(bytes))
    }

    /// Writes the report beside the outputs and renames all of it into the outbox.
    ///
    /// - Returns: the report that stands there now: an earlier attempt's, when that one had committed.
    private func commit(_ report: Report, staging: FileName?) throws -> Report {
        let name = staging ?? FileName("\(report.id.text)-end")
        if let earlier = try committedReport(of: report.id) {
            try tree.work.remove(name)
            return earlier
        }
        let folder = try tree.work.folder(name, creating: true)
        try folder.write(try WireJSON.encodePretty(report), to: RootTree.reportName)
        try folder.syncTree()
        try tree.work.sync()
        FailPoint.reach(.written)
        // A folder of the job's without a report is nobody's commit; left there, it would be in the way for ever.
        let end = FileName(report.id.text)
        if try holdsFolder(of: report.id) { try retire(end, from: tree.outbox) }
        try tree.work.move(name, to: tree.outbox, as: end)
        try tree.outbox.sync()
        try tree.work.sync()
        return report
    }

    private static func report(_ job: JobRecord, _ end: End, _ inputs: [InputRecord]) -> Report {
        let told = end.result?.inputs ?? end.failure?.inputs ?? []
        let facts = inputs.map { input in
            var facts =
                told.first { $0.path == input.name && $0.role == input.role }
                ?? InputFacts(role: input.role, path: input.name)
            facts.sha256 = facts.sha256 ?? input.sha256
            facts.bytes = facts.bytes ?? (input.sha256 == nil ? nil : input.identity.size)
            return facts
        }
        let status: Report.Status =
            switch end.conclusion {
            case .done: .done
            case .cancelled: .cancelled
            case .quarantined, .retrying: .quarantined
            }
        return Report(
            id: job.id, kind: job.kind, status: status,
            times: Report.Times(seen: job.created, started: job.started, finished: .now), attempt: job.attempt,
            source: job.sourceText, priority: job.priority, inputs: facts,
            models: end.result?.models ?? end.failure?.models ?? [], task: end.result?.task ?? job.task,
            result: end.result?.result, outputs: end.result?.outputs ?? [],
            timings: end.result?.timings ?? end.failure?.timings ?? [:], error: end.error,
            duplicateOf: end.duplicateOf)
    }
}

extension Conclusion {
    /// `nil` for a report of a job in the foreground.
    init?(_ status: Report.Status) {
        switch status {
        case .done: self = .done
        case .quarantined: self = .quarantined
        case .cancelled: self = .cancelled
        case .failed: return nil
        }
    }
}
