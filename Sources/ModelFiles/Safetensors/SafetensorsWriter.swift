import Foundation

/// Writes float32 tensors and text as a safetensors file, all or nothing.
///
/// The header is padded so that the tensors start on a multiple of 64 bytes, and tensors whose size is a multiple
/// of 64 come first: each of those starts on a cache line when the file is mapped.
package enum SafetensorsWriter {
    /// One tensor to write.
    package struct Item {
        package let name: String
        package let dims: [Int]
        /// Calls its argument with exactly the tensor's elements, row-major.
        let withFloats: ((UnsafeBufferPointer<Float>) throws -> Void) throws -> Void

        package init(
            name: String, dims: [Int],
            withFloats: @escaping ((UnsafeBufferPointer<Float>) throws -> Void) throws -> Void
        ) {
            self.name = name
            self.dims = dims
            self.withFloats = withFloats
        }

        package init(name: String, dims: [Int], floats: [Float]) {
            precondition(dims.reduce(1, *) == floats.count, "\(name): \(dims) of \(floats.count) elements")
            self.init(name: name, dims: dims) { body in try floats.withUnsafeBufferPointer(body) }
        }

        var byteCount: Int { dims.reduce(MemoryLayout<Float>.size, *) }
    }

    /// Writes the file as ``AtomicFile`` does: a reader sees the old file or the new one.
    ///
    /// - Throws: `ModelFileError.system` with the operation that failed; nothing is left beside the target.
    package static func write(_ items: [Item], metadata: [String: String], to path: String) throws {
        let ordered = items.sorted { first, second in
            let (a, b) = (first.byteCount % alignment == 0, second.byteCount % alignment == 0)
            return a == b ? first.name < second.name : a
        }
        let header: [UInt8]
        do throws(FormatFault) { header = try Self.header(ordered, metadata: metadata) } catch {
            throw ModelFileError.malformed(path: path, format: .safetensors, fault: error)
        }
        try AtomicFile.write(to: path) { file in
            try header.withUnsafeBytes { try file.put($0) }
            for item in ordered {
                try item.withFloats { floats in
                    precondition(floats.count * 4 == item.byteCount, "\(item.name): \(floats.count) elements")
                    try file.put(UnsafeRawBufferPointer(floats))
                }
            }
        }
    }

    static let alignment = 64

    private struct Entry: Encodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    private enum Value: Encodable {
        case entry(Entry)
        case text([String: String])

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .entry(let entry): try entry.encode(to: encoder)
            case .text(let text): try text.encode(to: encoder)
            }
        }
    }

    private static func header(_ items: [Item], metadata: [String: String]) throws(FormatFault) -> [UInt8] {
        var table: [String: Value] = metadata.isEmpty ? [:] : ["__metadata__": .text(metadata)]
        var offset = 0
        for item in items {
            // Names come from the file that was imported, and `__metadata__` may be one.
            guard table[item.name] == nil, item.name != "__metadata__" else {
                throw .duplicate(what: "the tensor \(item.name)")
            }
            let end = offset + item.byteCount
            table[item.name] = .entry(Entry(dtype: "F32", shape: item.dims, dataOffsets: [offset, end]))
            offset = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json: [UInt8]
        do { json = [UInt8](try encoder.encode(table)) } catch {
            throw .notJSON(what: "the header", reason: "\(error)")
        }
        let padding = (alignment - (8 + json.count) % alignment) % alignment
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }
}
