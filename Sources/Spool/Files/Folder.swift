import CLinux
import Foundation
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
        guard result == 0 else {
            let (from, to) = ("\(path)/\(name)", "\(target.path)/\(newName)")
            throw SpoolError.rename(from: from, to: to, errno: errno)
        }
    }

    /// Gives a file a second name, in another folder of the same file system; never over an existing one.
    ///
    /// - Returns: `false` where the file system has no such names, or the file's rights deny them to others than its owner.
    /// - Throws: `EEXIST` when the new name is taken, `ENOENT` when the old one is gone.
    func link(_ name: FileName, to target: Folder, as newName: FileName) throws -> Bool {
        let result = name.withPath { old in
            newName.withPath { new in linkat(descriptor, old, target.descriptor, new, 0) }
        }
        if result == 0 { return true }
        guard ![EPERM, EACCES, EOPNOTSUPP, EMLINK, EXDEV].contains(errno) else { return false }
        throw target.failure("link", newName)
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

/// Which folder one is, and where a rename reaches from it.
struct FolderPlace: Sendable, Equatable {
    var device: UInt64
    var inode: UInt64
    /// The mount that it was reached through; 0 before Linux 5.8, which does not tell.
    var mount: UInt64

    func isSameFolder(as other: FolderPlace) -> Bool { device == other.device && inode == other.inode }

    /// Whether it lies at a path; what cannot be asked counts as that.
    func lies(at path: String) -> Bool {
        do {
            return try Folder.place(at: path)?.isSameFolder(as: self) ?? false
        } catch {
            return true
        }
    }

    /// Whether rename(2) leads from one to the other. It stops at every mount, a bind mount of the same disk among them, and
    /// at the subvolumes of Btrfs, which have devices of their own.
    func isReached(from other: FolderPlace) -> Bool { device == other.device && mount == other.mount }
}

extension Folder {
    func place() throws -> FolderPlace { try Self.place(of: path, descriptor, "") }

    /// Of what stands at a path now; `nil` when nothing does.
    static func place(at path: String) throws -> FolderPlace? {
        do {
            return try place(of: path, AT_FDCWD, path)
        } catch let error as SpoolError where error.errno == ENOENT || error.errno == ENOTDIR {
            return nil
        }
    }

    private static func place(of path: String, _ folder: Int32, _ relative: String) throws -> FolderPlace {
        var place = limner_folder_place()
        let result = limner_find_place(folder, relative, &place)
        guard result == 0 else { throw SpoolError.system(call: "statx", path: path, errno: -result) }
        return FolderPlace(device: place.device, inode: place.inode, mount: place.mount)
    }

    /// What follows a folder in a path that leads below it, by its name or through others, such as that of a symbolic link; `nil` of
    /// a path that leads elsewhere. What follows need not exist.
    ///
    /// - Parameters:
    ///   - path: absolute; raw bytes.
    ///   - folder: absolute.
    package static func rest(of path: [UInt8], below folder: String) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        let named = Array(folder.utf8) + [slash]
        if path.starts(with: named) { return Array(path.dropFirst(named.count)) }
        guard let place = try? Self.place(at: folder) else { return nil }
        for end in path.indices.dropFirst() where path[end] == slash {
            guard let above = String(validating: path[..<end], as: UTF8.self) else { return nil }
            if let there = try? Self.place(at: above), there.isSameFolder(as: place) {
                return Array(path[(end + 1)...].drop { $0 == slash })
            }
        }
        return nil
    }

    /// Where an open folder lies now, whatever has been renamed since it was opened.
    var presentPath: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    /// Why files cannot be taken out of the folder; `nil` when they can. A sticky bit may still protect some of them.
    func obstacleToTaking() -> Int32? {
        faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) == 0 ? nil : errno
    }

    /// Whether only who owns a file, or the folder, may take it out.
    static func isSticky(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_ISVTX != 0
    }

    /// The name under which an entry stands here: the very bytes, or else one that Unicode takes for the same text. A name
    /// with accents comes composed (NFC) from most systems and decomposed (NFD) from macOS.
    func name(like name: FileName) throws -> FileName {
        guard let text = name.text, !text.utf8.allSatisfy({ $0 < 0x80 }), try facts(name) == nil else { return name }
        var found = name
        try forEachName { if $0.text == text { found = $0 } }
        return found
    }
}
