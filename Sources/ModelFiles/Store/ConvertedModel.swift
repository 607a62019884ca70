import Foundation
import Nets
import Wire

/// A model as the store keeps it after conversion: one safetensors file with everything that using it needs.
struct ConvertedModel {
    let facts: ModelCard
    let contents: Contents
    let tensors: [String: StoredTensor]
    let path: String
    /// What a learned model says of its templates, as whoever learned it wrote it.
    let recognition: String?
    /// Of a learned model; nil for any other.
    let lineage: ModelLineage?
    /// Both of them as they stand in the file.
    private let texts: [String]

    enum Contents {
        case graph(Graph.Outline, pixels: PixelConvention)
        case features(FeatureArchitecture)
        /// Nothing of its own: what is learned of this model stands in ``recognition``.
        case head(base: ModelIdentifier, sha256: String)
    }

    /// Whose templates a learned head compares.
    var headBase: String? {
        guard case .head(let base, _) = contents else { return nil }
        return base.text
    }

    /// Raised whenever conversion gives other tensors or graphs for the same file: older files are converted anew.
    static let conversionVersion = "5"

    private static let conversionKey = "conversion"
    private static let pixelsKey = "pixels"
    private static let architectureKey = "architecture"
    private static let digestKey = "tensors-sha256"

    // MARK: Writing

    static func write(_ graph: Graph, pixels: PixelConvention, facts: ModelCard, to path: String) throws {
        try write(items(of: graph), facts: facts, extra: description(of: graph, pixels, path: path), to: path)
    }

    /// The graph without its tensors, as metadata.
    private static func description(
        of graph: Graph, _ pixels: PixelConvention, path: String
    ) throws -> [String: String] {
        do {
            return [ModelFileKey.graph: try json(graph.outline), pixelsKey: try json(pixels)]
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
        learned id: ModelIdentifier, of base: ModelCard, _ graph: (Graph, PixelConvention)?, recognition: String,
        lineage: ModelLineage?, version: String, origin: String, to path: String
    ) throws {
        let items = graph.map { Self.items(of: $0.0) } ?? []
        var extra = try graph.map { try description(of: $0.0, $0.1, path: path) } ?? [:]
        extra[ModelFileKey.recognition] = recognition
        extra[ModelFileKey.base] = base.id
        extra[ModelFileKey.baseSHA256] = base.sha256
        extra[ModelFileKey.lineage] = try lineage.map(json)
        let digest = try digest(items, texts(extra))
        let card = ModelCard(
            id: id.text, name: id.text, version: version, licence: base.licence, origin: origin, sha256: digest,
            use: "turns an aligned face into numbers")
        try write(items, facts: card, extra: extra, digest: digest, to: path)
    }

    private static func items(of graph: Graph) -> [SafetensorsWriter.Item] {
        graph.constants.map { constant in
            SafetensorsWriter.Item(name: constant.name, dims: constant.tensor.shape.dims) { body in
                try body(UnsafeBufferPointer(constant.tensor.buffer))
            }
        }
    }

    /// What a file says beside its tensors that is hashed with them.
    private static func texts(_ metadata: [String: String]) -> [String] {
        [ModelFileKey.recognition, ModelFileKey.lineage].compactMap { metadata[$0] }
    }

    private static func digest(_ items: [SafetensorsWriter.Item], _ texts: [String] = []) throws -> String {
        var digest = FileHash.Running()
        for item in items.sorted(by: { $0.name < $1.name }) {
            digest.update(item.name)
            try item.withFloats { digest.update(UnsafeRawBufferPointer($0)) }
        }
        for text in texts { digest.update(text) }
        return digest.finish()
    }

    private static func write(
        _ items: [SafetensorsWriter.Item], facts: ModelCard, extra: [String: String], digest: String? = nil,
        to path: String
    ) throws {
        var metadata = facts.metadata.merging(extra) { first, _ in first }
        metadata[conversionKey] = conversionVersion
        metadata[digestKey] = try digest ?? Self.digest(items)
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
        recognition = file.metadata[ModelFileKey.recognition]
        texts = Self.texts(file.metadata)
        do {
            lineage = try file.metadata[ModelFileKey.lineage].map(Self.lineage)
            facts = try ModelCard(metadata: file.metadata)
            if let text = file.metadata[Self.architectureKey] {
                guard let architecture = FeatureArchitecture(rawValue: text) else {
                    throw FormatFault.wrongKind(what: "the architecture", expected: "a known one", found: text)
                }
                contents = .features(architecture)
                try checkTensors(of: architecture)
            } else if file.metadata[ModelFileKey.graph] == nil, let text = file.metadata[ModelFileKey.base] {
                guard let base = ModelIdentifier(text) else {
                    throw FormatFault.wrongKind(what: "the base", expected: "a known model", found: text)
                }
                guard let sha256 = file.metadata[ModelFileKey.baseSHA256] else {
                    throw FormatFault.missingEntry("metadata named \(ModelFileKey.baseSHA256)")
                }
                contents = .head(base: base, sha256: sha256)
            } else {
                contents = .graph(
                    try Self.decode(Graph.Outline.self, file.metadata[ModelFileKey.graph], ModelFileKey.graph),
                    pixels: try Self.decode(PixelConvention.self, file.metadata[Self.pixelsKey], Self.pixelsKey))
            }
        } catch let fault as FormatFault {
            throw ModelFileError.malformed(path: path, format: .safetensors, fault: fault)
        }
    }

    /// The network with its tensors; nil where it is a feature extractor or nothing but a head.
    ///
    /// - Throws: `ModelFileError.unsupportedGraph` for a description that is not of these tensors.
    func network() throws -> (graph: Graph, pixels: PixelConvention)? {
        guard case .graph(let outline, let pixels) = contents else { return nil }
        do throws(NetsError) {
            return (try Graph(outline, tensors: tensors.mapValues { $0.tensor() }), pixels)
        } catch {
            throw ModelFileError.unsupportedGraph(path: path, fault: .invalidGraph(reason: error.description))
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
        for text in texts { digest.update(text) }
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

    private static func lineage(_ text: String) throws -> ModelLineage {
        do {
            return try WireJSON.decode(ModelLineage.self, ofStranger: Data(text.utf8))
        } catch {
            throw FormatFault.notJSON(what: "the lineage", reason: "\(error)")
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        do {
            return String(decoding: try WireJSON.encode(value), as: UTF8.self)
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
