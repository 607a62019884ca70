import Glibc

/// Whether nobody else can have made a bundle what it is. Root, who may do anything, must not do what a stranger wrote into
/// a folder; so root replays only what is root's own.
enum BundleTrust {
    /// Why a folder cannot be trusted: the first path that somebody else owns or may write. Looked at are what lies in the
    /// folder, the folder, and each folder above it, whose entries could be exchanged. `nil` when all is well, or nothing is
    /// there to be trusted.
    ///
    /// - Parameter user: who may own it, besides root.
    static func doubt(about folder: String, user: uid_t) -> String? {
        guard let resolved = realpath(folder, nil) else {
            return errno == ENOENT ? nil : "\(folder): \(String(cString: strerror(errno)))"
        }
        let path = String(cString: resolved)
        free(resolved)
        do {
            for name in try Folder(path: path).names() {
                if let doubt = doubt(aboutOne: "\(path)/\(name)", user, sticky: false) { return doubt }
            }
        } catch {
            return "\(error)"
        }
        if let doubt = doubt(aboutOne: path, user, sticky: false) { return doubt }
        var above = path[...]
        while let slash = above.lastIndex(of: "/") {
            above = above[..<slash]
            if let doubt = doubt(aboutOne: above.isEmpty ? "/" : String(above), user, sticky: true) { return doubt }
        }
        return nil
    }

    /// The group's bits stand for access lists, too.
    ///
    /// - Parameter sticky: whether a sticky folder is none to doubt: in `/tmp`, others cannot exchange what is not theirs.
    private static func doubt(aboutOne path: String, _ user: uid_t, sticky: Bool) -> String? {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        if facts.st_uid != 0, facts.st_uid != user { return "\(path) belongs to user \(facts.st_uid)" }
        if facts.st_mode & S_IFMT == S_IFLNK { return "\(path) is a symbolic link" }
        if facts.st_mode & (S_IWGRP | S_IWOTH) != 0, !(sticky && facts.st_mode & S_ISVTX != 0) {
            return "\(path) may be written by others"
        }
        return nil
    }
}
