/// Numbers of a TIFF structure (TIFF 6.0, section 2) in its own byte order; nil outside its bounds.
struct TIFFBytes {
    /// A field of a directory.
    struct Entry {
        let tag: Int
        let type: Int
        let count: Int
        /// Where the value stands: in the entry itself when it has at most four bytes.
        let place: Int
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
            entries.append(Entry(tag: tag, type: type, count: count, place: isInline ? at + 8 : value))
        }
        return entries
    }

    /// The first value of a field of whole numbers; nil for another type.
    func number(of entry: Entry) -> Int? {
        Self.length(ofType: entry.type).flatMap { number(at: entry.place, length: $0) }
    }

    /// The values of a field of whole numbers, at most `limit`.
    func numbers(of entry: Entry, limit: Int) -> [Int] {
        guard let length = Self.length(ofType: entry.type) else { return [] }
        return (0..<min(entry.count, limit)).compactMap { number(at: entry.place + $0 * length, length: length) }
    }

    /// Bytes of a type of whole numbers, signed or not.
    private static func length(ofType type: Int) -> Int? {
        switch type {
        case 1, 6, 7: 1
        case 3, 8: 2
        case 4, 9, 13: 4
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
