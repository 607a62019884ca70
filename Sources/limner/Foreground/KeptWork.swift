import Foundation
import Glibc

/// A hidden folder where half-done work is kept, so that the same command goes on with it after a kill. One command has it at a time.
final class KeptWork: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Returns: nil where another command has it, or where it cannot be made: then work that is broken off begins anew.
    init?(_ path: String) {
        mkdir(path, 0o700)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    }

    var isEmpty: Bool { (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? true }

    /// Lets go of what is done with.
    func drop() { try? FileManager.default.removeItem(atPath: path) }

    deinit {
        if descriptor >= 0 {
            // Of what kept nothing.
            rmdir(path)
            close(descriptor)
        }
    }
}
