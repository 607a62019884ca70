import Foundation
import Glibc

/// A file that a command will write, checked before any work is done.
struct OutputTarget: Sendable, Equatable {
    /// For people.
    let typed: String
    /// Absolute; a symbolic link to a file has been followed, so that the link survives.
    let path: String

    /// - Parameter inputs: files that must not be lost to the output.
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)`` for a folder, a device, a path in no folder, a name that is too long;
    ///   ``CommandError/usage(_:)`` when the output is one of the inputs.
    init(_ given: GivenPath, keeping inputs: [GivenPath]) throws(CommandError) {
        typed = given.typed
        var facts = stat()
        if stat(given.path, &facts) == 0 {
            guard facts.st_mode & S_IFMT != S_IFDIR else {
                throw .outputUnwritable(path: typed, reason: "it is a folder")
            }
            guard facts.st_mode & S_IFMT == S_IFREG else {
                throw .outputUnwritable(path: typed, reason: "it is not a regular file")
            }
            guard let resolved = realpath(given.path, nil) else {
                throw .outputUnwritable(path: typed, reason: String(cString: strerror(errno)))
            }
            defer { free(resolved) }
            path = String(cString: resolved)
            if let input = inputs.first(where: { Self.leads($0.path, to: facts) }) {
                throw .usage("the output \(typed) is the input \(input.typed); name another file")
            }
        } else {
            // Before the work, not after it.
            guard errno != ENAMETOOLONG else {
                throw .outputUnwritable(
                    path: typed, reason: "\(String(cString: strerror(ENAMETOOLONG))); take a shorter one")
            }
            path = given.path
        }
        guard access(folder, W_OK) == 0 else {
            let reason =
                errno == ENOENT ? "its folder does not exist" : "its folder: \(String(cString: strerror(errno)))"
            throw .outputUnwritable(path: typed, reason: reason)
        }
    }

    /// Whether a path leads to a file, whatever it is called.
    private static func leads(_ path: String, to file: stat) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_dev == file.st_dev && facts.st_ino == file.st_ino
    }

    /// The folder that the file is in.
    var folder: String { (path as NSString).deletingLastPathComponent }
}
