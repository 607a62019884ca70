import Foundation
import Glibc
import Wire

/// A hidden folder beside an output, on the same file system, for files that are not whole yet.
///
/// A lock on it says that its command lives. What a killed command left, the next one that writes to the same place takes
/// away.
final class AsideFolder: Sendable {
    private static let prefix = ".limner-"
    private static let ending = "XXXXXX"

    /// Absolute.
    let path: String
    /// Open, and locked, for as long as the folder is in use.
    private let descriptor: Int32

    /// - Parameter folder: where the output will stand.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``.
    init(in folder: String) throws(CommandError) {
        Self.sweep(folder)
        while true {
            var template = Array("\(folder)/\(Self.prefix)\(Self.ending)".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw .outputUnwritable(path: folder, reason: String(cString: strerror(errno)))
            }
            let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            let descriptor = open(path, Self.folderFlags)
            let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
            // Another command may have taken it for a leftover before it was locked. Not every file system has locks.
            if isLocked ? access(path, F_OK) != 0 : errno == EWOULDBLOCK {
                close(descriptor)
                continue
            }
            self.path = path
            self.descriptor = descriptor
            return
        }
    }

    deinit { close(descriptor) }

    private static let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// Removes this user's folders of the kind that nobody has locked.
    private static func sweep(_ folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + ending.utf8.count {
            let descriptor = open("\(folder)/\(name)", folderFlags)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var facts = stat()
            guard fstat(descriptor, &facts) == 0, facts.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Writes a small file of our own.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, which names the target.
    func write(_ text: String, as name: String, for target: OutputTarget) throws(CommandError) {
        try write(Data(text.utf8), as: name, for: target)
    }

    /// As ``write(_:as:for:)``.
    func write(_ bytes: Data, as name: String, for target: OutputTarget) throws(CommandError) {
        do {
            try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
        } catch {
            throw .outputUnwritable(path: target.typed, reason: error.words)
        }
    }

    /// Makes a whole file safe from a crash and renames it to its place, over what stood there.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, which names the target.
    func commit(_ name: String, to target: OutputTarget) throws(CommandError) {
        // Where a mount gives all files one mode, the file is there all the same.
        try Self.synchronize(path + "/" + name, for: target) { _ = fchmod($0, 0o666 & ~CreationMask.own) }
        guard rename(path + "/" + name, target.path) == 0 else {
            throw .outputUnwritable(path: target.typed, reason: String(cString: strerror(errno)))
        }
        try Self.synchronize(target.folder, for: target)
    }

    /// The same of several files, one after the other, into a folder that is there.
    func commit(_ names: [String], to folder: GivenPath, keeping inputs: [GivenPath]) throws {
        for name in names {
            try commit(name, to: OutputTarget(folder.appending(name), keeping: inputs))
        }
    }

    /// What stands in it.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// Takes the folder and whatever is left in it away.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func synchronize(
        _ path: String, for target: OutputTarget, after change: (Int32) -> Void = { _ in }
    ) throws(CommandError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        if descriptor >= 0 { change(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .outputUnwritable(path: target.typed, reason: String(cString: strerror(errno)))
        }
    }
}
