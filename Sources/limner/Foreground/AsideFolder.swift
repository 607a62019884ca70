import Foundation
import Glibc

/// A hidden folder beside an output, on the same file system, for files that are not whole yet.
struct AsideFolder: Sendable {
    /// Absolute.
    let path: String

    /// - Parameter folder: where the output will stand.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``.
    init(in folder: String) throws(CommandError) {
        var template = Array((folder + "/.limner-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .outputUnwritable(path: folder, reason: String(cString: strerror(errno)))
        }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Writes a small file of our own.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, which names the target.
    func write(_ text: String, as name: String, for target: OutputTarget) throws(CommandError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        } catch {
            throw .outputUnwritable(path: target.typed, reason: error.localizedDescription)
        }
    }

    /// Makes a whole file safe from a crash and renames it to its place, over what stood there.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, which names the target.
    func commit(_ name: String, to target: OutputTarget) throws(CommandError) {
        try Self.synchronize(path + "/" + name, for: target) { fchmod($0, 0o666 & ~Self.creationMask) }
        guard rename(path + "/" + name, target.path) == 0 else {
            throw .outputUnwritable(path: target.typed, reason: String(cString: strerror(errno)))
        }
        try Self.synchronize(target.folder, for: target) { _ in 0 }
    }

    /// Takes the folder and whatever is left in it away.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// What the user's shell forbids new files; the worker, which knows nothing of it, forbids more.
    private static let creationMask: mode_t = {
        let mask = umask(0o077)
        umask(mask)
        return mask
    }()

    private static func synchronize(
        _ path: String, for target: OutputTarget, after change: (Int32) -> Int32
    ) throws(CommandError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, change(descriptor) == 0, fsync(descriptor) == 0 else {
            throw .outputUnwritable(path: target.typed, reason: String(cString: strerror(errno)))
        }
    }
}
