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
        guard headerLength <= SafetensorsHeader.maximum else {
            throw reader.error(
                .tooLarge(what: "the header", value: headerLength, limit: SafetensorsHeader.maximum))
        }
        let header = try reader.take(headerLength, "the header")
        let data = try reader.take(reader.remaining, "the tensors")

        let table = try header.withUnsafeBytes { bytes in
            guard bytes.first == UInt8(ascii: "{") else {
                throw reader.error(.wrongMagic(expected: "a JSON header", found: Array(bytes.prefix(8))))
            }
            do {
                return try SafetensorsHeader(bytes)
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

    private static func tensors(_ table: SafetensorsHeader, in data: ByteSlice) throws -> [String: StoredTensor] {
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
