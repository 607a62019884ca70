import Foundation
import Wire

extension Outbox {
    /// Moves a finished job's originals, under their own names, from `state/claimed/<job>` to `done/<job>` or
    /// `quarantine/<job>`; may be repeated.
    func settle(_ id: JobIdentifier) throws {
        guard let job = try queue.job(id), job.state.isFinal, !job.settled else { return }
        let name = FileName(id.text)
        let target = job.state == .quarantined ? tree.quarantine : tree.done
        if try target.facts(name) == nil {
            if try tree.claimed.facts(name) != nil || job.state == .quarantined {
                let folder = try tree.claimed(of: id, creating: true)
                try restoreNames(of: job, in: folder)
                if job.state == .quarantined { try writeBundle(job, into: folder) }
                try folder.sync()
                try tree.claimed.move(name, to: target, as: name)
                try target.sync()
                try tree.claimed.sync()
            }
        }
        // What was kept for another attempt is of no use any more.
        try tree.checkpoints.remove(name)
        FailPoint.reach(.moved)
        try queue.settle(id)
    }

    private func restoreNames(of job: JobRecord, in folder: Folder) throws {
        for input in try queue.inputs(of: job.id) {
            let claimed = FileName(input.claimed)
            guard claimed != input.original, !Self.reservedNames.contains(input.original),
                try folder.facts(claimed) != nil, try folder.facts(input.original) == nil
            else { continue }
            try folder.move(claimed, to: folder, as: input.original)
        }
    }

    /// Adds what is needed to understand a failure beside the original: the report and the worker's last words.
    private func writeBundle(_ job: JobRecord, into folder: Folder) throws {
        if let report = try committedReport(of: job.id) {
            try folder.write(try WireJSON.encodePretty(report), to: RootTree.reportName)
        }
        if let words = job.lastWords { try folder.write(Array(words.utf8), to: RootTree.lastWordsName) }
    }

    /// Names in a job's folder that are ours; originals of these names keep the ones that they were claimed under.
    static let reservedNames: Set<FileName> = [RootTree.reportName, RootTree.lastWordsName, RootTree.replayName]

    /// Brings the originals of a quarantined or cancelled job back and takes its old end out of the outbox;
    /// may be repeated. The job must be decided ``Conclusion/retrying``.
    func reopen(_ job: JobRecord) throws {
        let name = FileName(job.id.text)
        for source in [tree.quarantine, tree.done] where try source.facts(name) != nil {
            try source.move(name, to: tree.claimed, as: name)
            try tree.claimed.sync()
            try source.sync()
        }
        let folder = try tree.claimed(of: job.id, creating: true)
        for input in try queue.inputs(of: job.id) {
            let claimed = FileName(input.claimed)
            if claimed != input.original, try folder.facts(claimed) == nil, try folder.facts(input.original) != nil {
                try folder.move(input.original, to: folder, as: claimed)
            }
        }
        for reserved in Self.reservedNames { try folder.remove(reserved) }
        try folder.sync()
        if try holdsFolder(of: job.id) { try retire(name, from: tree.outbox) }
        FailPoint.reach(.reopened)
        try queue.requeue(job, why: "asked to try again")
    }
}
