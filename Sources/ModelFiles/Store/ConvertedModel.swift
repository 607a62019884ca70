import Foundation
import Nets

/// A model as the store keeps it after conversion: one safetensors file with everything that using it needs.
struct ConvertedModel {
    let facts: ModelCard
    let contents: Contents
    let tensors: [String: StoredTensor]
    let path: String
    /// What a learned model says of its templates, as whoever learned it wrote it.
    let recognition: String?

    enum Contents {
        case graph(Graph.Outline, pixels: PixelConvention)
        case features(FeatureArchitecture)
        /// Nothing of its own: what is learned of this model stands in ``recognition``.
        case head(base: ModelIdentifier)
    }

    /// Raised whenever conversion gives other tensors or graphs for the same file: older files are converted anew.
    static let conversionVersion = "5"

    private static let conversionKey = "conversion"
    private static let graphKey = "graph"
    private static let pixelsKey = "pixels"
    private static let architectureKey = "architecture"
    private static let digestKey = "tensors-sha256"
    private static let baseKey = "base"
    private static let recognitionKey = "recognition"

    // MARK: Writing

    static func write(_ graph: Graph, pixels: PixelConvention, facts: ModelCard, to path: String) throws {
        try write(items(of: graph), facts: facts, extra: description(of: graph, pixels, path: path), to: path)
    }

    /// The graph without its tensors, as metadata.
    private static func description(
        of graph: Graph, _ pixels: PixelConvention, path: String
    ) throws -> [String: String] {
        do {
            return [graphKey: try json(graph.outline), pixelsKey: try json(pixels)]
        } catch let fault as FormatFault {
            throw ModelFileError.unsupportedGraph(path: path, fault: .invalidGraph(reason: fault.description))
        }
    }

    static func write(
        _ items: [SafetensorsWriter.Item], architecture: FeatureArchitecture, facts: ModelCard, to path: String
    ) throws {
        try write(items, facts: facts, extra: [architectureKey: architecture.rawValue], to: path)
    }

    /// Writes what was learned of a model: other weights, or nothing but `recognition`.
    /// The hash on the model's card is that of what was learned.
    static func write(
        learned id: ModelIdentifier, of base: ModelIdentifier, _ graph: (Graph, PixelConvention)?, recognition: String,
        version: String, origin: String, licence: String, to path: String
    ) throws {
        let items = graph.map { Self.items(of: $0.0) } ?? []
        var extra = try graph.map { try description(of: $0.0, $0.1, path: path) } ?? [:]
        extra[recognitionKey] = recognition
        extra[baseKey] = base.text
        let card = ModelCard(
            id: id.text, name: id.text, version: version, licence: licence, origin: origin,
            sha256: try digest(items, recognition), use: "turns an aligned face into numbers")
        try write(items, facts: card, extra: extra, to: path)
    }

    private static func items(of graph: Graph) -> [SafetensorsWriter.Item] {
        graph.constants.map { constant in
            SafetensorsWriter.Item(name: constant.name, dims: constant.tensor.shape.dims) { body in
                try body(UnsafeBufferPointer(constant.tensor.buffer))
            }
        }
    }

    private static func digest(_ items: [SafetensorsWriter.Item], _ recognition: String?) throws -> String {
        var digest = FileHash.Running()
        for item in items.sorted(by: { $0.name < $1.name }) {
            digest.update(item.name)
            try item.withFloats { digest.update(UnsafeRawBufferPointer($0)) }
        }
        if let recognition { digest.update(recognition) }
        return digest.finish()
    }

    private static func write(
        _ items: [SafetensorsWriter.Item], facts: ModelCard, extra: [String: String], to path: String
    ) throws {
        var metadata = facts.metadata.merging(extra) { first, _ in first }
        metadata[conversionKey] = conversionVersion
        metadata[digestKey] = try digest(items, extra[recognitionKey])
        try SafetensorsWriter.write(items, metadata: metadata, to: path)
    }

    // MARK: Reading

    /// Opens a converted file; nil when another version of the conversion wrote it.
    ///
    /// - Throws: `ModelFileError.malformed` when the file is damaged.
    init?(opening path: String) throws {
        let file = try SafetensorsFile(mapping: path)
        guard file.metadata[Self.conversionKey] == Self.conversionVersion else { return nil }
        self.path = path
        tensors = file.tensors
        recognition = file.metadata[Self.recognitionKey]
        do {
            facts = try ModelCard(metadata: file.metadata)
            if let text = file.metadata[Self.architectureKey] {
                guard let architecture = FeatureArchitecture(rawValue: text) else {
                    throw FormatFault.wrongKind(what: "the architecture", expected: "a known one", found: text)
                }
                contents = .features(architecture)
                try checkTensors(of: architecture)
            } else if file.metadata[Self.graphKey] == nil, let text = file.metadata[Self.baseKey] {
                guard let base = ModelIdentifier(text) else {
                    throw FormatFault.wrongKind(what: "the base", expected: "a known model", found: text)
                }
                contents = .head(base: base)
            } else {
                contents = .graph(
                    try Self.decode(Graph.Outline.self, file.metadata[Self.graphKey], Self.graphKey),
                    pixels: try Self.decode(PixelConvention.self, file.metadata[Self.pixelsKey], Self.pixelsKey))
            }
        } catch let fault as FormatFault {
            throw ModelFileError.malformed(path: path, format: .safetensors, fault: fault)
        }
    }

    /// Hashes every tensor and compares with what the conversion wrote.
    ///
    /// - Throws: `ModelFileError.wrongHash`.
    func verify() throws {
        var digest = FileHash.Running()
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            digest.update(name)
            tensor.bytes.withUnsafeBytes { digest.update($0) }
        }
        if let recognition { digest.update(recognition) }
        let found = digest.finish()
        let expected = try SafetensorsFile(mapping: path).metadata[Self.digestKey] ?? "none"
        guard found == expected else { throw ModelFileError.wrongHash(path: path, expected: expected, found: found) }
    }

    private func checkTensors(of architecture: FeatureArchitecture) throws {
        for convolution in architecture.convolutions {
            let name = "conv\(convolution.name)"
            for (part, dims) in [("weights", convolution.weightDims), ("bias", [convolution.outputs])] {
                guard tensors["\(name).\(part)"]?.dims == dims else {
                    throw FormatFault.missingEntry("tensor \(name).\(part) of shape \(dims)")
                }
            }
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw FormatFault.notJSON(what: "the graph's description", reason: "a parameter is not a finite number")
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ text: String?, _ key: String) throws -> T {
        guard let text else { throw FormatFault.missingEntry("metadata named \(key)") }
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw FormatFault.notJSON(what: "the metadata \(key)", reason: "\(error)")
        }
    }
}

extension StoredTensor {
    /// The tensor as a network uses it: borrowed from the file where the bytes already are aligned float32 in
    /// row-major order, else converted into memory of its own.
    package func tensor() -> Tensor {
        let shape = Shape(dims)
        if elementType == .float32, isContiguous, count > 0 {
            let borrowed: Tensor? = bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0
                else { return nil }
                return Tensor(shape, borrowing: start, owner: self.bytes.file)
            }
            if let borrowed { return borrowed }
        }
        let tensor = Tensor(shape)
        copyFloats(to: tensor.buffer)
        return tensor
    }
}
