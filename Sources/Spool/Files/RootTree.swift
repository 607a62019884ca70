import Glibc
import Parsing
import Synchronization
import Wire

/// The root's folders, open. Missing ones are made.
///
/// A user may move a folder away, make a new one in its place or mount something over it, while an open descriptor stays with
/// the old one. ``examine()`` compares the two: what is for the user (inbox, outbox, done, quarantine) is opened anew where it
/// was replaced, and the rest is named.
package final class RootTree: Sendable {
    package let paths: RootFolders
    package let state: Folder
    package let claimed: Folder
    /// Outputs that are being written, before they are committed.
    package let work: Folder
    /// Half-done work of jobs that are not finished, a folder each.
    package let checkpoints: Folder
    private let root: Folder
    private let followed: Mutex<[Followed: Folder]>
    /// Which file the queue was opened from.
    private let queueFile = Mutex<FolderPlace?>(nil)

    /// The folders that are opened anew when another lies at their path.
    private enum Followed: String, CaseIterable {
        case inbox, outbox, done, quarantine
    }

    package var inbox: Folder { folder(.inbox) }
    package var outbox: Folder { folder(.outbox) }
    package var done: Folder { folder(.done) }
    package var quarantine: Folder { folder(.quarantine) }

    /// The name of a job's report, in the outbox and in the quarantine.
    package static let reportName = FileName("report.json")
    /// What the worker wrote on its standard error, in the quarantine.
    package static let lastWordsName = FileName("worker-stderr.txt")

    /// Of the control socket, in `state/`.
    static let socketName = FileName("control.sock")
    /// What a quarantined job can be run again by; a ``ReplayRecord``.
    package static let replayName = FileName("replay.json")

    /// - Throws: ``SpoolError/system(call:path:errno:)``, ``SpoolError/notAFolder(path:isLink:)``. That a folder lies on another
    ///   mount is for ``examine()`` to say.
    package init(_ paths: RootFolders) throws {
        self.paths = paths
        try Self.make(paths.root)
        root = try Folder(path: paths.root)
        // Workers read styles by path, so that a link will do, and their own errors tell of anything else.
        _ = try? root.folder(FileName("styles"), creating: true)
        var folders: [Followed: Folder] = [:]
        for place in Followed.allCases { folders[place] = try Self.open(place, in: root) }
        followed = Mutex(folders)
        state = try root.subfolder("state")
        claimed = try state.subfolder("claimed")
        work = try state.subfolder("work")
        checkpoints = try state.subfolder("checkpoints")
        try root.sync()
        try inbox.sync()
        try state.sync()
    }

    private static func open(_ place: Followed, in root: Folder) throws -> Folder {
        let folder = try root.subfolder(place.rawValue)
        if place == .inbox {
            // One that cannot be made is named by ``examine()``; the others are of use without it.
            for kind in JobKind.dropped { _ = try? folder.subfolder(kind.rawValue) }
        }
        return folder
    }

    private func folder(_ place: Followed) -> Folder {
        guard let folder = followed.withLock({ $0[place] }) else { preconditionFailure("\(place) was never opened") }
        return folder
    }

    /// Makes a folder and those above it, as far as they are missing.
    private static func make(_ path: String) throws {
        if (try? Folder(path: path)) != nil { return }
        let parts = TextRule.parts(ofPath: path)
        guard let last = parts.last else { return }
        let parent = "/" + parts.dropLast().joined(separator: "/")
        try make(parent)
        let folder = try Folder(path: parent)
        _ = try folder.folder(FileName(last), creating: true)
        try folder.sync()
    }

    // MARK: Paths against descriptors

    /// How the root stands.
    package struct Standing: Sendable, Equatable {
        /// Everything that is not as it should be.
        package var findings: [DoctorAnswer.Finding] = []
        /// Why nothing can be taken out of the inbox.
        package var againstIntake: DoctorAnswer.Finding?
        /// Why no job can be begun: workers read by path, and could not hand in what they made.
        package var againstJobs: DoctorAnswer.Finding?

        fileprivate mutating func find(_ finding: DoctorAnswer.Finding, intake: Bool = false, jobs: Bool = false) {
            findings.append(finding)
            if intake { againstIntake = againstIntake ?? finding }
            if jobs { againstJobs = againstJobs ?? finding }
        }
    }

    /// Compares what lies at the root's paths with what is open, and opens anew what was replaced. Costs some thirty system
    /// calls.
    package func examine() -> Standing {
        var standing = Standing()
        for (folder, path) in [(root, paths.root), (state, paths.state), (claimed, paths.claimed), (work, paths.work)] {
            guard let finding = Self.displacement(of: folder, at: path) else { continue }
            standing.find(finding, intake: true, jobs: true)
            return standing
        }
        if let opened = queueFile.withLock(\.self), !opened.lies(at: paths.database) {
            standing.find(.queueReplaced(paths.database), intake: true, jobs: true)
        }
        followed.withLock { folders in
            for place in Followed.allCases { folders[place] = follow(place, folders[place] ?? root, &standing) }
        }
        for (folder, intake, jobs) in [
            (inbox, true, false), (claimed, true, false), (outbox, false, true), (work, false, true),
            (checkpoints, false, false), (done, false, false), (quarantine, false, false),
        ] {
            guard faccessat(folder.descriptor, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0 else { continue }
            standing.find(.shut(folder.path, errno: errno), intake: intake, jobs: jobs)
        }
        for kind in JobKind.dropped {
            guard let facts = try? inbox.facts(FileName(kind.rawValue)), facts.kind != .folder else { continue }
            standing.find(.obstructed("\(inbox.path)/\(kind.rawValue)", facts.kind))
        }
        return standing
    }

    /// Has ``examine()`` notice when the queue's file, which is open now, is no longer the one at its path.
    func keepQueue() { queueFile.withLock { $0 = try? Folder.place(at: paths.database) } }

    /// `nil` when the folder at the path is the one that is open; what cannot be asked counts as that.
    private static func displacement(of folder: Folder, at path: String) -> DoctorAnswer.Finding? {
        guard let own = try? folder.place() else { return nil }
        do {
            guard let there = try Folder.place(at: path) else { return .displaced(path, from: folder, isGone: true) }
            return there.isSameFolder(as: own) ? nil : .displaced(path, from: folder, isGone: false)
        } catch {
            return nil
        }
    }

    /// The folder to go on with.
    private func follow(_ place: Followed, _ folder: Folder, _ standing: inout Standing) -> Folder {
        let path = paths.root + "/" + place.rawValue
        do {
            guard let there = try Folder.place(at: path) else {
                standing.find(.missing(path, from: folder), intake: place == .inbox, jobs: place != .inbox)
                return folder
            }
            let (own, home) = (try folder.place(), try claimed.place())
            if there.isSameFolder(as: own), own.isReached(from: home) { return folder }
            guard there.isReached(from: home) else {
                // Not opened: an open folder would keep what is mounted there from being unmounted.
                standing.find(.onAnotherMount(path), intake: place == .inbox, jobs: place != .inbox)
                return folder
            }
            return try Self.open(place, in: root)
        } catch {
            standing.find(
                DoctorAnswer.Finding(
                    .root, .failed, "\(error)", advice: "Look at \(path), which limnerd could not open."),
                intake: place == .inbox, jobs: place != .inbox)
            return folder
        }
    }

    // MARK: A job's files

    /// Where a path of the inbox leads: under the very names, or under those that Unicode takes for the same.
    ///
    /// - Throws: `ENOENT`, `ENOTDIR` or `ELOOP` where a folder of the path is none.
    func find(_ path: InboxPath) throws -> (path: InboxPath, facts: FileFacts?) {
        var (folder, names) = (inbox, [FileName]())
        for name in path.folders {
            names.append(try folder.name(like: name))
            folder = try folder.folder(names[names.count - 1])
        }
        let name = try folder.name(like: path.name)
        return (InboxPath(names + [name]), try folder.facts(name))
    }

    /// Whether a program is known to have a file in the inbox open for writing: it pauses, and is not done.
    func hasWriter(_ path: InboxPath) -> Bool {
        (try? inbox.folder(path.folders))?.hasWriter(path.name) == true
    }

    /// The folder of a job's claimed files.
    package func claimed(of job: JobIdentifier, creating: Bool = false) throws -> Folder {
        try claimed.folder(FileName(job.text), creating: creating)
    }
}

extension Folder {
    /// A folder that the studio needs.
    ///
    /// - Throws: ``SpoolError/notAFolder(path:isLink:)`` for anything else of its name.
    func subfolder(_ name: String, creating: Bool = true) throws -> Folder {
        do {
            return try folder(FileName(name), creating: creating)
        } catch let error as SpoolError where error.errno == ENOTDIR || error.errno == ELOOP {
            let isLink = try facts(FileName(name))?.kind == .special(.symbolicLink)
            throw SpoolError.notAFolder(path: "\(path)/\(name)", isLink: isLink)
        }
    }

    /// Whether a JSON file of this inbox is meant as a manifest. What cannot be read counts as one, so that a report says so.
    func meansManifest(_ path: InboxPath) -> Bool {
        guard let folder = try? folder(path.folders),
            let text = try? folder.readHead(path.name, limit: Manifest.byteLimit)
        else { return true }
        return Manifest.isMeant(by: text)
    }
}
