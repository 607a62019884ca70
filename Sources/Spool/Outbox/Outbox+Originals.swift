import Foundation
import Wire

/// The originals of finished jobs: on their way out, and on their way back.
extension Outbox {
    /// Names in a job's folder that are ours; originals of these names keep the ones that they were claimed under.
    static let reservedNames: Set<FileName> = [RootTree.reportName, RootTree.lastWordsName, RootTree.replayName]

    // MARK: Out

    /// Moves the originals of committed ends, under their own names, from `state/claimed/<job>` to `done/<job>` or
    /// `quarantine/<job>`; may be repeated. What cannot be moved is told in ``Ending/unsettled`` and stays for later.
    func settle(_ endings: [Ending]) -> [Ending] {
        var endings = endings
        var moving: [Int] = []
        /// One job's failure is its own.
        func each(_ indices: [Int], _ body: (Int) throws -> Bool) -> [Int] {
            indices.filter { index in
                do {
                    return try body(index)
                } catch {
                    endings[index].unsettled = "\(error)"
                    return false
                }
            }
        }
        func wait(_ body: () throws -> Void) {
            do {
                if !moving.isEmpty { try body() }
            } catch {
                for index in moving { endings[index].unsettled = "\(error)" }
                moving = []
            }
        }
        moving = each(Array(endings.indices)) { try prepare(endings[$0]) }
        // A bundle has to be whole before it is where nobody completes it any more.
        wait { try makeDurable(claimed: moving.map { endings[$0].job.id }) }
        moving = each(moving) { index in
            let name = FileName(endings[index].job.id.text)
            try tree.claimed.move(name, to: target(of: endings[index]), as: name)
            return true
        }
        wait { for folder in [tree.done, tree.quarantine, tree.claimed] { try folder.sync() } }
        return endings
    }

    /// Moves the originals of a job whose end is recorded.
    func settle(_ job: JobRecord) throws {
        guard case .ended(let conclusion, settled: false) = job.standing else { return }
        let end = End(conclusion: conclusion, why: "", error: job.error, lastWords: job.lastWords)
        var ending = Ending(job: job, end: end, report: Self.report(job, end, []), isCommitted: true)
        if case .report(let report) = try look(at: job.id) { ending.report = report }
        if let reason = settle([ending])[0].unsettled {
            troubles.note("its originals cannot be moved yet: \(reason)", of: job.id)
            return
        }
        FailPoint.reach(.moved)
        try queue.settle(job.id)
        troubles.note(nil, of: job.id)
    }

    /// Makes the names and the bundles in claimed folders durable; the originals are, since intake.
    private func makeDurable(claimed ids: [JobIdentifier]) throws {
        guard ids.count <= Self.singleSyncs else { return try tree.claimed.syncFileSystem() }
        for id in ids {
            let folder = try tree.claimed(of: id)
            for name in Self.reservedNames { try folder.syncRegularFile(name) }
            try folder.sync()
        }
    }

    private func target(of ending: Ending) -> Folder {
        ending.report.status == .quarantined ? tree.quarantine : tree.done
    }

    /// Gives the originals their own names, and adds to a failed job's what is needed to understand the failure: the report
    /// and the worker's last words.
    ///
    /// - Returns: whether there is anything to be moved.
    private func prepare(_ ending: Ending) throws -> Bool {
        let id = ending.job.id
        // What was kept for another attempt is of no use any more, unless trying again goes on with it.
        if !ending.report.isOfPartialFilm { try tree.checkpoints.remove(FileName(id.text)) }
        let isFailure = ending.report.status == .quarantined
        if try target(of: ending).facts(FileName(id.text)) != nil { return false }
        guard try isFailure || tree.claimed.facts(FileName(id.text)) != nil else { return false }
        let folder = try tree.claimed(of: id, creating: true)
        for input in try queue.inputs(of: id) {
            let claimed = FileName(input.claimed)
            guard claimed != input.original, !Self.reservedNames.contains(input.original),
                try folder.facts(claimed) != nil, try folder.facts(input.original) == nil
            else { continue }
            try folder.move(claimed, to: folder, as: input.original)
        }
        guard isFailure else { return true }
        try folder.put(try WireJSON.encodePretty(ending.report), as: RootTree.reportName)
        if let words = ending.end.lastWords ?? ending.job.lastWords {
            try folder.put(Array(words.utf8), as: RootTree.lastWordsName)
        }
        return true
    }

    // MARK: Back

    /// Brings the originals of jobs that are ``JobStanding/reopening(_:)`` back, takes their old ends out of the outbox, and
    /// queues them; may be repeated.
    ///
    /// - Returns: what the disk or the database refused, by job; such a job is still on its way.
    func reopen(_ jobs: [JobRecord]) -> [JobIdentifier: any Error] {
        var failures: [JobIdentifier: any Error] = [:]
        let brought = jobs.filter { job in
            do {
                try bringBack(job)
                return true
            } catch {
                failures[job.id] = error
                return false
            }
        }
        do {
            if !brought.isEmpty {
                try makeDurable(claimed: brought.map(\.id))
                for folder in [tree.claimed, tree.quarantine, tree.done] { try folder.sync() }
                try retire(brought.filter { holdsFolder(of: $0.id) }.map { FileName($0.id.text) }, from: tree.outbox)
                FailPoint.reach(.reopened)
                try queue.requeue(brought.map(\.id), why: "asked to try again")
            }
        } catch {
            for job in brought { failures[job.id] = error }
        }
        for job in jobs { troubles.note(failures[job.id].map { "it cannot be brought back yet: \($0)" }, of: job.id) }
        return failures
    }

    private func bringBack(_ job: JobRecord) throws {
        let name = FileName(job.id.text)
        for source in [tree.quarantine, tree.done] where try source.facts(name) != nil {
            try source.move(name, to: tree.claimed, as: name)
        }
        let folder = try tree.claimed(of: job.id, creating: true)
        for input in try queue.inputs(of: job.id) {
            let claimed = FileName(input.claimed)
            if claimed != input.original, try folder.facts(claimed) == nil, try folder.facts(input.original) != nil {
                try folder.move(input.original, to: folder, as: claimed)
            }
        }
        for reserved in Self.reservedNames { try folder.remove(reserved) }
    }
}

extension Report {
    /// Whether a film came out as far as it was painted; its frames are kept for as long as its originals.
    fileprivate var isOfPartialFilm: Bool {
        guard status == .cancelled, case .stylize(let result) = result else { return false }
        return result.pictures.contains { $0.film?.partial == true }
    }
}
