import Parsing

/// A safetensors file: named tensors that lie in the file as they will lie in memory, and a map of text.
///
/// Format: eight little-endian bytes with the header's length, the header (a JSON object from tensor name to
/// `{"dtype", "shape", "data_offsets"}`, with text under `__metadata__`), then the tensors' bytes without gap or
/// overlap. Source: the format's description in the safetensors repository's `README.md`.
package struct SafetensorsFile: Sendable {
    package let tensors: [String: StoredTensor]
    package let metadata: [String: String]
    package let file: FileBytes

    /// Opens and checks a file; the tensors stay in it (memory-mapped) until they are used.
    ///
    /// - Throws: `ModelFileError.system` when the file cannot be mapped, `.malformed` when it breaks the format.
    package init(mapping path: String) throws {
        try self.init(FileBytes.mapped(path))
    }

    package init(_ file: FileBytes) throws {
        var reader = ByteReader(ByteSlice(file), format: .safetensors)
        let headerLength = try reader.length(UInt64.self, "the header")
        guard headerLength <= Self.maximumHeader else {
            throw reader.error(.tooLarge(what: "the header", value: headerLength, limit: Self.maximumHeader))
        }
        let header = try reader.take(headerLength, "the header")
        let data = try reader.take(reader.remaining, "the tensors")

        let table = try header.withUnsafeBytes { bytes in
            guard bytes.first == UInt8(ascii: "{") else {
                throw reader.error(.wrongMagic(expected: "a JSON header", found: Array(bytes.prefix(8))))
            }
            do {
                return try HeaderTable(JSONParser.parse(bytes, limits: Self.headerLimits))
            } catch let error as JSONSyntaxError {
                throw reader.error(.notJSON(what: "the header", reason: "\(error)"))
            }
        }
        metadata = table.metadata
        tensors = try reader.locating { try Self.tensors(table, in: data) }
        self.file = file
    }

    /// Whether a file may be in this format, judged by its first bytes.
    static func recognises(_ slice: ByteSlice) -> Bool {
        guard slice.count >= 9 else { return false }
        return slice.withUnsafeBytes { bytes in
            let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
            return length <= UInt64(bytes.count - 8) && bytes[8] == UInt8(ascii: "{")
        }
    }

    /// Longest header that is read, in bytes: some hundred thousand tensors.
    static let maximumHeader = 16 << 20
    /// Some ten values describe a tensor.
    private static let headerLimits = JSONLimits(values: 1_000_000)

    private static func tensors(_ table: HeaderTable, in data: ByteSlice) throws -> [String: StoredTensor] {
        var tensors: [String: StoredTensor] = [:]
        var spans: [(name: String, range: Range<Int>)] = []
        for (name, entry) in table.tensors {
            guard let type = ElementType(safetensorsName: entry.dtype) else {
                throw FormatFault.unsupportedElementType(entry.dtype)
            }
            guard entry.dataOffsets.count == 2 else {
                throw FormatFault.wrongKind(
                    what: "data_offsets of \(name)", expected: "two numbers", found: "\(entry.dataOffsets.count)")
            }
            let (start, end) = (entry.dataOffsets[0], entry.dataOffsets[1])
            guard start >= 0, start <= end, end <= data.count else {
                throw FormatFault.outside(what: name, start: start, end: end, size: data.count)
            }
            let base = data.range.lowerBound
            let tensor = try StoredTensor(
                elementType: type, dims: entry.shape,
                bytes: ByteSlice(data.file, range: base + start..<base + end), name: name)
            guard tensor.count * type.size == end - start else {
                throw FormatFault.sizeMismatch(
                    what: name, dims: entry.shape, expected: tensor.count * type.size, found: end - start)
            }
            tensors[name] = tensor
            spans.append((name, start..<end))
        }
        try checkCover(spans.filter { !$0.range.isEmpty }, size: data.count)
        return tensors
    }

    /// The spans must follow one another from the first byte to the last.
    private static func checkCover(_ spans: [(name: String, range: Range<Int>)], size: Int) throws {
        var end = 0
        var previous = "the header"
        for span in spans.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            if span.range.lowerBound < end { throw FormatFault.overlapping(first: previous, second: span.name) }
            if span.range.lowerBound > end { throw FormatFault.gap(at: end, next: span.range.lowerBound) }
            end = span.range.upperBound
            previous = span.name
        }
        if end < size { throw FormatFault.gap(at: end, next: size) }
    }
}

/// The JSON object at the head of a safetensors file.
private struct HeaderTable {
    struct Tensor {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]
    }

    private(set) var tensors: [(name: String, tensor: Tensor)] = []
    private(set) var metadata: [String: String] = [:]

    /// - Throws: ``JSONSyntaxError`` where the header does not say what it should.
    init(_ root: JSONNode) throws(JSONSyntaxError) {
        for member in root.members ?? [] {
            if member.key == "__metadata__" {
                for entry in try Self.required(member.value.members, "an object of text", member.value) {
                    metadata[entry.key] = try Self.required(entry.value.string, "text", entry.value)
                }
            } else {
                tensors.append((member.key, try Self.tensor(member.value)))
            }
        }
    }

    private static func tensor(_ node: JSONNode) throws(JSONSyntaxError) -> Tensor {
        let type = try required(node["dtype"]?.string, "an object with \"dtype\"", node)
        return Tensor(
            dtype: type, shape: try numbers("shape", of: node), dataOffsets: try numbers("data_offsets", of: node))
    }

    private static func numbers(_ key: String, of node: JSONNode) throws(JSONSyntaxError) -> [Int] {
        var numbers: [Int] = []
        for element in try required(node[key]?.elements, "an object with a list \"\(key)\"", node) {
            guard case .number(_, let text) = element.value, let number = Int(text) else {
                throw JSONSyntaxError(place: element.place, reason: "a whole number is expected in \"\(key)\"")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func required<Value>(
        _ value: Value?, _ what: String, _ node: JSONNode
    ) throws(JSONSyntaxError) -> Value {
        if let value { return value }
        throw JSONSyntaxError(place: node.place, reason: "\(what) is expected")
    }
}
