import Glibc

/// An open folder. Entries are reached through its descriptor by one name at a time, so that neither a symbolic
/// link nor a folder that was renamed meanwhile can lead anywhere else.
package final class Folder: Sendable {
    package let descriptor: Int32
    /// Where it was opened; for messages only.
    package let path: String

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a folder that the configuration names; here, and only here, symbolic links are followed.
    package convenience init(path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolError.system(call: "open", path: path, errno: errno) }
        self.init(descriptor: descriptor, path: path)
    }

    /// Opens a folder in this one, and makes it first when asked to.
    ///
    /// - Throws: ``SpoolError/system(call:path:errno:)``, `ELOOP` or `ENOTDIR` for a symbolic link among them.
    package func folder(_ name: FileName, creating: Bool = false) throws -> Folder {
        if creating, name.withPath({ mkdirat(descriptor, $0, 0o770) }) != 0, errno != EEXIST {
            throw failure("mkdir", name)
        }
        let opened = name.withPath { openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard opened >= 0 else { throw failure("open", name) }
        return Folder(descriptor: opened, path: path + "/" + name.description)
    }

    /// Walks down; every step refuses symbolic links.
    package func folder(_ names: some Sequence<FileName>) throws -> Folder {
        var folder = self
        for name in names { folder = try folder.folder(name) }
        return folder
    }

    /// All names but `.` and `..`, in no order.
    package func names() throws -> [FileName] {
        var names: [FileName] = []
        try forEachName { names.append($0) }
        return names
    }

    /// Calls `body` with each name but `.` and `..`, in no order, without holding them all.
    func forEachName(_ body: (FileName) throws -> Void) throws {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let error = errno
            if copy >= 0 { close(copy) }
            throw SpoolError.system(call: "open", path: path, errno: error)
        }
        defer { closedir(stream) }
        errno = 0
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in Array(buffer.prefix { $0 != 0 }) }
            if bytes != [46], bytes != [46, 46] { try body(FileName(bytes: bytes)) }
            errno = 0
        }
        if errno != 0 { throw SpoolError.system(call: "readdir", path: path, errno: errno) }
    }

    /// What an entry is; `nil` when there is none. Nothing is followed or opened.
    package func facts(_ name: FileName) throws -> FileFacts? {
        var status = stat()
        if name.withPath({ fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 { return FileFacts(status) }
        if errno == ENOENT { return nil }
        throw failure("stat", name)
    }

    /// Renames an entry into another folder of the same file system, never over an existing one. The target is
    /// always a folder of our own, so nobody can take the name between the look and the rename.
    ///
    /// - Throws: `EEXIST` when the new name is taken, `ENOENT` when the old one is gone, `EXDEV` between file systems.
    package func move(_ name: FileName, to target: Folder, as newName: FileName) throws {
        if try target.facts(newName) != nil {
            throw SpoolError.system(call: "rename", path: target.path + "/" + newName.description, errno: EEXIST)
        }
        let result = name.withPath { old in
            newName.withPath { new in renameat(descriptor, old, target.descriptor, new) }
        }
        guard result == 0 else { throw failure("rename", name) }
    }

    /// Makes the folder's entries durable.
    package func sync() throws {
        guard fsync(descriptor) == 0 else { throw SpoolError.system(call: "fsync", path: path, errno: errno) }
    }

    /// The error of the call that has just failed.
    func failure(_ call: String, _ name: FileName) -> SpoolError {
        SpoolError.system(call: call, path: path + "/" + name.description, errno: errno)
    }
}

extension FileName {
    /// Calls a C function with the name, zero-terminated.
    func withPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { buffer in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: buffer.count + 1) { path in
                for (index, byte) in buffer.enumerated() { path[index] = CChar(bitPattern: byte) }
                path[buffer.count] = 0
                return body(UnsafePointer(path.baseAddress!))
            }
        }
    }
}

extension Folder {
    /// The file system that the folder lies on.
    package func device() throws -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SpoolError.system(call: "fstat", path: path, errno: errno) }
        return UInt64(status.st_dev)
    }
}
