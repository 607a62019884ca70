import Foundation
import Nets

/// The folder of models: `originals/` as fetched, and one converted safetensors file for each.
///
/// Conversion happens once, when a model is first asked for: the original's SHA-256 is checked against
/// ``ModelCatalogue``, and the result is written aside and renamed, so that several processes may do it at once.
package struct ModelStore: Sendable {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// The store that `LIMNER_MODELS` names, else `limner/models` in the user's cache folder (XDG base directories).
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let folder = environment["LIMNER_MODELS"], !folder.isEmpty {
            self.init(folder: folder)
        } else {
            let home = environment["HOME"] ?? NSHomeDirectory()
            let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.cache"
            self.init(folder: "\(cache)/limner/models")
        }
    }

    /// Opens a network that stands as a graph in its file: detectors, embedders, feed-forward styles.
    ///
    /// - Throws: `ModelFileError.missing` when neither original nor conversion is there, `.wrongHash` when the
    ///   original is not the pinned file, `.malformed` or `.unsupportedGraph` when a file is unusable.
    package func graph(_ id: ModelIdentifier) throws -> LoadedModel {
        let model = try converted(id)
        guard case .graph(let outline, let pixels) = model.contents else {
            throw ModelFileError.wrongUse(model: id.text, wanted: "a network of its own")
        }
        let tensors = model.tensors.mapValues { $0.tensor() }
        let graph: Graph
        do throws(NetsError) {
            graph = try Graph(outline, tensors: tensors)
        } catch {
            throw ModelFileError.unsupportedGraph(path: model.path, fault: .invalidGraph(reason: error.description))
        }
        return LoadedModel(graph: graph, facts: model.facts, pixels: pixels)
    }

    /// Opens a feature extractor: VGG-19, VGG-16 or AlexNet.
    ///
    /// - Throws: as ``graph(_:)``.
    package func features(_ id: ModelIdentifier) throws -> FeatureNetwork {
        let model = try converted(id)
        guard case .features(let architecture) = model.contents else {
            throw ModelFileError.wrongUse(model: id.text, wanted: "a feature extractor")
        }
        return FeatureNetwork(
            facts: model.facts, architecture: architecture, tensors: model.tensors.mapValues { $0.tensor() })
    }

    /// What is known of a model, without opening it.
    ///
    /// - Throws: `ModelFileError.unknownModel` or `.missing` for a user's embedder that is not there.
    package func facts(_ id: ModelIdentifier) throws -> ModelFacts {
        if let entry = ModelCatalogue.entry(id) { return entry.facts }
        return try converted(id).facts
    }

    package func convertedPath(_ id: ModelIdentifier) -> String { "\(folder)/\(id.fileName)" }

    package func originalPath(_ entry: ModelCatalogue.Entry) -> String { "\(folder)/originals/\(entry.fileName)" }

    // MARK: - Conversion

    /// The converted file, made from the original if need be.
    func converted(_ id: ModelIdentifier) throws -> ConvertedModel {
        let path = convertedPath(id)
        let entry = ModelCatalogue.entry(id)
        if FileManager.default.fileExists(atPath: path) {
            if let model = try ConvertedModel(opening: path), entry == nil || model.facts == entry?.facts {
                return model
            }
            guard entry != nil else {
                throw ModelFileError.outdated(model: id.text, path: path)
            }
        }
        guard let entry else { throw ModelFileError.unknownModel(id.text, known: names()) }
        try convert(entry)
        guard let model = try ConvertedModel(opening: path) else {
            preconditionFailure("\(path) was just written in another version than \(ConvertedModel.conversionVersion)")
        }
        return model
    }

    private func convert(_ entry: ModelCatalogue.Entry) throws {
        let source = originalPath(entry)
        guard FileManager.default.fileExists(atPath: source) else {
            throw ModelFileError.missing(model: entry.id.text, path: source)
        }
        let file = try FileBytes.copied(source, limit: ONNXFile.maximumSize)
        try Self.check(file, is: entry)
        let target = convertedPath(entry.id)
        switch entry.contents {
        case .features(let architecture):
            let items = try FeatureConversion.items(architecture, from: file)
            try ConvertedModel.write(items, architecture: architecture, facts: entry.facts, to: target)
        case .onnx(let pixels, let inputDims):
            let imported = try ONNXImporter.graph(of: ONNXFile(file), inputDims: inputDims)
            try ConvertedModel.write(imported.graph, pixels: pixels, facts: entry.facts, to: target)
        }
    }

    static func check(_ file: FileBytes, is entry: ModelCatalogue.Entry) throws {
        let found = FileHash.sha256(of: ByteSlice(file))
        guard found == entry.fileSHA256 else {
            throw ModelFileError.wrongHash(path: file.path, expected: entry.fileSHA256, found: found)
        }
    }
}
