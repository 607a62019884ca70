import Foundation
import Glibc

/// A hidden folder where half-done work is kept, so that the same command goes on with it after a kill. One command has it at a time.
final class KeptWork: Sendable {
    let path: String
    private let descriptor: Int32
    /// Commands that may end just as this one begins.
    private static let attempts = 8

    private static let ending = ".painting"

    /// Of the folder beside an output, hidden, as much of whose name as there is room for.
    static func name(after output: String) -> String {
        var stem = output
        while 1 + stem.utf8.count + ending.utf8.count > Int(NAME_MAX) { stem.removeLast() }
        return ".\(stem)\(ending)"
    }

    /// - Returns: nil where another command has it, or where it cannot be made: then work that is broken off begins anew.
    init?(_ path: String) {
        var descriptor: Int32?
        for _ in 0..<Self.attempts where descriptor == nil {
            mkdir(path, 0o700)
            let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard folder >= 0 else { return nil }
            // Without the lock there is no object, and none whose end would remove what another has.
            guard flock(folder, LOCK_EX | LOCK_NB) == 0 else {
                close(folder)
                return nil
            }
            if Self.stands(folder, at: path) { descriptor = folder } else { close(folder) }
        }
        guard let descriptor else { return nil }
        self.descriptor = descriptor
        self.path = path
    }

    /// Whether a folder is still where it was opened: the command that had it may have removed it just before it let go of the lock.
    private static func stands(_ descriptor: Int32, at path: String) -> Bool {
        var (own, other) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &other) == 0
            && (own.st_dev, own.st_ino) == (other.st_dev, other.st_ino)
    }

    var isEmpty: Bool { (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? true }

    /// Lets go of what is done with.
    func drop() { try? FileManager.default.removeItem(atPath: path) }

    deinit {
        // Of what kept nothing; after ``drop()`` it may be another's.
        if Self.stands(descriptor, at: path) { rmdir(path) }
        close(descriptor)
    }
}
