import Foundation
import Logging
import Wire

/// Repairs, at the start, whatever a daemon that was killed left half-done. Runs before anything else touches the root.
///
/// Each job's repair is its own: what cannot be done is told in ``Troubles``, tried again every minute, and holds up neither
/// the others nor the start.
package actor Reconciler {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.repair")

    let tree: RootTree
    let queue: Queue
    let outbox: Outbox
    let intake: Intake
    let logger: Logger
    /// `retries.max`.
    private let retries: @Sendable () -> Int
    /// What could not be repaired yet, by what it is about.
    private var left: [String: @Sendable (isolated Reconciler) throws -> Void] = [:]

    init(
        tree: RootTree, queue: Queue, outbox: Outbox, intake: Intake, logger: Logger,
        retries: @escaping @Sendable () -> Int
    ) {
        self.tree = tree
        self.queue = queue
        self.outbox = outbox
        self.intake = intake
        self.logger = logger
        self.retries = retries
    }

    /// The order matters: commits are recognised before anything is queued again, and only then is the rest wiped.
    package func run() async {
        attempt(tree.paths.controlSocket) { own in try own.clearSocket() }
        for folder in [tree.inbox, tree.claimed, tree.outbox, tree.done, tree.quarantine] {
            attempt("probes in \(folder.path)") { own in
                try own.clear(folder) { $0.bytes.starts(with: InboxProbe.prefix.utf8) }
            }
        }
        attempt("submissions in \(tree.claimed.path)") { own in
            // What this daemon is receiving when it comes to be tried again is none of a dead one's.
            let ours = own.intake.receivingPrefix
            try own.clear(own.tree.claimed) { Intake.isReceived($0) && !$0.bytes.starts(with: ours.utf8) }
        }
        // Before workers read it.
        attempt("the gallery") { own in try own.outbox.gallery.recover() }
        attempt("the queue") { own in
            for sentence in try own.queue.repair() { own.logger.error("\(sentence)") }
        }
        attempt("jobs under way") { own in
            let (queue, outbox) = (own.queue, own.outbox)
            for id in try queue.interrupted(or: { outbox.holdsFolder(of: $0) }) {
                own.attempt(id.text) { try $0.repair(id) }
            }
        }
        attempt("jobs to be tried again") { own in
            for job in try own.queue.reopening() {
                own.attempt(job.id.text) { own in
                    if let error = own.outbox.reopen([job])[job.id] { throw error }
                }
            }
        }
        attempt("finished jobs") { own in
            for job in try own.queue.unsettled() { own.attempt(job.id.text) { own in try own.outbox.settle(job) } }
        }
        attempt(tree.work.path) { own in
            for name in try own.tree.work.names() {
                own.attempt("\(own.tree.work.path)/\(name)") { own in try own.tree.work.remove(name) }
            }
        }
        await intake.resume()
        attempt(tree.claimed.path) { own in try own.rescueOrphans() }
        attempt(tree.checkpoints.path) { own in
            for name in try own.tree.checkpoints.names() {
                own.attempt("\(own.tree.checkpoints.path)/\(name)") { own in try own.outbox.dropCheckpoints(name) }
            }
        }
    }

    /// Tries again what could not be repaired.
    func tryAgain() {
        for (subject, repair) in left { attempt(subject, repair) }
    }

    private func attempt(_ subject: String, _ repair: @escaping @Sendable (isolated Reconciler) throws -> Void) {
        do {
            try repair(self)
            if left.removeValue(forKey: subject) != nil { outbox.troubles.note(nil, of: subject) }
        } catch {
            if left.updateValue(repair, forKey: subject) == nil {
                logger.error("\(subject): it cannot be repaired: \(error.reason)")
            }
            outbox.troubles.note("it cannot be repaired", because: error, of: subject)
        }
    }

    // MARK: Jobs

    private func repair(_ id: JobIdentifier) throws {
        guard let job = try queue.job(id), !job.standing.isSettled else { return }
        switch try outbox.look(at: job.id) {
        case .report(let report): return try adopt(job, Conclusion(report.status) ?? .done)
        case .stray(let reason): try outbox.setAside(job.id, reason)
        case .nothing: break
        }
        switch job.standing {
        case .ending(Outcome(.cancelled), _):
            let error = ReportError(code: .cancelled, message: "The job was cancelled.")
            try outbox.conclude(job, Outbox.End(conclusion: .cancelled, why: "cancelled by the user", error: error))
        case .ending:
            if let conclusion = try outbox.settledConclusion(of: job) { return try adopt(job, conclusion) }
            try queue.undecide(job.id)
            if let undecided = try queue.job(job.id) { try giveBack(undecided) }
        case .running:
            if let conclusion = try outbox.settledConclusion(of: job) { return try adopt(job, conclusion) }
            try giveBack(job)
        case .waiting, .queued, .failed, .ended, .reopening: break
        }
    }

    /// A report in the outbox, or originals where they go after it, are a commit whose record is missing.
    private func adopt(_ job: JobRecord, _ conclusion: Conclusion) throws {
        let why = "it was committed before the daemon died"
        var job = job
        if !job.standing.isEnding {
            guard let decided = try queue.decide(job.id, conclusion, in: [job.state]) else { return }
            job = decided
        }
        try outbox.adopt(job, Outbox.End(conclusion: conclusion, why: why))
        logger.info("\(job.id): had been committed when the daemon died; nothing is done twice")
    }

    /// Queues a job again that was running. One under which the machine went down again and again has had its attempts.
    private func giveBack(_ job: JobRecord) throws {
        guard case .running = job.standing else { return }
        guard queue.countsEveryClaim, job.attempt > retries() else {
            let why = "the daemon died while it ran; attempt \(job.attempt) is lost"
            _ = try queue.giveBack(job, why: why, counted: true)
            logger.info("\(job.id): was running when the daemon died; queued again")
            return
        }
        guard let decided = try queue.decide(job.id, .quarantined, in: [.running]) else { return }
        let error = ReportError(
            code: .workerCrashed, message: "The machine went down during attempt \(job.attempt), the last one.",
            hint: "`limner retry` tries again, if something else was the cause.")
        let end = Outbox.End(
            conclusion: .quarantined, why: "the machine went down during attempt \(job.attempt)", error: error)
        try outbox.conclude(decided, end)
        logger.error("\(job.id): \(error.message)")
    }

    // MARK: Claimed files

    /// Claimed files that no job knows, as after the loss of the database, and whatever else lies there: it all goes to the
    /// quarantine, not to oblivion.
    private func rescueOrphans() throws {
        var orphans: [FileName] = []
        try tree.claimed.forEachName { name in
            if let id = name.text.flatMap({ JobIdentifier($0) }), try queue.exists(id) { return }
            if Intake.isReceived(name) { return }
            orphans.append(name)
        }
        for name in orphans { attempt("\(tree.claimed.path)/\(name)") { own in try own.rescue(name) } }
    }

    private func rescue(_ name: FileName) throws {
        guard let facts = try tree.claimed.facts(name) else { return }
        if facts.kind == .folder, try tree.claimed.folder(name).names().isEmpty {
            return try tree.claimed.remove(name)
        }
        let free = try outbox.setAside(name, of: tree.claimed)
        logger.error(
            "state/claimed/\(name): no job of the queue knows it; it lies in quarantine/\(free) now; drop it again")
    }

    /// What an examination or a submission that was killed left behind.
    private func clear(_ folder: Folder, _ isLeft: (FileName) -> Bool) throws {
        var left: [FileName] = []
        try folder.forEachName { if isLeft($0) { left.append($0) } }
        for name in left { attempt("\(folder.path)/\(name)") { _ in try folder.remove(name) } }
    }

    /// The socket of a daemon that died is replaced; anything else would keep this one from being reached.
    private func clearSocket() throws {
        guard let facts = try tree.state.facts(RootTree.socketName), facts.kind != .special(.socket) else { return }
        let free = try outbox.setAside(RootTree.socketName, of: tree.state)
        logger.error("\(tree.paths.controlSocket) was no socket; it lies in quarantine/\(free) now")
    }
}

extension Intake {
    /// Takes up every job that was being taken when the daemon died.
    func resume() {
        attempt("waiting jobs") { pursue(try queue.waiting()) }
    }
}
