import Foundation
import Logging
import Wire

/// Repairs, at the start, whatever a daemon that was killed left half-done. Runs before anything else touches the root.
package struct Reconciler: Sendable {
    let tree: RootTree
    let queue: Queue
    let outbox: Outbox
    let intake: Intake
    let logger: Logger

    /// The order matters: commits are recognised before anything is queued again, and only then is the rest wiped.
    package func run() async throws {
        try queue.forgetDeadlines()
        for job in try queue.interrupted(or: { try outbox.holdsFolder(of: $0) }) {
            if let report = try outbox.committedReport(of: job.id) {
                try adopt(job, report)
            } else if job.concluding == .cancelled {
                let error = ReportError(code: .cancelled, message: "The job was cancelled.")
                try outbox.conclude(job, Outbox.End(conclusion: .cancelled, why: "cancelled by the user", error: error))
            } else {
                if job.concluding != nil { try queue.undecide(job.id) }
                guard job.state == .running else { continue }
                _ = try queue.giveBack(
                    job, why: "the daemon died while it ran; attempt \(job.attempt) is lost", countAttempt: true)
                logger.info("\(job.id): was running when the daemon died; queued again")
            }
        }
        for job in try queue.retrying() { try outbox.reopen(job) }
        for job in try queue.unsettled() { try outbox.settle(job.id) }
        for name in try tree.work.names() { try tree.work.remove(name) }
        await intake.resume()
        try rescueOrphans()
        try dropCheckpoints()
    }

    /// What was kept of jobs that have ended, or that the queue does not know, helps nobody.
    private func dropCheckpoints() throws {
        for name in try tree.checkpoints.names() {
            if let id = name.text.flatMap({ JobIdentifier($0) }), let job = try queue.job(id), !job.state.isFinal {
                continue
            }
            try tree.checkpoints.remove(name)
        }
    }

    /// A report in the outbox is a commit whose record is missing.
    private func adopt(_ job: JobRecord, _ report: Report) throws {
        guard let conclusion = Conclusion(report.status) else { return }
        if job.concluding == nil { _ = try queue.decide(job.id, conclusion, in: [job.state]) }
        // Only a running job may become done.
        var job = job
        if job.state == .failed || job.state == .queued, conclusion == .done {
            try queue.move(job, to: .running, why: "its outputs were committed before the daemon died")
            job = try queue.job(job.id) ?? job
        }
        try queue.conclude(
            job, conclusion, error: report.error, lastWords: nil, why: "it was committed before the daemon died")
        logger.info("\(job.id): had been committed when the daemon died; nothing is done twice")
    }

    /// Claimed files that no job knows, as after the loss of the database: they go to the quarantine, not to oblivion.
    private func rescueOrphans() throws {
        var orphans: [FileName] = []
        try tree.claimed.forEachName { name in
            if let id = name.text.flatMap({ JobIdentifier($0) }), try queue.exists(id) { return }
            orphans.append(name)
        }
        for name in orphans {
            let folder = try tree.claimed.folder(name)
            if try folder.names().isEmpty {
                try tree.claimed.remove(name)
                continue
            }
            guard try tree.quarantine.facts(name) == nil else { continue }
            try tree.claimed.move(name, to: tree.quarantine, as: name)
            try tree.quarantine.sync()
            try tree.claimed.sync()
            logger.error("quarantine/\(name): claimed files that no job of the queue knows; drop them again")
        }
    }
}

extension Intake {
    /// Takes up every job that was being taken when the daemon died.
    func resume() {
        attempt("waiting jobs") { pursue(try queue.waiting()) }
    }
}
