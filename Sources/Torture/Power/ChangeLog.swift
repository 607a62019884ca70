import Foundation
import Spool

/// An entry of a folder, by the folder's inode.
struct FolderEntry: Hashable {
    var folder: UInt64
    var name: FileName
}

/// One change to a disk, or what an observer knew at that moment.
enum DiskChange: Equatable {
    /// Without an entry for a file that has no name yet.
    case created(UInt64, isFolder: Bool, FolderEntry?)
    case wrote(UInt64, offset: Int, [UInt8])
    case resized(UInt64, Int)
    /// A file's contents and size, or a folder's entries, were made durable.
    case synced(UInt64)
    case syncedAll
    case renamed(UInt64, from: FolderEntry, to: FolderEntry)
    case linked(UInt64, FolderEntry)
    case removed(FolderEntry)
    case marked([UInt8])
}

/// What `limner-power-log` wrote: every change to the files below one folder, in the order of effect.
struct ChangeLog {
    /// The log does not hold what it should.
    struct Damage: Error, CustomStringConvertible {
        var description: String
    }

    var changes: [DiskChange]

    /// Reads the records that `CPowerLog.h` describes.
    ///
    /// - Throws: ``Damage`` for an unknown operation or a record that is cut short; what the disk refuses.
    init(path: String) throws {
        changes = []
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        try data.withUnsafeBytes { bytes in
            var reader = RecordReader(bytes: bytes)
            while let change = try reader.next() { changes.append(change) }
        }
    }

    init(changes: [DiskChange]) { self.changes = changes }

    /// The same changes as they would have been had SQLite run with `synchronous=NORMAL`.
    ///
    /// In WAL mode the two differ in one thing: at FULL each commit ends with a sync of the log that holds its frames,
    /// at NORMAL it does not. Both sync a log whose header is new and, before a checkpoint, the whole log. So a sync that
    /// follows a written frame directly is a commit's and goes; one that follows a header, or another sync, stays.
    func atNormal(log name: FileName) -> ChangeLog {
        var logs: Set<UInt64> = []
        var endsWithFrame: Set<UInt64> = []
        let kept = changes.filter { change in
            switch change {
            case .created(let inode, isFolder: false, let entry):
                endsWithFrame.remove(inode)
                if entry?.name == name { logs.insert(inode) } else { logs.remove(inode) }
            case .wrote(let inode, let offset, let bytes) where logs.contains(inode):
                if offset == 0, bytes.count == Self.headerBytes {
                    endsWithFrame.remove(inode)
                } else {
                    endsWithFrame.insert(inode)
                }
            case .synced(let inode): return endsWithFrame.remove(inode) == nil
            default: break
            }
            return true
        }
        return ChangeLog(changes: kept)
    }

    /// Length of the header of SQLite's write-ahead log; <https://www.sqlite.org/fileformat2.html#walformat>.
    private static let headerBytes = 32

    /// Writes a mark into a log that other processes are writing to.
    static func mark(_ bytes: [UInt8], path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolError.system(call: "open", path: path, errno: errno) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw SpoolError.system(call: "flock", path: path, errno: errno) }
        let record = RecordReader.header(operation: RecordReader.marked, bytes: bytes.count) + bytes
        guard record.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == record.count else {
            throw SpoolError.system(call: "write", path: path, errno: errno)
        }
    }
}

/// Takes records apart; the numbers are those of `CPowerLog.h`.
private struct RecordReader {
    static let marked: UInt32 = 9
    private static let headerLength = 56

    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    static func header(operation: UInt32, bytes: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: headerLength)
        header.withUnsafeMutableBytes {
            $0.storeBytes(of: operation, as: UInt32.self)
            $0.storeBytes(of: UInt64(bytes), toByteOffset: 48, as: UInt64.self)
        }
        return header
    }

    mutating func next() throws -> DiskChange? {
        if position == bytes.count { return nil }
        let start = position
        let header = try take(Self.headerLength)
        func word(_ offset: Int) -> Int { Int(header.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        func number(_ offset: Int) -> UInt64 { header.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        let inode = number(16)
        let entries = try [(word(4), number(24)), (word(8), number(32))].map { length, folder -> FolderEntry? in
            let name = try take(length)
            return name.isEmpty ? nil : FolderEntry(folder: folder, name: FileName(bytes: Array(name)))
        }
        let data = Array(try take(Int(number(48))))
        let offset = Int(number(40))
        switch (word(0), entries[0], entries[1]) {
        case (1, let entry, _): return .created(inode, isFolder: word(12) != 0, entry)
        case (2, _, _): return .wrote(inode, offset: offset, data)
        case (3, _, _): return .resized(inode, offset)
        case (4, _, _): return .synced(inode)
        case (5, _, _): return .syncedAll
        case (6, let from?, let to?): return .renamed(inode, from: from, to: to)
        case (7, let entry?, _): return .linked(inode, entry)
        case (8, let entry?, _): return .removed(entry)
        case (Int(Self.marked), _, _): return .marked(data)
        default: throw ChangeLog.Damage(description: "no sense in the record at byte \(start) of the log of changes")
        }
    }

    private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, bytes.count - position >= count else {
            throw ChangeLog.Damage(description: "the log of changes is cut short at byte \(position)")
        }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }
}
