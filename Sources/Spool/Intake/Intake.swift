import Foundation
import Glibc
import Logging
import Wire

/// Turns files at rest into jobs: writes down the intention, renames the file into `state/claimed/<job>`, looks
/// again, hashes, and queues. Each step can be repeated, so a crash between any two is repaired by doing it again.
package actor Intake {
    let tree: RootTree
    let queue: Queue
    let outbox: Outbox
    let clock: MonotonicClock
    let logger: Logger
    /// What is done with a job that another does or did already.
    let duplicates: @Sendable () -> DuplicatePolicy
    /// The settings of what a job leaves open.
    let stylize: @Sendable () -> Settings.Stylize

    /// The manifests that wait for their pictures, as they were read.
    var manifests: [JobIdentifier: WaitingManifest] = [:]
    /// When a claimed file was last found to have changed under us, by job and ordinal.
    private var unsettled: [String: Int64] = [:]
    /// Submissions whose bytes are still coming.
    var receiving: Set<JobIdentifier> = []
    /// Problems already logged, so that each is logged once and not at every look.
    private var complaints: [String: String] = [:]

    /// How long, in milliseconds, a picture at rest is held for a manifest nearby that has not been read yet.
    private static let manifestPatience: Int64 = 10_000

    /// Whether the last look found more files at rest than it could take.
    private var isBehind = false
    /// Most files taken at one look, so that submissions get their turn while thousands of files wait.
    private static let batch = 128
    /// Milliseconds after which what failed is tried again, on a full disk for example.
    private static let complaintPause: Int64 = 5000

    struct WaitingManifest {
        var manifest: Manifest
        /// Where each picture is to come, in the order of ``Manifest/pictures``.
        var paths: [InboxPath]
        /// Monotonic time at which the wait began.
        var since: Int64
        /// The job that already carries the manifest's own `id`.
        var twin: JobIdentifier?
    }

    package init(
        tree: RootTree, queue: Queue, outbox: Outbox, clock: MonotonicClock, logger: Logger,
        duplicates: @escaping @Sendable () -> DuplicatePolicy = { .runAgain },
        stylize: @escaping @Sendable () -> Settings.Stylize = { Settings().stylize }
    ) {
        self.stylize = stylize
        self.duplicates = duplicates
        self.tree = tree
        self.queue = queue
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
    }

    // MARK: One look

    /// Acts on a look at the inbox. What fails, on a full disk for example, is left where it is for the next look.
    package func consider(_ rest: RestWatch, _ scan: InboxScan, _ settings: Settings.Intake) {
        let now = clock.now()
        let stability = settings.stability.milliseconds
        // What is on its way already, after a failed step, is pursued as the job that it is.
        let intended = (try? queue.intendedSources()) ?? []
        let resting = rest.resting(for: stability, now: now).filter { !intended.contains($0.path.bytes) }
        // Manifests first: a picture that one refers to must not become a job of its own.
        var left = Self.batch
        for (path, facts, _) in resting where Placement(path) == .manifest && facts.kind == .regular && left > 0 {
            left -= 1
            attempt("\(path)") { try take(path, facts, as: .manifest) }
        }
        pursueWaiting(rest, settings)
        let reserved = Set(manifests.values.flatMap(\.paths))
        let pending = scan.entries.keys.filter { $0.name.isManifest && scan.entries[$0]?.kind == .regular }
        let manifestFolders = Set(pending.map { Array($0.folders) })
        for (path, facts, age) in resting where !reserved.contains(path) && left > 0 {
            if case .special = facts.kind {
                left -= 1
                attempt("\(path)") { try take(path, facts, as: Placement(path)) }
                continue
            }
            if path.name.isManifest { continue }
            // Not for ever: a manifest that is written to without end, or cannot be claimed, must not hold others up.
            let patience = max(Self.manifestPatience, 10 * stability)
            if age < patience, Self.lies(path, under: manifestFolders) { continue }
            switch Placement(path) {
            case .manifest: continue
            case .loose where age < max(settings.manifestWait.milliseconds, stability): continue
            case .job, .loose, .refused:
                left -= 1
                attempt("\(path)") { try take(path, facts, as: Placement(path)) }
            }
        }
        pursueWaiting(rest, settings)
        isBehind = left == 0
    }

    /// Whether a manifest that has not been read yet lies in the path's folder or above it.
    private static func lies(_ path: InboxPath, under folders: Set<[FileName]>) -> Bool {
        guard !folders.isEmpty else { return false }
        return (0...path.folders.count).contains { folders.contains(Array(path.folders.prefix($0))) }
    }

    /// Milliseconds until something that waits may have to be looked at, besides what the inbox says.
    package func nextDeadline(_ settings: Settings.Intake) -> Int64? {
        if isBehind { return 0 }
        let now = clock.now()
        let again = complaints.isEmpty ? [] : [Self.complaintPause]
        let waits = manifests.values.map { $0.since + wait(for: $0, settings) - now }
        let settling = unsettled.values.map { $0 + settings.stability.milliseconds - now }
        return (waits + settling + again).map { max(0, $0) }.min()
    }

    // MARK: Taking a file

    /// Takes one file at rest.
    private func take(_ path: InboxPath, _ facts: FileFacts, as placement: Placement) throws {
        var task: JobTask?
        var refusal: ReportError?
        switch placement {
        case .job(let wanted): task = wanted
        case .manifest: break
        case .refused(let error): refusal = error
        case .loose:
            refusal = ReportError(
                code: .folderUnknown,
                message: "\(path) lies in no folder that names a kind of job, and no manifest asked for it in time.")
        }
        if case .special(let special) = facts.kind {
            refusal = ReportError(
                code: .notARegularFile, message: "\(path) is a \(special.rawValue); it was neither followed nor opened."
            )
        }
        let id = try newIdentifier(path.name)
        let isManifest = placement == .manifest && facts.kind == .regular
        let job = JobRecord(
            id: id, kind: task?.kind, origin: isManifest ? .manifest : .picture, source: path.bytes, task: task,
            refusal: refusal, created: .now)
        let input = InputRecord(
            ordinal: 0, role: isManifest ? .manifest : .picture, source: path.bytes, name: path.description,
            original: path.name, claimed: Self.claimedName(path.name, taken: []), identity: facts.identity)
        try queue.add(job, inputs: [input], why: "came to rest in the inbox")
        try pursue(job)
    }

    func newIdentifier(_ name: FileName) throws -> JobIdentifier {
        while true {
            let id = JobIdentifier(time: .now, salt: .random(in: .min ... .max), name: name.bytes)
            if try !queue.exists(id) { return id }
        }
    }

    /// A name for the claimed file: valid text, so that it can be told to a worker, unique in the job's folder, and
    /// none of our own; bytes that are no UTF-8 are escaped and come back at the end.
    static func claimedName(_ name: FileName, taken: Set<String>) -> String {
        let plain = name.portable
        func isFree(_ text: String) -> Bool { !taken.contains(text) && !Outbox.reservedNames.contains(FileName(text)) }
        // Escapes make a name longer; a file name has 255 bytes at most.
        let base = plain.utf8.count <= 240 ? plain : String(decoding: plain.utf8.suffix(200), as: UTF8.self)
        if isFree(base) { return base }
        var number = 2
        while !isFree("\(number)-\(base)") { number += 1 }
        return "\(number)-\(base)"
    }

    // MARK: Pursuing a job until it is queued

    /// Takes every waiting job as far as it goes.
    func pursueWaiting(_ rest: RestWatch, _ settings: Settings.Intake) {
        attempt("waiting jobs") {
            for job in try queue.jobs(in: [.waiting]) where job.concluding == nil && !receiving.contains(job.id) {
                attempt(job.id.text) { try pursue(job, rest, settings) }
            }
        }
    }

    /// Takes a waiting job one or more steps on: its files are secured, a manifest is read, and it is queued or refused.
    func pursue(_ job: JobRecord, _ rest: RestWatch? = nil, _ settings: Settings.Intake? = nil) throws {
        let inputs = try queue.inputs(of: job.id)
        let stability = settings?.stability.milliseconds ?? 0
        var isComplete = true
        for input in inputs where input.stage == .intended {
            switch try secure(input, of: job, stability: stability) {
            case .secured: break
            case .changing: isComplete = false
            case .vanished:
                isComplete = false
                guard input.ordinal == 0 else { continue }
                logger.info("\(job.sourceText) was taken away before it could be claimed")
                try queue.withdraw(job.id)
                try tree.claimed.remove(FileName(job.id.text))
                return
            }
        }
        if isComplete, let refusal = job.refusal {
            try refuse(job, refusal)
        } else if job.origin == .manifest, job.refusal == nil, inputs.first?.stage != .intended || isComplete {
            try pursueManifest(job, inputs, isComplete: isComplete, rest, settings)
        } else if isComplete {
            try admit(job.id, why: job.origin == .submission ? "received" : "claimed and hashed")
        }
    }

    enum Security { case secured, changing, vanished }

    /// Gets one input out of the inbox, and hashes it when nobody writes to it any more.
    private func secure(_ input: InputRecord, of job: JobRecord, stability: Int64) throws -> Security {
        let folder = try tree.claimed(of: job.id, creating: true)
        let name = FileName(input.claimed)
        if try folder.facts(name) == nil {
            guard job.origin != .submission else { return .vanished }
            try tree.claimed.sync()
            guard let path = InboxPath(bytes: input.source) else { return .vanished }
            do {
                let source = try tree.inbox.folder(path.folders)
                // Another file under the name has not been seen at rest; it will be, on its own.
                guard let facts = try source.facts(path.name) else { return .vanished }
                guard facts.identity.inode == input.identity.inode, facts.identity.device == input.identity.device
                else {
                    guard input.ordinal > 0 else { return .vanished }
                    // A manifest takes whatever stands at its path; the new file gets the look after the rename.
                    try queue.note(job.id, ordinal: input.ordinal, identity: facts.identity)
                    return .changing
                }
                try source.move(path.name, to: folder, as: name)
                try folder.sync()
                try source.sync()
            } catch let error as SpoolError where [ENOENT, ELOOP, ENOTDIR].contains(error.errno) {
                return .vanished
            }
        }
        guard let facts = try folder.facts(name) else { return .vanished }
        guard facts.kind == .regular else {
            try queue.markHashed(job.id, ordinal: input.ordinal, sha256: nil, identity: facts.identity)
            return .secured
        }
        return try settle(input, of: job, in: folder, as: facts, stability: stability)
    }

    /// Looks again after the rename: a writer may have kept the file open. One that changed gets the stability delay anew.
    private func settle(
        _ input: InputRecord, of job: JobRecord, in folder: Folder, as facts: FileFacts, stability: Int64
    ) throws -> Security {
        let key = "\(job.id) \(input.ordinal)"
        let now = clock.now()
        guard facts.identity.isUnchanged(since: input.identity) else {
            logger.info("\(input.name) was written to after it had been claimed; waiting until it rests again")
            try queue.note(job.id, ordinal: input.ordinal, identity: facts.identity)
            unsettled[key] = now
            return .changing
        }
        if let since = unsettled[key], now - since < stability { return .changing }
        let digest: (sha256: String, before: FileFacts, after: FileFacts)
        do {
            digest = try folder.digest(FileName(input.claimed))
        } catch let error as SpoolError where error.errno == EACCES || error.errno == EPERM || error.errno == EIO {
            // The worker will find the same and say so in the report.
            try queue.markHashed(job.id, ordinal: input.ordinal, sha256: nil, identity: facts.identity)
            return .secured
        }
        guard digest.before == digest.after, digest.before.identity.isUnchanged(since: input.identity) else {
            try queue.note(job.id, ordinal: input.ordinal, identity: digest.after.identity)
            unsettled[key] = now
            return .changing
        }
        unsettled[key] = nil
        try queue.markHashed(job.id, ordinal: input.ordinal, sha256: digest.sha256, identity: facts.identity)
        return .secured
    }

    /// Ends a job that never gets to a worker.
    func refuse(_ job: JobRecord, _ error: ReportError) throws {
        try end(job, Outbox.End(conclusion: .quarantined, why: "refused: \(error.code.rawValue)", error: error))
    }

    func end(_ job: JobRecord, _ end: Outbox.End) throws {
        guard let job = try queue.decide(job.id, end.conclusion, in: [.waiting]) else { return }
        manifests[job.id] = nil
        do {
            try outbox.conclude(job, end)
        } catch {
            try queue.undecide(job.id)
            throw error
        }
    }

    /// What could not be done when it was last tried, each with what it is about.
    var problems: [String] { complaints.map { "\($0.key): \($0.value)" }.sorted() }

    /// Does something that must not stop the rest; the same complaint is logged once.
    func attempt(_ subject: String, _ body: () throws -> Void) {
        do {
            try body()
            complaints[subject] = nil
        } catch {
            let text = "\(error)"
            guard complaints.updateValue(text, forKey: subject) != text else { return }
            logger.error("\(subject): \(text); it will be tried again")
        }
    }
}
