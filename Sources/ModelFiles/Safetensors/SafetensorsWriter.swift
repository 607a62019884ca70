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

    /// Writes beside the target, flushes to disk, and renames over it: a reader sees the old file or the new one.
    ///
    /// - Throws: `ModelFileError.system` with the operation that failed; nothing is left beside the target.
    package static func write(_ items: [Item], metadata: [String: String], to path: String) throws {
        let ordered = items.sorted { first, second in
            let (a, b) = (first.byteCount % alignment == 0, second.byteCount % alignment == 0)
            return a == b ? first.name < second.name : a
        }
        let aside = "\(path).\(getpid())-\(UInt64.random(in: .min ... .max)).part"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", aside) }
        do {
            defer { close(descriptor) }
            try put(header(ordered, metadata: metadata), to: descriptor, aside)
            for item in ordered {
                try item.withFloats { floats in
                    precondition(floats.count * 4 == item.byteCount, "\(item.name): \(floats.count) elements")
                    try put(UnsafeRawBufferPointer(floats), to: descriptor, aside)
                }
            }
            guard fsync(descriptor) == 0 else { throw failure("flush", aside) }
            guard rename(aside, path) == 0 else { throw failure("rename to \(path)", aside) }
        } catch {
            unlink(aside)
            throw error
        }
        try flushFolder(of: path)
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

    private static func header(_ items: [Item], metadata: [String: String]) throws -> [UInt8] {
        var table: [String: Value] = metadata.isEmpty ? [:] : ["__metadata__": .text(metadata)]
        var offset = 0
        for item in items {
            precondition(table[item.name] == nil, "the tensor \(item.name) appears twice")
            let end = offset + item.byteCount
            table[item.name] = .entry(Entry(dtype: "F32", shape: item.dims, dataOffsets: [offset, end]))
            offset = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = [UInt8](try encoder.encode(table))
        let padding = (alignment - (8 + json.count) % alignment) % alignment
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }

    private static func put(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        try bytes.withUnsafeBytes { try put($0, to: descriptor, path) }
    }

    private static func put(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            written += count
        }
    }

    /// A rename is on disk only when the folder is.
    private static func flushFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush", folder) }
    }

    private static func failure(_ operation: String, _ path: String) -> ModelFileError {
        .system(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }
}
