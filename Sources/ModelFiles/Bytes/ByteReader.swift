import Parsing

/// A cursor over a stretch of a file that never reads past its end.
struct ByteReader {
    let slice: ByteSlice
    let format: FileFormat
    /// Offset of the next byte, relative to the slice.
    private(set) var position = 0

    init(_ slice: ByteSlice, format: FileFormat) {
        self.slice = slice
        self.format = format
    }

    var remaining: Int { slice.count - position }

    func error(_ fault: FormatFault) -> ModelFileError {
        .malformed(path: slice.file.path, format: format, fault: fault)
    }

    /// Runs `body` and adds the file to a fault that it throws.
    func locating<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let fault as FormatFault {
            throw error(fault)
        }
    }

    /// Takes the next `count` bytes without copying them.
    mutating func take(_ count: Int, _ what: @autoclosure () -> String) throws -> ByteSlice {
        guard count >= 0 else { throw error(.negative(what: "the length of \(what())", value: count)) }
        guard count <= remaining else {
            throw error(.truncated(what: what(), at: position, needed: count, available: remaining))
        }
        let start = slice.range.lowerBound + position
        position += count
        return ByteSlice(slice.file, range: start..<start + count)
    }

    /// Moves the cursor to an offset inside the slice.
    mutating func move(to offset: Int, _ what: @autoclosure () -> String) throws {
        guard offset >= 0, offset <= slice.count else {
            throw error(.outside(what: what(), start: offset, end: offset, size: slice.count))
        }
        position = offset
    }

    /// The next bytes for a message, at most `count`, without moving.
    func peek(_ count: Int) -> [UInt8] {
        slice.withUnsafeBytes { Array($0[position..<min(position + count, $0.count)]) }
    }

    /// A little-endian integer of any width.
    mutating func integer<T: FixedWidthInteger>(_ type: T.Type, _ what: @autoclosure () -> String) throws -> T {
        let bytes = try take(MemoryLayout<T>.size, what())
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(as: T.self)) }
    }

    mutating func byte(_ what: @autoclosure () -> String) throws -> UInt8 {
        try integer(UInt8.self, what())
    }

    /// A length stored in an unsigned type; refused when it exceeds what is left of the file.
    mutating func length<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type, _ what: @autoclosure () -> String
    ) throws -> Int {
        let at = position
        let value = try integer(type, what())
        guard value <= UInt64(remaining) else {
            throw error(
                .truncated(what: what(), at: at, needed: Int(clamping: value), available: remaining))
        }
        return Int(value)
    }

    mutating func text(_ count: Int, _ what: @autoclosure () -> String) throws -> String {
        let at = position
        let bytes = try take(count, what())
        guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }), TextRule.isBounded(text)
        else {
            throw error(.notText(what: what(), at: at))
        }
        return text
    }

    /// The text up to the next line feed, which is taken too.
    mutating func line(_ what: @autoclosure () -> String, limit: Int = 1024) throws -> String {
        let length = slice.withUnsafeBytes { bytes in
            bytes[position..<min(position + limit, bytes.count)].firstIndex(of: 0x0a).map { $0 - position }
        }
        guard let length else {
            throw error(.truncated(what: what(), at: position, needed: min(limit, remaining) + 1, available: remaining))
        }
        let text = try text(length, what())
        position += 1
        return text
    }
}
