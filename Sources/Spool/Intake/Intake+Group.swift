import Foundation
import Glibc
import Wire

/// Waiting jobs are taken on in groups, so that a group and not each file costs the disk's waits.
///
/// Each step may end with a power cut or a kill; what must be durable before what:
///
/// 1. The *intention* of every job is committed before its file moves: a file in `state/claimed` always has a job, and
///    a file in the inbox with an intention is taken as that job and no other.
/// 2. The jobs' *folders* are made, and one sync of `state/claimed` makes them durable: a rename may reach the disk
///    before the folder that it leads into has its name there.
/// 3. The *renames* follow in any order and without a wait. A rename happens wholly or not at all, so that a file is in
///    one of two places, and the intention names both.
/// 4. One *sync* makes files, their names and the inbox's folders durable. It has to be over before anything says that
///    the files lie there; what the writer left in the page cache is saved with them. Of large jobs it is the names and folders
///    alone, and at a look that reads on from the one before only where it moved something more.
/// 5. *Looks and hashes* read only. Of large jobs a look reads one piece in all, so that others need not wait, and has it written to
///    the disk first, which step 4 leaves out for them. A kill costs what was read.
/// 6. One *transaction* notes what was found and queues the jobs that are complete. A job that is queued therefore lies
///    on the disk, name and contents.
///
/// Whatever is left undone is a waiting job, which the next look or the next start takes through the same steps; a file
/// that lies claimed already is not moved again, but synced and hashed.
extension Intake {
    /// Most jobs of a group: the wait for the disk is shared by so many, and a submission waits for one group at most.
    static let groupCount = 512
    /// Most of a group of manifests: one that has to be refused waits for the disk alone.
    static let fewCount = 32
    /// Bytes that a group hashes at most. A job with more is large: it is read in pieces of so many, one at a look.
    static let groupBytes: Int64 = 64 << 20
    /// Up to so many files are made durable by a sync of each file and folder; beyond it, one sync of the file system,
    /// which also writes what others have left in the page cache, is quicker.
    private static let singleSyncs = 8
    /// Folders of the inbox that a large job holds open to be synced; of more, a sync of the file system is quicker, too.
    private static let openSources = 100

    /// A waiting job on its way through the steps.
    struct Pursuit {
        var job: JobRecord
        var inputs: [InputRecord]
        /// Whether every input that was noted lies settled in the claimed folder.
        var isComplete = true
        /// What is to be noted in the queue.
        var sights: [Queue.InputSight] = []
        /// Whether its files are read in pieces.
        let isLarge: Bool
        /// The file of a large job that has been read in part.
        var reading: (ordinal: Int, file: FileReading)?
        /// Whether the next look has to read on.
        var isUnread = false
        /// Whether the names of all that lies claimed are on the disk: of a large job, since the look that it is read on from.
        var isSecured: Bool

        /// Whether some of its files may still lie in the inbox, or have never been looked at since.
        var isMoving: Bool { inputs.contains { $0.stage == .intended } }
        /// Whether what lies claimed may not be on the disk yet.
        var needsSync: Bool { isMoving && !isSecured }

        /// - Parameter unread: what the look before has left; it had synced what lay claimed.
        init(_ intention: Queue.Intention, _ unread: Unread?) {
            job = intention.job
            inputs = intention.inputs
            isLarge = inputs.bytes > groupBytes
            reading = unread?.reading
            isSecured = isLarge && unread != nil
        }

        var progress: ReadingProgress {
            let done = inputs.filter { $0.stage == .hashed }.bytes
            return ReadingProgress(done: done.clampedSum(reading?.file.count ?? 0), total: inputs.bytes)
        }
    }

    /// How much of a large job has been read.
    struct ReadingProgress: Sendable, Equatable {
        var done: Int64
        var total: Int64

        /// What is waited for.
        var text: String {
            done > 0
                ? "its files, being read: \(Phrases.bytes(done)) of \(Phrases.bytes(total))"
                : "its turn to be read, \(Phrases.bytes(total))"
        }
    }

    /// A large job of which bytes are left to read.
    struct Unread {
        var reading: (ordinal: Int, file: FileReading)?
        var progress: ReadingProgress
    }

    /// Cuts a list into groups of bounded number and size.
    static func groups<Element>(
        of elements: [Element], atMost count: Int = groupCount, bytes: (Element) -> Int64
    ) -> [[Element]] {
        var groups: [[Element]] = []
        var group: [Element] = []
        var size: Int64 = 0
        for element in elements {
            let more = bytes(element)
            if !group.isEmpty, group.count == count || size.clampedSum(more) > groupBytes {
                groups.append(group)
                (group, size) = ([], 0)
            }
            group.append(element)
            size = size.clampedSum(more)
        }
        return group.isEmpty ? groups : groups + [group]
    }

    /// Takes waiting jobs one or more steps on: their files are secured, manifests are read, and they are queued or refused.
    func pursue(
        _ intentions: [Queue.Intention], _ rest: RestWatch? = nil, _ settings: Settings.Intake? = nil
    ) {
        func isLarge(_ intention: Queue.Intention) -> Bool { intention.inputs.bytes > Self.groupBytes }
        let small = intentions.filter { !isLarge($0) }
        for group in Self.groups(of: small, bytes: \.inputs.bytes) + intentions.filter(isLarge).map({ [$0] }) {
            attempt(each: group, named: \.job.id.text) { try pursue(group: $0, rest, settings) }
        }
    }

    private func pursue(
        group intentions: [Queue.Intention], _ rest: RestWatch?, _ settings: Settings.Intake?
    ) throws {
        /// One job's failure is its own, and all that follows for it is left to the next look.
        func step(_ pursuits: [Pursuit], _ body: (inout Pursuit) throws -> Bool) -> [Pursuit] {
            pursuits.compactMap { pursuit in
                var pursuit = pursuit
                do {
                    return try body(&pursuit) ? pursuit : nil
                } catch {
                    complain(pursuit.job.id.text, error)
                    return nil
                }
            }
        }
        let pursuits = intentions.map { Pursuit($0, unread.removeValue(forKey: $0.job.id)) }
        let isFew = pursuits.reduce(0) { $0 + $1.inputs.count } <= Self.singleSyncs
        var sources = Sources(isKept: isFew || pursuits.allSatisfy(\.isLarge))
        let housed = step(pursuits) { pursuit in
            if pursuit.isMoving { _ = try tree.claimed(of: pursuit.job.id, creating: true) }
            return true
        }
        if housed.contains(where: \.needsSync) { try tree.claimed.sync() }
        let moved = step(housed) { try move(&$0, &sources) }
        try makeDurable(moved, sources)
        let stability = settings?.stability.milliseconds ?? 0
        let looked = step(moved) { try look(at: &$0, stability: stability) }
        var admissions: [Queue.Admission] = []
        let judged = step(looked) { pursuit in
            let job = pursuit.job
            guard pursuit.isComplete, job.origin != .manifest, job.refusal == nil else { return true }
            do {
                let why =
                    job.origin == .submission
                    ? "received"
                    : pursuit.inputs.allSatisfy { $0.sha256 != nil }
                        ? "claimed and hashed" : "claimed; what could not be read, or is too large, is not hashed"
                admissions.append(try admission(of: job, pursuit.inputs, why: why))
            } catch let error as ReportError {
                pursuit.job.refusal = error
            }
            return true
        }
        try admit(admissions, noting: looked.flatMap(\.sights))
        endAll(
            judged.compactMap { pursuit in
                guard pursuit.isComplete, let refusal = pursuit.job.refusal else { return nil }
                return (pursuit.job.id, Self.refusal(refusal))
            })
        let again = step(judged) { pursuit in
            if pursuit.job.origin == .manifest, pursuit.job.refusal == nil, !pursuit.isUnread,
                pursuit.inputs.first?.stage != .intended
            {
                return try pursueManifest(
                    pursuit.job, pursuit.inputs, isComplete: pursuit.isComplete, rest, settings)
            }
            return false
        }
        pursue(try again.map { Queue.Intention(job: $0.job, inputs: try queue.inputs(of: $0.job.id)) }, rest, settings)
    }

    // MARK: Renames

    /// The folders that files were moved out of.
    private struct Sources {
        /// Whether they are to be synced one by one; a group of many files would hold too many open.
        var isKept: Bool
        var folders: [[FileName]: Folder] = [:] {
            didSet {
                guard folders.count > Intake.openSources else { return }
                isKept = false
                folders = [:]
            }
        }
    }

    /// Moves a job's files out of the inbox, as far as they lie there still. `false` when there is no such job any more.
    private func move(_ pursuit: inout Pursuit, _ sources: inout Sources) throws -> Bool {
        let job = pursuit.job
        guard pursuit.isMoving else { return true }
        let folder = try tree.claimed(of: job.id)
        var gone: [InputRecord] = []
        for index in pursuit.inputs.indices where pursuit.inputs[index].stage == .intended {
            let input = pursuit.inputs[index]
            if try folder.facts(FileName(input.claimed)) != nil { continue }
            pursuit.isSecured = false
            switch try claim(input, of: job, into: folder, &sources) {
            case .claimed: break
            case .another(let identity):
                pursuit.isComplete = false
                pursuit.inputs[index].identity = identity
                pursuit.sights.append(
                    Queue.InputSight(job: job.id, ordinal: input.ordinal, stage: .intended, identity: identity))
            case .vanished where job.origin == .folder: gone.append(input)
            case .vanished:
                pursuit.isComplete = false
                guard input.ordinal == 0 else { continue }
                logger.info("\(job.sourceText) was taken away before it could be claimed")
                try queue.withdraw(job.id)
                try tree.claimed.remove(FileName(job.id.text))
                return false
            }
        }
        guard !gone.isEmpty else { return true }
        logger.info("\(job.sourceText): \(gone.count) of its files were taken away before they could be claimed")
        pursuit.inputs.removeAll { input in gone.contains { $0.ordinal == input.ordinal } }
        guard pursuit.inputs.isEmpty else {
            try queue.withdraw(gone, of: job.id)
            return true
        }
        try queue.withdraw(job.id)
        try tree.claimed.remove(FileName(job.id.text))
        return false
    }

    private enum Claim {
        case claimed
        /// Another file stands at a manifest's path; it is moved after it was noted.
        case another(FileIdentity)
        case vanished
    }

    private func claim(
        _ input: InputRecord, of job: JobRecord, into folder: Folder, _ sources: inout Sources
    ) throws -> Claim {
        guard job.origin != .submission, let path = InboxPath(bytes: input.source) else { return .vanished }
        do {
            let source = try tree.inbox.folder(path.folders)
            // Another file under the name has not been seen at rest; it will be, on its own.
            guard let facts = try source.facts(path.name) else { return .vanished }
            guard facts.identity.inode == input.identity.inode, facts.identity.device == input.identity.device else {
                // A manifest or a folder takes whatever stands at its path; the new file gets the look after the rename.
                return input.ordinal > 0 ? .another(facts.identity) : .vanished
            }
            let claimed = FileName(input.claimed)
            let isShared =
                try job.origin == .manifest && input.ordinal > 0 && isAwaited(input, besides: job.id)
                && source.link(path.name, to: folder, as: claimed)
            if !isShared { try source.move(path.name, to: folder, as: claimed) }
            FailPoint.reach(.claimed)
            if sources.isKept { sources.folders[Array(path.folders)] = source }
            return .claimed
        } catch let error as SpoolError where [ENOENT, ELOOP, ENOTDIR].contains(error.errno) {
            return .vanished
        }
    }

    /// Whether another manifest's job is to have the same picture and has not got it yet: the last of them takes its name out of the inbox.
    private func isAwaited(_ input: InputRecord, besides id: JobIdentifier) throws -> Bool {
        try queue.claimants(of: input.source, besides: id).contains { job, claimed in
            do {
                return try tree.claimed(of: job).facts(FileName(claimed)) == nil
            } catch let error as SpoolError where error.errno == ENOENT {
                return true
            }
        }
    }

    // MARK: The sync

    /// Returns when the claimed files, their names and their folders are on the disk; the bytes of a large job follow as they are read.
    private func makeDurable(_ moved: [Pursuit], _ sources: Sources) throws {
        let touched = moved.filter(\.needsSync)
        guard !touched.isEmpty else { return }
        guard sources.isKept else { return try tree.claimed.syncFileSystem() }
        for pursuit in touched {
            let folder = try tree.claimed(of: pursuit.job.id)
            for input in pursuit.inputs where input.stage == .intended && !pursuit.isLarge {
                try folder.syncRegularFile(FileName(input.claimed))
            }
            try folder.sync()
        }
        for source in sources.folders.values { try source.sync() }
    }

    // MARK: Looks and hashes

    /// Looks again at what was claimed, since a writer may have kept it open, and hashes what rests. Always `true`.
    private func look(at pursuit: inout Pursuit, stability: Int64) throws -> Bool {
        guard pursuit.isMoving else { return true }
        let id = pursuit.job.id
        let folder = try tree.claimed(of: id)
        for index in pursuit.inputs.indices where pursuit.inputs[index].stage == .intended {
            let input = pursuit.inputs[index]
            guard let facts = try folder.facts(FileName(input.claimed)) else {
                pursuit.isComplete = false
                continue
            }
            let sight =
                facts.kind == .regular
                ? try settle(input, of: &pursuit, in: folder, as: facts, stability: stability)
                : Queue.InputSight(job: id, ordinal: input.ordinal, stage: .hashed, identity: facts.identity)
            guard let sight else {
                pursuit.isComplete = false
                continue
            }
            if sight.stage == .intended { pursuit.isComplete = false }
            pursuit.inputs[index].stage = sight.stage
            pursuit.inputs[index].identity = sight.identity
            pursuit.inputs[index].sha256 = sight.sha256
            pursuit.sights.append(sight)
        }
        if pursuit.isUnread { unread[id] = Unread(reading: pursuit.reading, progress: pursuit.progress) }
        return true
    }

    /// One that changed gets the stability delay anew; `nil` while that runs, or bytes are left to read.
    private func settle(
        _ input: InputRecord, of pursuit: inout Pursuit, in folder: Folder, as facts: FileFacts, stability: Int64
    ) throws -> Queue.InputSight? {
        let job = pursuit.job
        let id = job.id
        let name = FileName(input.claimed)
        let key = "\(id) \(input.ordinal)"
        let now = clock.now()
        func sight(_ stage: InputRecord.Stage, _ identity: FileIdentity, _ sha256: String? = nil) -> Queue.InputSight {
            unsettled[key] = stage == .hashed ? nil : now
            return Queue.InputSight(
                job: id, ordinal: input.ordinal, stage: stage, identity: identity, sha256: sha256)
        }
        guard facts.identity.isUnchanged(since: input.identity), folder.hasWriter(name) != true else {
            pursuit.reading = nil
            logger.info("\(input.name) was being written to when it was claimed; waiting until it rests again")
            return sight(.intended, facts.identity)
        }
        if let since = unsettled[key], now - since < stability { return nil }
        // What is refused for its size, whatever it holds. A job whose manifest is not read yet may be about films.
        if excess(of: input, in: folder, mayBeFilm: job.kind.map { $0 == .stylize } ?? true) != nil {
            if pursuit.isLarge { try folder.syncRegularFile(name) }
            return sight(.hashed, facts.identity)
        }
        let limit = pursuit.isLarge ? readable : .max
        guard limit > 0 else {
            pursuit.isUnread = true
            return nil
        }
        let begun = pursuit.reading.flatMap { $0.ordinal == input.ordinal ? $0.file : nil }
        guard let reading = try unlessUnreadable({ try begun ?? folder.reading(name) }) else {
            return sight(.hashed, facts.identity)
        }
        let earlier = reading.count
        if pursuit.isLarge { try reading.writeBack(limit) }
        guard let end = try unlessUnreadable({ try reading.advance(by: limit) }) else {
            return sight(.hashed, facts.identity)
        }
        if pursuit.isLarge { readable -= reading.count - earlier }
        guard let digest = end else {
            pursuit.isUnread = true
            pursuit.reading = (input.ordinal, reading)
            return nil
        }
        pursuit.reading = nil
        if pursuit.isLarge { try reading.sync() }
        guard digest.after.identity.isUnchanged(since: digest.before.identity),
            digest.before.identity.isUnchanged(since: input.identity)
        else {
            return sight(.intended, digest.after.identity)
        }
        return sight(.hashed, facts.identity, digest.sha256)
    }

    /// `nil` of what may or can not be read: the worker will find the same and say so in the report.
    private func unlessUnreadable<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as SpoolError where [EACCES, EPERM, EIO].contains(error.errno) {
            return nil
        }
    }
}
