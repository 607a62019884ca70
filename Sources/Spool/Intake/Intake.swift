import Foundation
import Glibc
import Logging
import Parsing
import Synchronization
import Wire

/// Turns files at rest into jobs: writes down the intention, renames the file into `state/claimed/<job>`, looks
/// again, hashes, and queues; see `Intake+Group`. Each step can be repeated, so a crash between any two is repaired by
/// doing it again.
package actor Intake {
    /// Most of what intake does is to wait for the disk.
    private let executor = BlockingExecutor("limner.intake")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let tree: RootTree
    let queue: Queue
    let outbox: Outbox
    let clock: MonotonicClock
    let logger: Logger
    /// What is done with a job that another does or did already.
    let duplicates: @Sendable () -> DuplicatePolicy
    /// How large a picture may be, and a film.
    let limits: @Sendable () -> Settings.Intake
    /// How files are called that this daemon is receiving.
    nonisolated let receivingPrefix =
        receivingPrefixOfAll + String(UInt64.random(in: .min ... .max), radix: 16) + "-"

    /// The manifests that wait for their pictures, as they were read.
    var manifests: [JobIdentifier: WaitingManifest] = [:]
    /// Large jobs of which bytes are left to read.
    var unread: [JobIdentifier: Unread] = [:]
    /// Bytes of large jobs that this look may still read.
    var readable = groupBytes
    /// When a claimed file was last found to have changed under us, by job and ordinal.
    var unsettled: [String: Int64] = [:]
    /// JSON files at rest that are nobody's manifests, as they were when they were read.
    private var sidecars: [InboxPath: FileIdentity] = [:]
    /// What others may ask without waiting for a look to end.
    private let board = Mutex(Board())
    /// What failed since the last look began, by subject: a folder that lets nothing go, a path of the inbox, a job.
    private var complaints: [String: DoctorAnswer.Finding] = [:]
    /// What had failed at the look before: it is not logged again.
    private var earlierComplaints: [String: DoctorAnswer.Finding] = [:]

    /// How long, in milliseconds, a picture at rest is held for a manifest nearby that has not been read yet.
    private static let manifestPatience: Int64 = 10_000

    /// Whether the last look found more files at rest than it took.
    private(set) var isBehind = false
    /// Whether the last look left a manifest's job behind enrollments that came with it.
    var holdsBack = false
    /// Where those lie or lay who are to be enrolled, as of this look: in the inbox, or in jobs that are not queued yet. Empty while no
    /// manifest waits whose job looks for people.
    var enrollments: Set<InboxPath> = []
    /// Milliseconds after which such a job is looked at again: what it waits for is taken at that very look, or the next.
    private static let backPause: Int64 = 100
    /// Whether the last look left a file alone because a program has it open for writing.
    var holdsOff = false
    /// Milliseconds after which such a file is looked at again: a mapping that goes away causes no event.
    private static let heldPause: Int64 = 1000
    /// Milliseconds after which the rest of what a look found is left to the next one, which knows the inbox anew.
    static let lookLimit: Int64 = 1000
    /// Most files that a look has in hand.
    private static let lookCount = 16_384
    /// Milliseconds after which what failed is tried again, on a full disk for example.
    private static let complaintPause: Int64 = 5000

    private struct Board {
        var complaints: [String: DoctorAnswer.Finding] = [:]
        var awaited: [JobIdentifier: [Awaited]] = [:]
        var readings: [JobIdentifier: ReadingProgress] = [:]
        /// Which waiting manifest names a picture.
        var named: [InboxPath: JobIdentifier] = [:]
    }

    /// A picture that a manifest waits for: as it names it, and where it is to lie; no place of frames by a pattern, and of what lies there
    /// and comes to rest.
    struct Awaited {
        var name: String
        var path: InboxPath?
    }

    struct WaitingManifest {
        var manifest: Manifest
        /// Where each picture is or is to come, in the order of ``Manifest/pictures``.
        var paths: [InboxPath]
        /// What the last look did not find at rest.
        var awaited: [Awaited] = []
        /// Monotonic time at which the wait began.
        var since: Int64
        /// The job that already carries the manifest's own `id`.
        var twin: JobIdentifier?
        /// Whether every picture lies claimed.
        var isComplete = false
        /// Who was to be enrolled when it was read; nil until the look is over that tells.
        var earlier: Set<InboxPath>?

        /// Whether its job looks for people, who are to be enrolled before.
        var goesBehindEnrollments: Bool { manifest.task.kind.facts.gallery == .reads && twin == nil }

        /// The frames that a path of it is the pattern of; nil for any other, and for a job that paints no film of pictures.
        func frames(_ path: InboxPath) -> FrameFolder? {
            manifest.task.options.frameRate == nil ? nil : FrameFolder(path)
        }

        var folders: [FrameFolder] { paths.compactMap(frames) }
    }

    package init(
        tree: RootTree, queue: Queue, outbox: Outbox, clock: MonotonicClock, logger: Logger,
        duplicates: @escaping @Sendable () -> DuplicatePolicy = { .runAgain },
        limits: @escaping @Sendable () -> Settings.Intake = { Settings().intake }
    ) {
        self.limits = limits
        self.duplicates = duplicates
        self.tree = tree
        self.queue = queue
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
    }

    // MARK: One look

    /// Acts on a look at the inbox. What fails, on a full disk for example, is left where it is for the next look.
    ///
    /// - Returns: for how many files the intention was noted.
    @discardableResult
    package func consider(_ rest: RestWatch, _ settings: Settings.Intake) async -> Int {
        let now = clock.now()
        let stability = settings.stability.milliseconds
        // What is on its way already, after a failed step, is pursued as the job that it is.
        let intended = Set(((try? queue.intendedSources()) ?? []).compactMap(InboxPath.init(bytes:)))
        let resting = rest.resting(for: stability, now: now)
        defer { publish() }
        isBehind = false
        holdsOff = false
        holdsBack = false
        readable = Self.groupBytes
        (earlierComplaints, complaints) = (complaints, [:])
        // Manifests first: a picture that one refers to must not become a job of its own.
        let due = manifestsDue(resting.filter { $0.path.name.isManifest && !intended.contains($0.path) })
        var taken = await take(due, since: now, atMost: Self.fewCount)
        noteEnrollments(rest)
        pursueWaiting(rest, settings)
        let named = intended.union(manifests.values.flatMap(\.paths))
        let folders = manifests.values.flatMap(\.folders)
        func isReserved(_ path: InboxPath) -> Bool { named.contains(path) || folders.contains { $0.holds(path) } }
        let manifestFolders = Set(rest.manifests.lazy.filter { self.sidecars[$0] == nil }.map { Array($0.folders) })
        let patience = Self.patience(settings)
        taken += takeFolders(rest, settings, since: now) { path, age in
            isReserved(path) || age < patience && Self.lies(path, under: manifestFolders)
        }
        var found: [Found] = []
        // Pictures go first.
        var refused: [Found] = []
        for (path, facts, age) in resting where !isReserved(path) {
            if found.count == Self.lookCount { break }
            if case .special = facts.kind {
                refused.append(Found(path: path, facts: facts, placement: Placement(path)))
                continue
            }
            if path.name.isManifest { continue }
            if age < patience, Self.lies(path, under: manifestFolders) { continue }
            let placement = Placement(path)
            switch placement {
            case .manifest, .part: continue
            case .loose where age < max(settings.manifestWait.milliseconds, stability): continue
            case .job: found.append(Found(path: path, facts: facts, placement: placement))
            case .loose, .refused: refused.append(Found(path: path, facts: facts, placement: placement))
            }
        }
        taken += await take(found, since: now)
        taken += await take(refused, since: now)
        // Where nothing could be taken, on a full disk, the next look is not hurried.
        isBehind = taken > 0 && (isBehind || found.count == Self.lookCount)
        return taken
    }

    /// The manifests among JSON files at rest. Most JSON files that lie beside photographs are of those who exported them;
    /// each is read once and then left alone until it changes.
    private func manifestsDue(_ resting: some Sequence<(path: InboxPath, facts: FileFacts, age: Int64)>) -> [Found] {
        var known: [InboxPath: FileIdentity] = [:]
        var due: [Found] = []
        for (path, facts, _) in resting where facts.kind == .regular {
            let isKnown = sidecars[path].map(facts.identity.isUnchanged) ?? false
            if isKnown || !tree.inbox.meansManifest(path) {
                known[path] = facts.identity
            } else {
                due.append(Found(path: path, facts: facts, placement: .manifest))
            }
        }
        sidecars = known
        return due
    }

    /// Whether a manifest that has not been read yet lies in the path's folder or above it.
    private static func lies(_ path: InboxPath, under folders: Set<[FileName]>) -> Bool {
        guard !folders.isEmpty else { return false }
        return (0...path.folders.count).contains { folders.contains(Array(path.folders.prefix($0))) }
    }

    /// How long, in milliseconds, an unread manifest holds up the pictures around it, and an enrollment the jobs of manifests. Not for
    /// ever: one that is written to without end, or cannot be claimed, must not hold others up.
    static func patience(_ settings: Settings.Intake) -> Int64 {
        max(manifestPatience, 10 * settings.stability.milliseconds)
    }

    /// Milliseconds until something that waits may have to be looked at, besides what the inbox says.
    package func nextDeadline(_ settings: Settings.Intake) -> Int64? {
        let now = clock.now()
        let again = complaints.isEmpty ? [] : [Self.complaintPause]
        let held = (holdsOff ? [Self.heldPause] : []) + (holdsBack ? [Self.backPause] : [])
        let waits = manifests.values.filter { !$0.isComplete }.map { $0.since + wait(for: $0, settings) - now }
        let settling = unsettled.values.map { $0 + settings.stability.milliseconds - now }
        let reading = unread.isEmpty ? [] : [Int64(0)]
        return (waits + settling + again + held + reading).map { max(0, $0) }.min()
    }

    /// Frames that manifests which wait name by patterns.
    var awaitedFrames: [FrameFolder] { manifests.values.flatMap(\.folders) }

    // MARK: Taking files

    /// A file at rest that is due.
    private struct Found {
        var path: InboxPath
        var facts: FileFacts
        var placement: Placement
    }

    /// Takes files group by group, until a look's time is over. Submissions get their turn between two groups.
    private func take(_ found: [Found], since start: Int64, atMost count: Int = groupCount) async -> Int {
        var taken = 0
        for group in Self.groups(of: found, atMost: count, bytes: { $0.facts.identity.size }) {
            guard clock.now() - start < Self.lookLimit else {
                isBehind = true
                break
            }
            let free = group.filter { !tree.hasWriter($0.path) }
            if free.count < group.count { holdsOff = true }
            if free.isEmpty { continue }
            taken += attempt(each: free, named: \.path.description) { group in
                let ids = try queue.identifiers(for: group.map(\.path.name))
                let intentions = zip(group, ids).map { Self.intention($0, $1) }
                try queue.add(intentions, why: "came to rest in the inbox")
                FailPoint.reach(.intended)
                pursue(intentions)
            }
            await Task.yield()
        }
        return taken
    }

    private static func intention(_ found: Found, _ id: JobIdentifier) -> Queue.Intention {
        let path = found.path
        var task: JobTask?
        var refusal: ReportError?
        switch found.placement {
        case .job(let wanted), .part(let wanted): task = wanted
        case .manifest: break
        case .refused(let error): refusal = error
        case .loose:
            let message = "\(path) lies in no folder that names a kind of job, and no manifest asked for it in time."
            let kind = path.folders.first.flatMap(Placement.nearbyKind)
            let hint = kind.map { "Put it into \($0.rawValue)/, if that was meant." }
            refusal = ReportError(code: .folderUnknown, message: message, hint: hint)
        }
        if case .special(let special) = found.facts.kind {
            refusal = ReportError(
                code: .notARegularFile, message: "\(path) is a \(special.rawValue); it was neither followed nor opened."
            )
        }
        let isManifest = found.placement == .manifest && found.facts.kind == .regular
        let job = JobRecord(
            id: id, kind: task?.kind, origin: isManifest ? .manifest : .picture, source: path.bytes, task: task,
            refusal: refusal, created: .now)
        let input = InputRecord(
            ordinal: 0, role: isManifest ? .manifest : .picture, source: path.bytes, name: path.description,
            original: path.name, claimed: claimedName(path.name, taken: []), identity: found.facts.identity)
        return Queue.Intention(job: job, inputs: [input])
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

    // MARK: Waiting jobs, ends and failures

    /// Takes every waiting job as far as it goes.
    func pursueWaiting(_ rest: RestWatch, _ settings: Settings.Intake) {
        attempt("waiting jobs") {
            pursue(try queue.waiting(), rest, settings)
        }
    }

    /// Ends a job that never gets to a worker.
    func refuse(_ job: JobRecord, _ error: ReportError) throws {
        try end(job.id, Self.refusal(error))
    }

    static func refusal(_ error: ReportError) -> Outbox.End {
        Outbox.End(conclusion: .quarantined, why: "refused: \(error.code.rawValue)", error: error)
    }

    /// Ends a waiting job; `false` when it waits no more.
    @discardableResult
    func end(_ id: JobIdentifier, _ end: Outbox.End) throws -> Bool {
        let cancellation = self.end([(id, end)])
        if let error = cancellation.failures[id] { throw error }
        return cancellation.cancelled == [id]
    }

    /// Ends those of some jobs that wait, together. Here, so that no end falls between the steps of a group.
    func end(_ ends: [(id: JobIdentifier, end: Outbox.End)]) -> Cancellation {
        var cancellation = Cancellation()
        for (conclusion, ends) in Dictionary(grouping: ends, by: \.end.conclusion) {
            let wanted = Dictionary(ends.map { ($0.id, $0.end) }) { first, _ in first }
            do {
                let decided = try queue.decide(ends.map(\.id), conclusion, in: [.waiting])
                for job in decided { (manifests[job.id], unread[job.id]) = (nil, nil) }
                let failures = outbox.conclude(decided.compactMap { job in wanted[job.id].map { (job, $0) } })
                for job in decided {
                    if let error = failures[job.id] {
                        cancellation.failures[job.id] = error
                        try queue.undecide(job.id)
                    } else {
                        cancellation.cancelled.append(job.id)
                    }
                }
            } catch {
                for id in wanted.keys where !cancellation.cancelled.contains(id) { cancellation.failures[id] = error }
            }
        }
        return cancellation
    }

    /// Ends waiting jobs together; what the disk keeps from its end is left for the next look.
    func endAll(_ ends: [(id: JobIdentifier, end: Outbox.End)]) {
        for (id, error) in end(ends).failures { complain(id.text, error) }
    }

    private func publish() {
        let awaited = manifests.mapValues(\.awaited)
        let readings = unread.mapValues(\.progress)
        let named = Dictionary(
            manifests.flatMap { job, waiting in waiting.paths.map { ($0, job) } }, uniquingKeysWith: min)
        board.withLock {
            $0 = Board(complaints: complaints, awaited: awaited, readings: readings, named: named)
        }
    }

    /// What could not be done at the last look; of very much, the first of it.
    nonisolated var findings: [DoctorAnswer.Finding] {
        let all = board.withLock { $0.complaints.values.sorted { $0.message < $1.message } }
        return all.count <= Self.findingLimit ? all : all.prefix(Self.findingLimit) + [.more]
    }

    private static let findingLimit = 20

    /// Why a file of the inbox could not be taken at the last look.
    ///
    /// - Parameter jobs: those that are to take it.
    nonisolated func obstacle(to path: InboxPath, of jobs: [JobIdentifier]) -> DoctorAnswer.Finding? {
        let folder = ([tree.inbox.path] + path.folders.map(\.description)).joined(separator: "/")
        let subjects = [folder, path.description] + jobs.map(\.text)
        let complaints = board.withLock { $0.complaints }
        return subjects.lazy.compactMap { complaints[$0] }.first
    }

    /// The waiting job whose manifest names what lies or is to lie at a path.
    nonisolated func manifest(naming path: InboxPath) -> JobIdentifier? { board.withLock { $0.named[path] } }

    /// What a job waits for: the pictures that its manifest names, and who has taken one from there before, or that its files are read.
    nonisolated func awaited(by job: JobIdentifier) -> String? {
        let (awaited, reading) = board.withLock { ($0.awaited[job] ?? [], $0.readings[job]) }
        if let reading { return reading.text }
        let names = awaited.prefix(Self.awaitedLimit).map { "\"\($0.name)\"\(taken($0, besides: job))" }
            .joined(separator: ", ")
        let more = awaited.count - Self.awaitedLimit
        return awaited.isEmpty ? nil : more > 0 ? "\(names) and \(more) more" : names
    }

    /// Most pictures that are named.
    private static let awaitedLimit = 5

    /// Which job has what lay at the place before, in brackets.
    nonisolated func taken(_ awaited: Awaited, besides job: JobIdentifier) -> String {
        guard let path = awaited.path, let jobs = try? queue.reader.jobs(fromPath: path.bytes),
            let taker = jobs.last(where: { $0 != job })
        else { return "" }
        return " (what lay there before went to job \(taker): drop it again)"
    }

    /// Does something that must not stop the rest.
    func attempt(_ subject: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            complain(subject, error)
        }
    }

    /// Does something for a group at once; should that fail, for each alone, so that one cannot hold up the others.
    ///
    /// - Parameter body: may be called again with what it has been called with before.
    /// - Returns: for how many it was done.
    @discardableResult
    func attempt<Element>(
        each group: [Element], named name: (Element) -> String, _ body: ([Element]) throws -> Void
    ) -> Int {
        do {
            try body(group)
            return group.count
        } catch {
            guard group.count > 1, !error.isDiskFull else {
                if let first = group.first { complain(name(first), error) }
                return 0
            }
            return group.reduce(0) { $0 + attempt(each: [$1], named: name, body) }
        }
    }

    /// Logs a failure, once and not at every look.
    func complain(_ subject: String, _ error: any Error) {
        let (subject, finding) = obstacle(in: error) ?? (subject, .untaken(subject, error))
        guard complaints.updateValue(finding, forKey: subject) != finding, earlierComplaints[subject] != finding
        else { return }
        logger.error("\(finding.sentence) It will be tried again.")
    }

    /// A folder of the inbox that lets nothing go is one complaint, however many files it holds.
    private func obstacle(in error: any Error) -> (folder: String, finding: DoctorAnswer.Finding)? {
        guard case SpoolError.rename(let path, _, let number)? = error as? SpoolError,
            path.hasPrefix(tree.inbox.path), tree.claimed.obstacleToTaking() == nil,
            let slash = path.lastIndex(of: "/")
        else { return nil }
        let folder = String(path[..<slash])
        switch number {
        case EXDEV: return (folder, .onAnotherMount(folder))
        case EACCES, EROFS: return (folder, .shut(folder, errno: number))
        case EPERM where Folder.isSticky(folder): return (folder, .sticky(folder))
        default: return nil
        }
    }
}
