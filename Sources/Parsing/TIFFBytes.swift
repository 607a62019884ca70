/// Numbers of a TIFF structure (TIFF 6.0, section 2) in its own byte order; nil outside its bounds.
struct TIFFBytes {
    /// A field of a directory.
    struct Entry {
        let tag: Int
        let type: Int
        let count: Int
        /// The end of the entry: a value that fits, or where it stands.
        let field: Int
        /// Where the value stands.
        let place: Int

        var isInline: Bool { place == field }
    }

    private let bytes: [UInt8]
    private let littleEndian: Bool
    /// Counts and places have eight bytes (BigTIFF).
    private let isBig: Bool

    /// Nil unless the bytes begin with a byte order and the number 42, or that of BigTIFF, 43.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return nil }
        switch bytes[..<4] {
        case [0x49, 0x49, 42, 0], [0x49, 0x49, 43, 0]: littleEndian = true
        case [0x4D, 0x4D, 0, 42], [0x4D, 0x4D, 0, 43]: littleEndian = false
        default: return nil
        }
        isBig = bytes[littleEndian ? 2 : 3] == 43
        self.bytes = bytes
    }

    /// Where the first directory stands.
    var first: Int? { offset(at: isBig ? 8 : 4) }

    /// Where the one behind a directory stands; nil behind the last.
    func next(after directory: Int) -> Int? {
        guard let count = count(at: directory), count < bytes.count else { return nil }
        return offset(at: directory + head + count * length).flatMap { $0 == 0 ? nil : $0 }
    }

    /// Bytes before the entries of a directory, and those of an entry.
    private var head: Int { isBig ? 8 : 2 }
    private var length: Int { isBig ? 20 : 12 }

    /// No directory that is read has more fields; the counts of large files have eight bytes.
    private static let mostEntries = 65_535

    private func count(at directory: Int) -> Int? {
        number(at: directory, length: head).flatMap { $0 <= Self.mostEntries ? $0 : nil }
    }
    private func offset(at place: Int) -> Int? { number(at: place, length: isBig ? 8 : 4) }

    func byte(at offset: Int) -> Int? { number(at: offset, length: 1) }
    func short(at offset: Int) -> Int? { number(at: offset, length: 2) }
    func long(at offset: Int) -> Int? { number(at: offset, length: 4) }

    /// The fields of the directory at an offset, as many as there are bytes for.
    func entries(at directory: Int) -> [Entry] {
        guard let count = count(at: directory) else { return [] }
        let room = isBig ? 8 : 4
        var entries: [Entry] = []
        for index in 0..<count {
            let at = directory + head + index * length
            let field = at + 4 + room
            guard let tag = short(at: at), let type = short(at: at + 2), let count = offset(at: at + 4),
                let value = number(at: field, length: room, isHeld: true)
            else { break }
            let isInline = Self.length(ofType: type).map { max(count, 1) <= room / $0 } ?? true
            entries.append(Entry(tag: tag, type: type, count: count, field: field, place: isInline ? field : value))
        }
        return entries
    }

    /// The first value of a field of whole numbers; nil for another type.
    func number(of entry: Entry) -> Int? {
        guard Self.wholeNumbers.contains(entry.type) else { return nil }
        return Self.length(ofType: entry.type).flatMap { number(at: entry.place, length: $0) }
    }

    /// The first value also of a field of text, whose first character is a digit, or of ratios, whose first is whole.
    func value(of entry: Entry) -> Int? {
        switch entry.type {
        case Self.text: byte(at: entry.place).map { $0 - Int(UInt8(ascii: "0")) }
        case let type where Self.ratios.contains(type): ratio(at: entry.place)
        default: number(of: entry)
        }
    }

    private func ratio(at offset: Int) -> Int? {
        guard let over = long(at: offset), let under = long(at: offset + 4), under > 0, over % under == 0 else {
            return nil
        }
        return over / under
    }

    /// The bytes of a field of bytes; nil for another type, or when they lie outside.
    func bytes(of entry: Entry) -> ArraySlice<UInt8>? {
        guard Self.length(ofType: entry.type) == 1, entry.place <= bytes.count - entry.count else { return nil }
        return bytes[entry.place..<entry.place + entry.count]
    }

    private static let text = 2
    private static let ratios: Set = [5, 10]
    private static let wholeNumbers: Set = [1, 3, 4, 6, 7, 8, 9, 13, 16, 17, 18]

    /// Bytes of a type's value; nil for a type that is not known.
    private static func length(ofType type: Int) -> Int? {
        switch type {
        case 1, 2, 6, 7: 1
        case 3, 8: 2
        case 4, 9, 11, 13: 4
        case 5, 10, 12, 16, 17, 18: 8
        default: nil
        }
    }

    /// - Parameter isHeld: whether a number of eight bytes that is too large is the largest, in place of none.
    private func number(at offset: Int, length: Int, isHeld: Bool = false) -> Int? {
        guard offset >= 0, offset <= bytes.count - length else { return nil }
        let slice = bytes[offset..<(offset + length)]
        let number =
            littleEndian
            ? slice.reversed().reduce(0) { $0 << 8 | Int($1) }
            : slice.reduce(0) { $0 << 8 | Int($1) }
        return number >= 0 ? number : isHeld ? .max : nil
    }
}
