import Glibc

/// What makes one file the same file, unchanged, at two looks.
package struct FileIdentity: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64
    /// Bytes.
    package var size: Int64
    /// Nanoseconds since 1970, modulo 2^64: a file may name any year, and the number is compared for equality only.
    package var modified: Int64
    /// As ``modified``; also moves when the file is renamed, linked or given other rights.
    package var changed: Int64

    package init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// Whether both are the same file with the same contents, a rename aside.
    package func isUnchanged(since earlier: FileIdentity) -> Bool {
        device == earlier.device && inode == earlier.inode && size == earlier.size && modified == earlier.modified
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

extension Int64 {
    /// The sum, or the largest or smallest number there is: two sparse files may claim more bytes than can be counted.
    func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }
}

/// What an entry of a folder is, without following or opening it.
package struct FileFacts: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case regular
        case folder
        /// Symbolic link, FIFO, socket or device.
        case special(Special)
    }

    package enum Special: String, Sendable {
        case symbolicLink = "symbolic link"
        case fifo = "FIFO"
        case socket
        case device
    }

    package var kind: Kind
    package var identity: FileIdentity

    package init(_ status: stat) {
        identity = FileIdentity(status)
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .special(.symbolicLink)
            case S_IFIFO: .special(.fifo)
            case S_IFSOCK: .special(.socket)
            default: .special(.device)
            }
    }
}
