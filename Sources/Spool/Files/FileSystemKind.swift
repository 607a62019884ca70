import CLinux
import Glibc

/// What a folder's file system is, by the number that statfs(2) gives, and what that means for a spool.
package enum FileSystemKind: Sendable, Equatable {
    /// On a disk of this machine, or in its memory.
    case local(name: String)
    /// Upper and lower layers joined: changes made below it are not told.
    case overlay
    /// Served by a program, which may or may not tell of changes.
    case fuse
    /// On another machine, whose changes are not told here.
    case network(name: String)
    /// A number that is not in the table.
    case unknown(magic: UInt32)

    /// From linux/magic.h and the sources of each file system.
    package init(magic: UInt32) {
        switch magic {
        case 0x6969: self = .network(name: "NFS")
        case 0x517B, 0xFF53_4D42, 0xFE53_4D42: self = .network(name: "SMB")
        case 0x0102_1997: self = .network(name: "9P")
        case 0x00C3_6400: self = .network(name: "Ceph")
        case 0x5346_414F, 0x6B41_4653: self = .network(name: "AFS")
        case 0x0BD0_0BD0: self = .network(name: "Lustre")
        case 0x786F_4256: self = .network(name: "VirtualBox shared folder")
        case 0x6573_5546: self = .fuse
        case 0x794C_7630: self = .overlay
        case 0xEF53: self = .local(name: "ext4")
        case 0x5846_5342: self = .local(name: "XFS")
        case 0x9123_683E: self = .local(name: "Btrfs")
        case 0x2FC1_2FC1: self = .local(name: "ZFS")
        case 0xF2F5_2010: self = .local(name: "F2FS")
        case 0x0102_1994: self = .local(name: "tmpfs")
        case 0x8584_58F6: self = .local(name: "ramfs")
        default: self = .unknown(magic: magic)
        }
    }

    /// Whether every change reaches inotify, whoever makes it.
    package var tellsOfChanges: Bool {
        if case .local = self { return true }
        return false
    }

    /// Whether SQLite's locks and shared memory can be relied on.
    package var holdsDatabases: Bool {
        if case .network = self { return false }
        return true
    }

    /// Whether what is written outlives a restart of the machine.
    package var isDurable: Bool { self != .local(name: "tmpfs") && self != .local(name: "ramfs") }

    package var name: String {
        switch self {
        case .local(let name), .network(let name): name
        case .overlay: "overlay"
        case .fuse: "FUSE"
        case .unknown(let magic): "file system 0x" + String(magic, radix: 16)
        }
    }
}

/// How much room a file system has for an ordinary user.
package struct FreeSpace: Sendable, Equatable {
    package var bytes: Int64
    /// Files that may still be made; `nil` where there is no such limit.
    package var files: Int64?
}

extension Folder {
    package func fileSystem() throws -> FileSystemKind {
        let magic = limner_file_system_magic(descriptor)
        guard magic >= 0 else { throw SpoolError.system(call: "fstatfs", path: path, errno: Int32(-magic)) }
        return FileSystemKind(magic: UInt32(magic))
    }

    package func freeSpace() throws -> FreeSpace {
        var facts = statvfs()
        guard fstatvfs(descriptor, &facts) == 0 else {
            throw SpoolError.system(call: "fstatvfs", path: path, errno: errno)
        }
        let (bytes, overflows) = UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize))
        return FreeSpace(
            bytes: overflows ? .max : Int64(clamping: bytes),
            files: facts.f_files == 0 ? nil : Int64(clamping: UInt64(facts.f_favail)))
    }
}
