import Foundation
import Gallery
import Logging
import Synchronization
import Wire

/// Gives jobs their end: commits outputs and report by one rename, has the gallery take up what the job proposed and the
/// styles what it learned, moves the originals to where the user finds them, and records the end. Every step may be repeated
/// after a crash; none happens twice.
///
/// The order: the decision is stored with what it changes; report and outputs are written aside and made durable; the folder
/// is renamed to `outbox/<job>`, which is the commit; gallery and originals follow; the database says that the job has ended.
/// Whoever finds a report in the outbox of a job that is not finished knows that the commit happened, and does what is
/// missing; without a report nothing has happened, and the decision is dropped.
package struct Outbox: Sendable {
    let tree: RootTree
    let queue: Queue
    let gallery: Gallery
    let remembrance: Remembrance
    let troubles: Troubles
    let logger: Logger
    /// Ends that were committed, and of which the rest could not be done.
    private let unfinished = Unfinished()

    private final class Unfinished: Sendable { let ends = Mutex<[JobIdentifier: End]>([:]) }

    init(
        tree: RootTree, queue: Queue, gallery: Gallery, remembrance: Remembrance, troubles: Troubles, logger: Logger
    ) {
        self.tree = tree
        self.queue = queue
        self.gallery = gallery
        self.remembrance = remembrance
        self.troubles = troubles
        self.logger = logger
    }

    /// Up to so many ends are made durable by a sync of each file and folder; beyond it, one sync of the file system, which
    /// also writes what others have left in the page cache, is quicker.
    static let singleSyncs = 4

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

    /// A job whose end is decided, on its way through the steps.
    struct Ending: Sendable {
        var job: JobRecord
        var end: End
        /// The report that is to stand in the outbox: an earlier attempt's, when that one had committed.
        var report: Report
        var isCommitted: Bool
        /// Why its originals could not be moved; the end stands all the same.
        var unsettled: String?
    }

    /// Where an attempt writes.
    static func staging(of job: JobRecord) -> FileName { FileName("\(job.id.text)-\(job.token)") }

    /// Commits and records an end that the queue has decided; see ``conclude(_:)``.
    func conclude(_ job: JobRecord, _ end: End) throws {
        if let error = conclude([(job, end)])[job.id] { throw error }
    }

    /// Commits and records decided ends together, because a wait for the disk costs the same for one as for hundreds.
    ///
    /// - Returns: what the disk or a database refused before the commit, by job; the decision of such a job still stands. What
    ///   is refused after it is no failure: it is done by ``finish()``.
    func conclude(_ decided: [(job: JobRecord, end: End)]) -> [JobIdentifier: any Error] {
        var failures: [JobIdentifier: any Error] = [:]
        /// One job's failure is its own.
        func step(_ endings: [Ending], _ body: (inout Ending) throws -> Void) -> [Ending] {
            endings.compactMap { ending in
                var ending = ending
                do {
                    try body(&ending)
                    return ending
                } catch {
                    failures[ending.job.id] = error
                    return nil
                }
            }
        }
        /// What all have to wait for.
        func wait(_ endings: [Ending], _ body: ([Ending]) throws -> Void) -> [Ending] {
            if endings.isEmpty { return [] }
            do {
                try body(endings)
                return endings
            } catch {
                for ending in endings { failures[ending.job.id] = error }
                return []
            }
        }
        guard !decided.isEmpty else { return [:] }
        FailPoint.reach(.decided)
        let begun = decided.compactMap { job, end -> Ending? in
            do {
                return try begin(job, end)
            } catch {
                failures[job.id] = error
                return nil
            }
        }
        let written = wait(begun) { try makeDurable($0.filter { !$0.isCommitted }.map(\.staging)) }
        FailPoint.reach(.written)
        let renamed = step(written, commit)
        // From here on nothing is taken back: what fails is done again.
        let failed = failures
        let committed = wait(renamed) { _ in
            try tree.outbox.sync()
            try tree.work.sync()
        }
        FailPoint.reach(.committed)
        let applied = step(committed) {
            try apply($0.job)
            offer($0)
        }
        FailPoint.reach(.applied)
        let settled = settle(applied)
        FailPoint.reach(.moved)
        let recorded = wait(settled) { endings in
            try queue.end(
                endings.map { ending in
                    Queue.Ended(
                        id: ending.job.id, conclusion: Conclusion(ending.report.status) ?? ending.end.conclusion,
                        error: ending.report.error, lastWords: ending.end.lastWords, why: ending.why,
                        settled: ending.unsettled == nil)
                })
        }
        FailPoint.reach(.recorded)
        for ending in recorded {
            unfinished.ends.withLock { $0[ending.job.id] = nil }
            remembrance.keep(ending.end.result?.faces ?? [], of: ending.job.id)
            troubles.note(ending.unsettled.map { "its originals cannot be moved yet: \($0)" }, of: ending.job.id)
        }
        for ending in renamed {
            guard let error = failures[ending.job.id] else { continue }
            unfinished.ends.withLock { $0[ending.job.id] = ending.end }
            troubles.note("its end is committed and cannot be recorded yet", because: error, of: ending.job.id)
        }
        for (id, error) in failed { troubles.note("its end cannot be committed", because: error, of: id) }
        return failed
    }

    /// Does what is missing of ends that were committed. Costs nothing when there is nothing to do.
    func finish() throws {
        for (id, end) in unfinished.ends.withLock({ $0 }) {
            if let job = try queue.job(id), job.standing.isEnding {
                _ = conclude([(job, end)])
            } else {
                unfinished.ends.withLock { $0[id] = nil }
            }
        }
    }

    /// Records an end that was committed by a daemon which died.
    func adopt(_ job: JobRecord, _ end: End) throws {
        guard case .nothing = try look(at: job.id) else { return try conclude(job, end) }
        // The user has collected the report already.
        try apply(job)
        try queue.end([
            Queue.Ended(id: job.id, conclusion: end.conclusion, why: end.why, settled: true)
        ])
    }

    /// Has the gallery take up what a job proposed.
    private func apply(_ job: JobRecord) throws {
        guard !job.standing.changes.isEmpty else { return }
        let receipts = try gallery.apply(job.standing.changes, job: job.id, policy: remembrance.policy())
        for (change, receipt) in zip(job.standing.changes, receipts) {
            guard case .corrected(.refused(let error)) = receipt, case .correct(let correction) = change else {
                continue
            }
            logger.warning(
                "\(job.id): face \(correction.face) of \(correction.job): \(error.code.rawValue): \(error.message)")
        }
        remembrance.bell.ring()
    }

    /// How a job ended of which only the record is missing, told by where its originals are: they go there after the commit.
    func settledConclusion(of job: JobRecord) throws -> Conclusion? {
        let name = FileName(job.id.text)
        guard try tree.claimed.facts(name) == nil else { return nil }
        if try tree.quarantine.facts(name) != nil { return .quarantined }
        guard try tree.done.facts(name) != nil else { return nil }
        if case .ending(let outcome, _) = job.standing { return outcome.conclusion }
        return .done
    }

    /// Writes the report beside the outputs, unless an earlier attempt has committed.
    private func begin(_ job: JobRecord, _ end: End) throws -> Ending {
        var told = end
        if let result = end.result {
            let changes = job.standing.changes
            // Faces of jobs that ended just now are to be found.
            if !changes.allSatisfy(\.isEnrollment) { try remembrance.settle(in: gallery) }
            // Only now is it known what was there before.
            let receipts = try gallery.preview(changes, job: job.id, policy: remembrance.policy())
            told.result = try result.settled(by: receipts) { person in
                let alike = try gallery.namesakes(of: person)
                for name in alike {
                    logger.warning(
                        "\(job.id): \(person) and \(name) are two people: they differ in upper and lower case only")
                }
                return alike
            }
            if case .feedback(let feedback)? = told.result?.result, let refusal = feedback.refusal { throw refusal }
        }
        let ending = Ending(
            job: job, end: end, report: Self.report(job, told, try queue.inputs(of: job.id)), isCommitted: false)
        if case .report(let earlier) = try look(at: job.id) {
            try tree.work.remove(ending.staging)
            return Ending(job: job, end: end, report: earlier, isCommitted: true)
        }
        let folder = try tree.work.folder(ending.staging, creating: true)
        try folder.put(try WireJSON.encodePretty(ending.report), as: RootTree.reportName)
        return ending
    }

    /// Renames report and outputs into the outbox.
    private func commit(_ ending: inout Ending) throws {
        guard !ending.isCommitted else { return }
        // What is in the way and no commit would be there for ever.
        if case .stray(let reason) = try look(at: ending.job.id) { try setAside(ending.job.id, reason) }
        try tree.work.move(ending.staging, to: tree.outbox, as: FileName(ending.job.id.text))
    }

    /// Makes folders of `state/work` durable with all that they hold.
    private func makeDurable(_ stagings: [FileName]) throws {
        guard stagings.count <= Self.singleSyncs else { return try tree.work.syncFileSystem() }
        for name in stagings { try tree.work.folder(name).syncTree() }
        if !stagings.isEmpty { try tree.work.sync() }
    }

    static func report(_ job: JobRecord, _ end: End, _ inputs: [InputRecord]) -> Report {
        let told = end.result?.inputs ?? end.failure?.inputs ?? []
        let facts = inputs.map { input in
            var facts =
                told.first { $0.path == input.name && $0.role == input.role }
                ?? InputFacts(role: input.role, path: input.name)
            facts.sha256 = facts.sha256 ?? input.sha256
            facts.bytes = facts.bytes ?? (input.sha256 == nil ? nil : input.identity.size)
            return facts
        }
        return Report(
            id: job.id, kind: job.kind, status: Report.Status(end.conclusion),
            times: Report.Times(seen: job.created, started: job.started, finished: .now), attempt: job.attempt,
            source: job.sourceText, priority: job.priority, inputs: facts,
            models: end.result?.models ?? end.failure?.models ?? [], task: end.result?.task ?? job.task,
            result: end.result?.result, outputs: end.result?.outputs ?? [],
            timings: end.result?.timings ?? end.failure?.timings ?? [:], error: end.error,
            duplicateOf: end.duplicateOf)
    }
}

extension Outbox.Ending {
    /// The folder below `state/work` that is to become the job's in the outbox.
    var staging: FileName { end.staging ?? FileName("\(job.id.text)-end") }

    var why: String { isCommitted ? "the end that was committed before the daemon died" : end.why }
}

extension Report.Status {
    init(_ conclusion: Conclusion) {
        switch conclusion {
        case .done: self = .done
        case .cancelled: self = .cancelled
        case .quarantined: self = .quarantined
        }
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
