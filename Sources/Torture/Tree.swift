import Foundation
import Glibc

/// Folders and files as they lie on the disk.
enum Tree {
    /// Every file below a folder, as paths relative to it, in order; what is gone meanwhile is left out.
    static func files(below folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter { path in
            var status = stat()
            return lstat(folder + "/" + path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
        }.sorted()
    }

    /// The names in a folder, in order; none when there is no such folder.
    static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// SHA-256 of a file; `nil` when it cannot be read.
    static func hash(of path: String) -> String? { FileManager.default.contents(atPath: path).map { sha256($0) } }

    static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
}
