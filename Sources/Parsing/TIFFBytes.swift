/// Numbers of a TIFF structure (TIFF 6.0, section 2) in its own byte order; nil outside its bounds.
struct TIFFBytes {
    /// A field of a directory.
    struct Entry {
        let tag: Int
        let type: Int
        let count: Int
        /// The last four bytes of the entry: a value that fits, or where it stands.
        let field: Int
        /// Where the value stands.
        let place: Int

        var isInline: Bool { place == field }
    }

    private let bytes: [UInt8]
    private let littleEndian: Bool

    /// Nil unless the bytes begin with a byte order and the number 42.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x49, 0x49, 42, 0]) {
            littleEndian = true
        } else if bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
            littleEndian = false
        } else {
            return nil
        }
        self.bytes = bytes
    }

    func byte(at offset: Int) -> Int? { number(at: offset, length: 1) }
    func short(at offset: Int) -> Int? { number(at: offset, length: 2) }
    func long(at offset: Int) -> Int? { number(at: offset, length: 4) }

    /// The fields of the directory at an offset, as many as there are bytes for.
    func entries(at directory: Int) -> [Entry] {
        guard let count = short(at: directory) else { return [] }
        var entries: [Entry] = []
        for index in 0..<count {
            let at = directory + 2 + index * 12
            guard let tag = short(at: at), let type = short(at: at + 2), let count = long(at: at + 4),
                let value = long(at: at + 8)
            else { break }
            let isInline = Self.length(ofType: type).map { max(count, 1) <= 4 / $0 } ?? true
            entries.append(Entry(tag: tag, type: type, count: count, field: at + 8, place: isInline ? at + 8 : value))
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
    private static let wholeNumbers: Set = [1, 3, 4, 6, 7, 8, 9, 13]

    /// Bytes of a type's value; nil for a type that is not known.
    private static func length(ofType type: Int) -> Int? {
        switch type {
        case 1, 2, 6, 7: 1
        case 3, 8: 2
        case 4, 9, 11, 13: 4
        case 5, 10, 12: 8
        default: nil
        }
    }

    private func number(at offset: Int, length: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - length else { return nil }
        let slice = bytes[offset..<(offset + length)]
        return littleEndian
            ? slice.reversed().reduce(0) { $0 << 8 | Int($1) }
            : slice.reduce(0) { $0 << 8 | Int($1) }
    }
}
