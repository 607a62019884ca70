import Foundation
import Wire

extension Outbox {
    /// What a round of retention removed.
    struct Removed: Sendable, Equatable {
        /// Folders of jobs in `outbox/`, `done/` and `quarantine/`, and what was set aside there.
        var folders = 0
        /// Jobs of the queue.
        var jobs = 0
    }

    /// Removes what was kept long enough, or is the oldest of too much. Touched are only strays, and finished jobs whose
    /// originals are where they belong, and whose report has been handed to the hook, if there is one.
    ///
    /// A job's history goes last: not before its folders have gone.
    func retain(_ rules: Settings.Retention, now: Date = .now) throws -> Removed {
        var removed = Removed()
        let places: [(folder: Folder, age: Duration, limitMB: Int)] = [
            (tree.done, rules.originals, rules.originalsMB), (tree.outbox, rules.outbox, rules.outboxMB),
            (tree.quarantine, rules.quarantine, rules.quarantineMB),
        ]
        for place in places {
            removed.folders += try thin(place.folder, age: place.age, limit: Int64(place.limitMB) << 20, now)
        }
        removed.jobs = try forget(rules, now)
        return removed
    }

    /// Whether a finished job's originals are still kept anywhere.
    func hasOriginals(of id: JobIdentifier) throws -> Bool {
        try [tree.quarantine, tree.done, tree.claimed].contains { try $0.facts(FileName(id.text)) != nil }
    }

    /// Removes what was kept for another attempt of a job that has ended, or that the queue does not know: it helps nobody. But a film
    /// that was cancelled may be tried again for as long as there are its originals.
    func dropCheckpoints(_ name: FileName) throws {
        if let id = name.text.flatMap({ JobIdentifier($0) }), let job = try queue.job(id),
            // Originals that are on their way are looked for when they have come.
            try !job.standing.isSettled || job.state == .cancelled && hasOriginals(of: id)
        {
            return
        }
        try tree.checkpoints.remove(name)
    }

    /// - Parameters:
    ///   - age: zero keeps whatever its age.
    ///   - limit: bytes; zero keeps whatever its size.
    private func thin(_ folder: Folder, age: Duration, limit: Int64, _ now: Date) throws -> Int {
        guard age > .zero || limit > 0 else { return 0 }
        // A job ends after it came in, and its name starts with when it did: where only age matters, a later name need not be
        // asked about.
        let next = now.addingTimeInterval(1 - age.seconds)
        let cutoff = FileName(JobIdentifier(time: next, salt: .min, name: "").text)
        var (names, strays): ([FileName], [FileName]) = ([], [])
        try folder.forEachName { name in
            if Self.isStray(name) {
                strays.append(name)
            } else if limit > 0 || name < cutoff {
                names.append(name)
            }
        }
        var removed = 0
        var kept: Int64 = 0
        // Nobody waits for a stray: of too much, they go first.
        for name in names.sorted(by: >) + strays {
            let subject = "\(folder.path)/\(name)"
            do {
                guard let end = try end(of: name, in: folder) else { continue }
                if limit > 0 { kept = kept.clampedSum(try folder.size(of: name)) }
                let isOld = age > .zero && now.timeIntervalSince(end.date) * 1000 > Double(age.milliseconds)
                guard isOld || (limit > 0 && kept > limit), try end.isRemovable() else { continue }
                // Without its originals nothing goes on with them; and once those have gone nobody comes back for them.
                if folder.path == tree.done.path { try tree.checkpoints.remove(name) }
                try retire([name], from: folder)
                removed += 1
                troubles.note(nil, of: subject)
            } catch {
                // One that cannot be removed keeps none of the others.
                troubles.note("it cannot be removed, though it was kept long enough", because: error, of: subject)
            }
        }
        return removed
    }

    /// Since when an entry has been kept, and whether it may go; `nil` for what is not ours.
    private func end(of name: FileName, in folder: Folder) throws -> (date: Date, isRemovable: () throws -> Bool)? {
        if Self.isStray(name) {
            // It was changed last when it was put here.
            guard let facts = try folder.facts(name) else { return nil }
            return (Date(timeIntervalSince1970: Double(facts.identity.changed) / 1e9), { true })
        }
        guard let id = name.text.flatMap({ JobIdentifier($0) }), let job = try queue.job(id) else { return nil }
        return (job.updated, { try queue.isFinished(id) })
    }

    /// Removes jobs' folders, each by one rename out of sight first, so that there is never half of one. What a daemon that
    /// dies in between leaves below `state/work` goes at the next start.
    func retire(_ names: [FileName], from folder: Folder) throws {
        for name in names {
            let aside = Self.aside(name)
            try tree.work.remove(aside)
            try folder.move(name, to: tree.work, as: aside)
        }
        if !names.isEmpty { try folder.sync() }
        for name in names {
            FailPoint.reach(.retired)
            try tree.work.remove(Self.aside(name))
        }
    }

    private static func aside(_ name: FileName) -> FileName { FileName("\(name)-gone") }

    private func forget(_ rules: Settings.Retention, _ now: Date) throws -> Int {
        guard rules.history > .zero || rules.historyJobs > 0 else { return 0 }
        let cutoff = rules.history > .zero ? now.addingTimeInterval(-rules.history.seconds) : nil
        let old = try queue.forgettable(before: cutoff, beyond: rules.historyJobs > 0 ? rules.historyJobs : nil)
        let free = try old.filter { id in
            let name = FileName(id.text)
            return try [tree.outbox, tree.done, tree.quarantine, tree.claimed].allSatisfy { try $0.facts(name) == nil }
        }
        FailPoint.reach(.forgetting)
        try queue.forget(free)
        return free.count
    }
}

extension Folder {
    /// Bytes of all regular files in an entry.
    func size(of name: FileName) throws -> Int64 {
        guard let facts = try facts(name) else { return 0 }
        switch facts.kind {
        case .regular: return facts.identity.size
        case .special: return 0
        case .folder:
            let inner = try folder(name)
            return try inner.names().reduce(0) { $0.clampedSum(try inner.size(of: $1)) }
        }
    }
}
