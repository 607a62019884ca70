/// The uncompressed entries of a zip archive, enough for the files that PyTorch writes.
///
/// Reads the end record (also its 64-bit form), the central directory and the local headers (PKWARE APPNOTE 6.3.9,
/// sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16). Compressed and encrypted entries, and archives in several parts, are errors.
struct ZipArchive {
    /// The bytes of each entry, by name.
    let entries: [String: ByteSlice]

    static func recognises(_ slice: ByteSlice) -> Bool {
        slice.withUnsafeBytes { $0.prefix(4).elementsEqual([0x50, 0x4b, 0x03, 0x04]) }
    }

    init(_ slice: ByteSlice) throws {
        var reader = ByteReader(slice, format: .torchZip)
        let directory = try Self.findDirectory(&reader)
        try reader.move(to: directory.offset, "the directory")
        var entries: [String: ByteSlice] = [:]
        var spans: [(name: String, range: Range<Int>)] = []
        for _ in 0..<directory.count {
            let entry = try Self.directoryEntry(&reader)
            let bytes = try Self.contents(of: entry, in: slice)
            if !bytes.range.isEmpty { spans.append((entry.name, bytes.range)) }
            guard entries.updateValue(bytes, forKey: entry.name) == nil else {
                throw reader.error(.duplicate(what: "the entry \(entry.name)"))
            }
        }
        spans.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (first, second) in zip(spans, spans.dropFirst()) where first.range.upperBound > second.range.lowerBound {
            throw reader.error(.overlapping(first: first.name, second: second.name))
        }
        self.entries = entries
    }

    private struct Directory {
        let offset: Int
        let count: Int
    }

    private struct Entry {
        var name: String
        var method: UInt16
        var flags: UInt16
        var storedSize: UInt64
        var size: UInt64
        var headerOffset: UInt64
    }

    private static let endSignature: UInt32 = 0x0605_4b50
    private static let end64LocatorSignature: UInt32 = 0x0706_4b50
    private static let end64Signature: UInt32 = 0x0606_4b50
    private static let directorySignature: UInt32 = 0x0201_4b50
    private static let localSignature: UInt32 = 0x0403_4b50
    private static let endSize = 22
    private static let longestComment = 0xffff
    /// Bytes of the fixed part of a directory entry: an archive has at most its size divided by this.
    private static let directoryEntrySize = 46

    private static func findDirectory(_ reader: inout ByteReader) throws -> Directory {
        let size = reader.slice.count
        let found = reader.slice.withUnsafeBytes { bytes -> Int? in
            guard size >= endSize else { return nil }
            let first = max(0, size - endSize - longestComment)
            return stride(from: size - endSize, through: first, by: -1).first { offset in
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) == endSignature
            }
        }
        guard let end = found else { throw reader.error(.missingEntry("end of a zip archive")) }
        try reader.move(to: end + 8, "the end record")
        _ = try reader.integer(UInt16.self, "the end record")
        var count = UInt64(try reader.integer(UInt16.self, "the end record"))
        _ = try reader.integer(UInt32.self, "the end record")
        var offset = UInt64(try reader.integer(UInt32.self, "the end record"))
        if count == 0xffff || offset == 0xffff_ffff, end >= 20 {
            try reader.move(to: end - 20, "the end locator")
            if try reader.integer(UInt32.self, "the end locator") == end64LocatorSignature {
                _ = try reader.integer(UInt32.self, "the end locator")
                let position = try reader.integer(UInt64.self, "the end locator")
                try reader.move(to: Int(clamping: position), "the 64-bit end record")
                guard try reader.integer(UInt32.self, "the 64-bit end record") == end64Signature else {
                    throw reader.error(.missingEntry("64-bit end record"))
                }
                _ = try reader.take(28, "the 64-bit end record")
                count = try reader.integer(UInt64.self, "the 64-bit end record")
                _ = try reader.integer(UInt64.self, "the 64-bit end record")
                offset = try reader.integer(UInt64.self, "the 64-bit end record")
            }
        }
        let possible = size / directoryEntrySize
        guard count <= UInt64(possible) else {
            throw reader.error(.tooLarge(what: "the number of entries", value: Int(clamping: count), limit: possible))
        }
        return Directory(offset: Int(clamping: offset), count: Int(count))
    }

    private static func directoryEntry(_ reader: inout ByteReader) throws -> Entry {
        let what = "a directory entry"
        guard try reader.integer(UInt32.self, what) == directorySignature else {
            throw reader.error(.missingEntry("directory entry at byte \(reader.position - 4)"))
        }
        _ = try reader.take(4, what)
        let flags = try reader.integer(UInt16.self, what)
        let method = try reader.integer(UInt16.self, what)
        _ = try reader.take(8, what)
        let storedSize = try reader.integer(UInt32.self, what)
        let size = try reader.integer(UInt32.self, what)
        let nameLength = Int(try reader.integer(UInt16.self, what))
        let extraLength = Int(try reader.integer(UInt16.self, what))
        let commentLength = Int(try reader.integer(UInt16.self, what))
        _ = try reader.take(8, what)
        let offset = try reader.integer(UInt32.self, what)
        let name = try reader.text(nameLength, "the name of an entry")
        let extra = try reader.take(extraLength, "the extra field of \(name)")
        _ = try reader.take(commentLength, "the comment of \(name)")
        var entry = Entry(
            name: name, method: method, flags: flags, storedSize: UInt64(storedSize), size: UInt64(size),
            headerOffset: UInt64(offset))
        try widen(&entry, ByteReader(extra, format: .torchZip))
        return entry
    }

    /// Fields that are all ones stand in the 64-bit extra field (identifier 1), in this order.
    private static func widen(_ entry: inout Entry, _ extra: ByteReader) throws {
        var extra = extra
        while extra.remaining >= 4 {
            let identifier = try extra.integer(UInt16.self, "an extra field")
            let length = Int(try extra.integer(UInt16.self, "an extra field"))
            var field = ByteReader(try extra.take(length, "an extra field"), format: .torchZip)
            guard identifier == 1 else { continue }
            if entry.size == 0xffff_ffff { entry.size = try field.integer(UInt64.self, "a 64-bit size") }
            if entry.storedSize == 0xffff_ffff { entry.storedSize = try field.integer(UInt64.self, "a 64-bit size") }
            if entry.headerOffset == 0xffff_ffff {
                entry.headerOffset = try field.integer(UInt64.self, "a 64-bit offset")
            }
        }
    }

    private static func contents(of entry: Entry, in slice: ByteSlice) throws -> ByteSlice {
        var reader = ByteReader(slice, format: .torchZip)
        guard entry.method == 0, entry.flags & 1 == 0, entry.storedSize == entry.size else {
            let isProgram = entry.name.contains("/" + TorchFile.program)
            throw reader.error(
                isProgram ? .wholeModel : .unsupportedFeature("the compressed or encrypted entry \(entry.name)"))
        }
        try reader.move(to: Int(clamping: entry.headerOffset), "the entry \(entry.name)")
        guard try reader.integer(UInt32.self, "the header of \(entry.name)") == localSignature else {
            throw reader.error(.missingEntry("header for \(entry.name)"))
        }
        _ = try reader.take(22, "the header of \(entry.name)")
        let nameLength = Int(try reader.integer(UInt16.self, "the header of \(entry.name)"))
        let extraLength = Int(try reader.integer(UInt16.self, "the header of \(entry.name)"))
        _ = try reader.take(nameLength + extraLength, "the header of \(entry.name)")
        return try reader.take(Int(clamping: entry.size), "the entry \(entry.name)")
    }
}
