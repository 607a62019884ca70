import Foundation
import Nets

/// Half-done work on the disk: a safetensors file with tensors, and a record of what is not in tensors as its text.
///
/// It is valid for one work only, which its `origin` names, and for one meaning of its contents, which its `format` numbers: raise that
/// whenever work would go on differently.
package struct CheckpointFile<Record: Codable> {
    package let origin: String
    package let record: Record
    package let tensors: [String: Tensor]

    private struct Text: Codable {
        let format: Int
        let origin: String
        let record: Record
    }

    package init(origin: String, record: Record, tensors: [String: Tensor]) {
        self.origin = origin
        self.record = record
        self.tensors = tensors
    }

    /// Reads a file that ``write(to:format:)`` made.
    ///
    /// - Throws: `ModelFileError.checkpointUnusable` when it cannot be read, is damaged (its SHA-256 is of other bytes) or was written in
    ///   another format.
    package init(reading path: String, format: Int) throws(ModelFileError) {
        do {
            let file = try SafetensorsFile(mapping: path)
            let text = Data((file.metadata[Key.text] ?? "").utf8)
            let head = try JSONDecoder().decode(Text.self, from: text)
            guard head.format == format else {
                throw ModelFileError.checkpointUnusable(path: path, why: "its format is \(head.format), not \(format)")
            }
            let tensors = file.tensors.mapValues { $0.tensor() }
            guard Self.hash(text, tensors) == file.metadata[Key.hash] else {
                throw ModelFileError.checkpointUnusable(path: path, why: "it is damaged")
            }
            self.init(origin: head.origin, record: head.record, tensors: tensors)
        } catch {
            throw .checkpointUnusable(path: path, why: (error as? ModelFileError)?.ofOwnFile ?? "it is damaged")
        }
    }

    /// Writes the file, all of it or none: beside its place, flushed to the disk, renamed. What stood there before stays until then.
    ///
    /// - Throws: `ModelFileError.system` with the operation that failed.
    package func write(to path: String, format: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(Text(format: format, origin: origin, record: record))
        let items = tensors.map { name, tensor in
            SafetensorsWriter.Item(name: name, dims: tensor.shape.dims) { try $0(UnsafeBufferPointer(tensor.buffer)) }
        }
        let metadata = [Key.text: String(decoding: text, as: UTF8.self), Key.hash: Self.hash(text, tensors)]
        try SafetensorsWriter.write(items, metadata: metadata, to: path)
    }

    private enum Key {
        static var text: String { "checkpoint" }
        static var hash: String { "sha256" }
    }

    private static func hash(_ text: Data, _ tensors: [String: Tensor]) -> String {
        var hash = FileHash.Running()
        text.withUnsafeBytes { hash.update($0) }
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            hash.update("\(name) \(tensor.shape.dims)")
            hash.update(UnsafeRawBufferPointer(tensor.buffer))
        }
        return hash.finish()
    }
}
