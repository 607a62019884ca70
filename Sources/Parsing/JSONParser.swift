/// What a JSON text may cost its reader.
package struct JSONLimits: Sendable {
    /// Levels of objects and arrays.
    package var depth: Int
    /// Values in all; each takes some 80 bytes as a ``JSONNode``.
    package var values: Int
    /// Bytes of one key.
    package var keyLength: Int
    /// Combining marks in a row, in keys and strings; see ``TextRule``.
    package var marks: Int

    package init(
        depth: Int = 64, values: Int = 100_000, keyLength: Int = 1024, marks: Int = TextRule.marks
    ) {
        self.depth = depth
        self.values = values
        self.keyLength = keyLength
        self.marks = marks
    }
}

/// Reads JSON (RFC 8259) strictly: one value, UTF-8, no duplicate keys, no trailing commas, within ``JSONLimits``. A byte order mark
/// before it is passed over, as the RFC allows.
///
/// Time and memory are proportional to the text.
package struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private let limits: JSONLimits
    private var values = 0

    /// Makes sure that a text may be handed to a decoder that knows no limits.
    ///
    /// - Throws: as ``parse(_:limits:)``.
    package static func check(
        _ bytes: some Sequence<UInt8>, limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) {
        _ = try parse(bytes, limits: limits)
    }

    /// Reads a whole text.
    ///
    /// - Throws: ``JSONSyntaxError`` at the first mistake.
    package static func parse(
        _ bytes: some Sequence<UInt8>, limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) -> JSONNode {
        var parser = JSONParser(Array(TextRule.withoutMark(Array(bytes))), limits)
        if TextRule.isUTF16(parser.bytes) { throw parser.mistake("the text is UTF-16; save it as UTF-8") }
        guard String(validating: parser.bytes, as: UTF8.self) != nil else {
            throw parser.mistake("the text is not UTF-8")
        }
        parser.skipSpace()
        let node = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.index < parser.bytes.count { throw parser.mistake("text goes on after the end of the value") }
        return node
    }

    private init(_ bytes: [UInt8], _ limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private var place: JSONNode.Place { JSONNode.Place(line: line, column: index - lineStart + 1) }

    private func mistake(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(place: place, reason: reason) }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\n"):
                index += 1
                line += 1
                lineStart = index
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONNode {
        guard depth <= limits.depth else { throw mistake("nested deeper than \(limits.depth) levels") }
        values += 1
        guard values <= limits.values else { throw mistake("more than \(limits.values) values") }
        let start = place
        switch current {
        case UInt8(ascii: "{"): return JSONNode(value: .object(try members(depth: depth)), place: start)
        case UInt8(ascii: "["): return JSONNode(value: .array(try elements(depth: depth)), place: start)
        case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), place: start)
        case UInt8(ascii: "t"): return JSONNode(value: try word("true", .bool(true)), place: start)
        case UInt8(ascii: "f"): return JSONNode(value: try word("false", .bool(false)), place: start)
        case UInt8(ascii: "n"): return JSONNode(value: try word("null", .null), place: start)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            return JSONNode(value: try number(), place: start)
        case nil: throw mistake("the text ends where a value is expected")
        case .some: throw mistake("a value is expected")
        }
    }

    private mutating func word(_ word: String, _ value: JSONNode.Value) throws(JSONSyntaxError) -> JSONNode.Value {
        guard bytes[index...].starts(with: word.utf8) else { throw mistake("a value is expected") }
        index += word.utf8.count
        return value
    }

    private mutating func members(depth: Int) throws(JSONSyntaxError) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        var keys: Set<String> = []
        index += 1
        skipSpace()
        if take("}") { return members }
        while true {
            guard current == UInt8(ascii: "\"") else { throw mistake("a key in double quotes is expected") }
            let keyPlace = place
            let key = try string()
            guard key.utf8.count <= limits.keyLength else {
                let reason = "a key of \(key.utf8.count) bytes; \(limits.keyLength) is the most"
                throw JSONSyntaxError(place: keyPlace, reason: reason)
            }
            guard keys.insert(key).inserted else {
                throw JSONSyntaxError(place: keyPlace, reason: "the key \"\(key)\" is given twice")
            }
            skipSpace()
            guard take(":") else { throw mistake("a colon is expected after the key \"\(key)\"") }
            skipSpace()
            members.append(JSONNode.Member(key: key, keyPlace: keyPlace, value: try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw mistake("a comma or } is expected") }
            skipSpace()
        }
    }

    private mutating func elements(depth: Int) throws(JSONSyntaxError) -> [JSONNode] {
        var elements: [JSONNode] = []
        index += 1
        skipSpace()
        if take("]") { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw mistake("a comma or ] is expected") }
            skipSpace()
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONNode.Value {
        let start = index
        _ = take("-")
        if !take("0"), !digits() { throw mistake("a digit is expected") }
        if take("."), !digits() { throw mistake("a digit is expected after the point") }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            if !digits() { throw mistake("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw mistake("the number \(text) is out of range") }
        return .number(number, text: text)
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        return index > start
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = place
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                let string = String(decoding: text, as: UTF8.self)
                guard TextRule.isBounded(string, marks: limits.marks) else {
                    throw JSONSyntaxError(place: start, reason: "more than \(limits.marks) combining marks in a row")
                }
                return string
            case UInt8(ascii: "\\"):
                index += 1
                text += try escaped()
            case 0..<0x20: throw mistake("a control character stands in a string; write it as \\u00..")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw mistake("the text ends inside a string")
    }

    private mutating func escaped() throws(JSONSyntaxError) -> [UInt8] {
        guard let byte = current else { throw mistake("the text ends inside a string") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard take("\\"), take("u") else { throw mistake("half of a surrogate pair stands alone") }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw mistake("half of a surrogate pair stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw mistake("half of a surrogate pair stands alone") }
            return Array(String(scalar).utf8)
        default: throw mistake("no escape begins with \\ and this character")
        }
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        guard index + 4 <= bytes.count, let code = UInt32(hexadecimal: bytes[index..<index + 4]) else {
            throw mistake("four hexadecimal digits are expected after \\u")
        }
        index += 4
        return code
    }
}
