import Glibc
import Wire

/// The root's folders, open. Missing ones are made.
package final class RootTree: Sendable {
    package let paths: RootFolders
    package let inbox: Folder
    package let outbox: Folder
    package let done: Folder
    package let quarantine: Folder
    package let state: Folder
    package let claimed: Folder
    /// Outputs that are being written, before they are committed.
    package let work: Folder
    /// Half-done work of jobs that are not finished, a folder each.
    package let checkpoints: Folder

    /// The name of a job's report, in the outbox and in the quarantine.
    package static let reportName = FileName("report.json")
    /// What the worker wrote on its standard error, in the quarantine.
    package static let lastWordsName = FileName("worker-stderr.txt")

    /// What a quarantined job can be run again by; a ``ReplayRecord``.
    package static let replayName = FileName("replay.json")

    /// - Throws: ``SpoolError/system(call:path:errno:)``; ``SpoolError/fileSystemsDiffer(_:_:)``, because files are
    ///   taken and outputs committed by renames.
    package init(_ paths: RootFolders) throws {
        self.paths = paths
        try Self.make(paths.root)
        let root = try Folder(path: paths.root)
        inbox = try root.folder(FileName("inbox"), creating: true)
        for kind in JobKind.allCases { _ = try inbox.folder(FileName(kind.rawValue), creating: true) }
        _ = try root.folder(FileName("styles"), creating: true)
        outbox = try root.folder(FileName("outbox"), creating: true)
        done = try root.folder(FileName("done"), creating: true)
        quarantine = try root.folder(FileName("quarantine"), creating: true)
        state = try root.folder(FileName("state"), creating: true)
        claimed = try state.folder(FileName("claimed"), creating: true)
        work = try state.folder(FileName("work"), creating: true)
        checkpoints = try state.folder(FileName("checkpoints"), creating: true)
        try root.sync()
        try inbox.sync()
        try state.sync()
        let device = try state.device()
        for folder in [inbox, outbox, done, quarantine, claimed, work] where try folder.device() != device {
            throw SpoolError.fileSystemsDiffer(folder.path, state.path)
        }
    }

    /// The folders that this process may not use as it must, a sentence each.
    package func obstacles() -> [String] {
        [inbox, outbox, done, quarantine, claimed, work].compactMap { folder in
            guard faccessat(folder.descriptor, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0 else { return nil }
            let reason = String(cString: strerror(errno))
            return "\(folder.path): \(reason); limnerd must be able to list, enter and write it"
        }
    }

    /// Makes a folder and those above it, as far as they are missing.
    private static func make(_ path: String) throws {
        if (try? Folder(path: path)) != nil { return }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return }
        let parent = "/" + parts.dropLast().joined(separator: "/")
        try make(parent)
        let folder = try Folder(path: parent)
        _ = try folder.folder(FileName(String(last)), creating: true)
        try folder.sync()
    }

    /// Makes the gallery's file, empty, where there is none: a confined worker may write to it, but not make it.
    func makeGallery() throws {
        let file = openat(
            state.descriptor, "gallery.sqlite", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)
        guard file >= 0 else { throw SpoolError.system(call: "open", path: paths.gallery, errno: errno) }
        close(file)
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
