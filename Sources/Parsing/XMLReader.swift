/// The tags and texts of an XML document in UTF-8 or UTF-16, in order; comments, instructions and declarations are skipped.
///
/// Lenient: whether tags match is not asked, entities stay as they are, and the document ends at a tag that does not. The cost is
/// linear in the bytes.
struct XMLReader {
    struct Name {
        /// Empty when there is none.
        let prefix: String
        let local: String
    }

    struct Attribute {
        let name: Name
        let text: ArraySlice<UInt8>
    }

    enum Token {
        case opening(Name, [Attribute], isEmpty: Bool)
        case closing
        case text(ArraySlice<UInt8>)
    }

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: some Collection<UInt8>) { self.bytes = Self.narrowed(Array(bytes)) }

    /// Nil at the end.
    mutating func next() -> Token? {
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "<") else {
                let end = bytes[at...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
                defer { at = end }
                return .text(bytes[at..<end])
            }
            if let text = part(from: "<![CDATA[", to: "]]>") { return .text(text) }
            if part(from: "<!--", to: "-->") != nil || part(from: "<?", to: "?>") != nil { continue }
            if part(from: "<!", to: ">") != nil { continue }
            return part(from: "</", to: ">") == nil ? opening() : .closing
        }
        return nil
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    /// What stands between two marks when the first is here, of which it is then the rest that follows; nil otherwise.
    private mutating func part(from start: String, to end: String) -> ArraySlice<UInt8>? {
        guard bytes[at...].starts(with: start.utf8) else { return nil }
        let from = at + start.utf8.count
        let mark = Array(end.utf8)
        guard let found = bytes.firstIndex(of: mark, from: from) else {
            at = bytes.count
            return bytes[from...]
        }
        at = found + mark.count
        return bytes[from..<found]
    }

    private mutating func opening() -> Token? {
        at += 1
        let name = name()
        var attributes: [Attribute] = []
        var isEmpty = false
        while let byte = afterSpace() {
            switch byte {
            case UInt8(ascii: ">"):
                at += 1
                return .opening(name, attributes, isEmpty: isEmpty)
            case UInt8(ascii: "/"):
                isEmpty = true
                at += 1
            case _ where Self.ends.contains(byte): at += 1
            default: if let attribute = attribute() { attributes.append(attribute) }
            }
        }
        return nil
    }

    /// Nil when the name has no value.
    private mutating func attribute() -> Attribute? {
        let name = name()
        guard afterSpace() == UInt8(ascii: "=") else { return nil }
        at += 1
        guard let quote = afterSpace(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        at += 1
        let end = bytes[at...].firstIndex(of: quote) ?? bytes.count
        defer { at = min(end + 1, bytes.count) }
        return Attribute(name: name, text: bytes[at..<end])
    }

    /// Up to what ends a name; empty when that is here.
    private mutating func name() -> Name {
        let end = bytes[at...].firstIndex { Self.isSpace($0) || Self.ends.contains($0) } ?? bytes.count
        defer { at = end }
        let parts = bytes[at..<end].split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        return Name(
            prefix: parts.count > 1 ? String(decoding: parts[0], as: UTF8.self) : "",
            local: String(decoding: parts[parts.count - 1], as: UTF8.self))
    }

    private static let ends = Set("/>=\"'<".utf8)

    /// The next byte that is no white space; nil at the end.
    private mutating func afterSpace() -> UInt8? {
        at = bytes[at...].firstIndex { !Self.isSpace($0) } ?? bytes.count
        return at < bytes.count ? bytes[at] : nil
    }

    /// UTF-16, with its mark or without, as ASCII: markup has no other letters, and what has becomes a question mark.
    private static func narrowed(_ bytes: [UInt8]) -> [UInt8] {
        let isBig = bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0, UInt8(ascii: "<")])
        guard isBig || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [UInt8(ascii: "<"), 0]) else {
            return bytes
        }
        return stride(from: 0, to: bytes.count - 1, by: 2).map { at in
            let (high, low) = isBig ? (bytes[at], bytes[at + 1]) : (bytes[at + 1], bytes[at])
            return high == 0 && low < 0x80 ? low : UInt8(ascii: "?")
        }
    }
}
