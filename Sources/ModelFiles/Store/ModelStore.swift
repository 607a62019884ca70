import Foundation
import Nets
import Wire

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
    ///   original is not the pinned file, `.malformed` or `.unsupportedGraph` when a file is unusable, `.forbidden` when it is
    ///   closed to this user.
    package func graph(_ id: ModelIdentifier) throws -> LoadedModel {
        let model = try converted(id)
        if case .head(let base, let sha256) = model.contents {
            // A head of a head would go round in a circle for all that a file can say.
            if case .learned = base { throw ModelFileError.wrongUse(model: base.text, wanted: "a network of its own") }
            let network = try graph(base)
            guard network.facts.sha256 == sha256 else {
                throw ModelFileError.otherBase(model: id.text, base: base.text)
            }
            return LoadedModel(
                graph: network.graph, facts: model.facts, network: network.facts, pixels: network.pixels,
                recognition: model.recognition)
        }
        guard let (graph, pixels) = try model.network() else {
            throw ModelFileError.wrongUse(model: id.text, wanted: "a network of its own")
        }
        return LoadedModel(graph: graph, facts: model.facts, pixels: pixels, recognition: model.recognition)
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
    package func facts(_ id: ModelIdentifier) throws -> ModelCard {
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
        if try Self.isThere(path) {
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
        guard try Self.isThere(source) else {
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

    /// - Throws: `ModelFileError.forbidden` where that cannot be seen.
    private static func isThere(_ path: String) throws -> Bool {
        if access(path, F_OK) == 0 { return true }
        if case .forbidden = OpenFailure(errno: errno) { throw ModelFileError.forbidden(path: path) }
        return false
    }

    static func check(_ file: FileBytes, is entry: ModelCatalogue.Entry) throws {
        let found = FileHash.sha256(of: ByteSlice(file))
        guard found == entry.fileSHA256 else {
            throw ModelFileError.wrongHash(path: file.path, expected: entry.fileSHA256, found: found)
        }
    }
}

extension ModelStore {
    /// Takes a model file of the user's into the store.
    ///
    /// A file with the hash of a known model becomes that model. Any other ONNX file must be a face embedder: one
    /// picture in, one vector out; it becomes `user:<name of the file>`, and replaces an earlier one of that name.
    ///
    /// - Returns: the model as it is now listed.
    /// - Throws: `ModelFileError.unknownFormat` for bytes in no format, `.unknownContents` for tensors that belong
    ///   to no known model, `.unsupportedGraph` for a network that is no embedder or uses unknown operators.
    package func importFile(_ path: String) throws -> ModelListing {
        let file = try FileBytes.copied(path, limit: ONNXFile.maximumSize)
        let hash = FileHash.sha256(of: ByteSlice(file))
        try createFolders()
        let id: ModelIdentifier
        if let entry = ModelCatalogue.entry(sha256: hash) {
            try AtomicFile.write(to: originalPath(entry)) { target in try file.withUnsafeBytes { try target.put($0) } }
            id = entry.id
            _ = try converted(id)
        } else {
            id = try importEmbedder(file)
        }
        let model = try converted(id)
        return ModelListing(
            facts: model.facts, state: .ready, base: model.headBase, lineage: model.lineage, path: convertedPath(id))
    }

    private func importEmbedder(_ file: FileBytes) throws -> ModelIdentifier {
        let slice = ByteSlice(file)
        if SafetensorsFile.recognises(slice) {
            if let id = try importLearned(file) { return id }
            throw try Self.unknown(file, .safetensors, SafetensorsFile(file).tensors.count)
        }
        if ZipArchive.recognises(slice) {
            throw try Self.unknown(file, .torchZip, TorchFile.tensors(in: file).count)
        }
        if TorchFile.recognisesLegacy(slice) {
            throw try Self.unknown(file, .torchLegacy, TorchFile.tensors(in: file).count)
        }
        if PickleFile.recognises(slice) {
            throw try Self.unknown(file, .pickle, PickleFile.tensors(in: file).count)
        }
        guard ONNXFile.recognises(slice) else {
            throw ModelFileError.unknownFormat(
                path: file.path, firstBytes: slice.withUnsafeBytes { Array($0.prefix(8)) })
        }
        let onnx = try ONNXFile(file)
        var imported = try ONNXImporter.graph(of: onnx)
        if let (name, dims) = imported.inputs.first, dims.contains(nil) {
            // An open size is fixed, so that everything behind it is known and can be checked.
            imported = try ONNXImporter.graph(
                of: onnx, inputDims: [name: dims.map { $0 ?? ImportedGraph.embedderSide }])
        }
        try imported.checkEmbedder(path: file.path)
        let fileName = (file.path as NSString).lastPathComponent
        let id = ModelIdentifier.user(fileName: fileName)
        let facts = ModelCard(
            id: id.text, name: fileName, version: "sha256 \(onnx.sha256.prefix(12))",
            licence: "unknown; see where it came from",
            origin: "imported from \(fileName)", sha256: onnx.sha256, use: "turns an aligned face into numbers")
        try ConvertedModel.write(
            imported.graph, pixels: imported.normalizesItself ? .rawRGB : .centredRGB, facts: facts,
            to: convertedPath(id))
        return id
    }

    private static func unknown(_ file: FileBytes, _ format: FileFormat, _ tensors: Int) throws -> ModelFileError {
        .unknownContents(path: file.path, format: format, tensors: tensors)
    }

    private func createFolders() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/originals", withIntermediateDirectories: true)
        } catch {
            throw ModelFileError.system(
                operation: "create", path: "\(folder)/originals", reason: error.words)
        }
    }
}

extension ModelStore {
    /// Every known model and every imported one, with a glance at its files; nothing is hashed or converted.
    package func list() -> [ModelListing] {
        listing { id in
            guard try Self.isThere(convertedPath(id)) else { return try originalState(id) }
            return try ConvertedModel(opening: convertedPath(id)) == nil ? try originalState(id) : .ready
        }
    }

    /// Converts what was fetched and is not converted yet. What cannot be is left to whoever asks for it.
    package func convertFetched() {
        for listing in list() where listing.state == .fetched {
            if let id = ModelIdentifier(listing.facts.id) { _ = try? converted(id) }
        }
    }

    /// As ``list()``, but hashes the originals and the converted tensors, and converts what is not converted yet.
    package func verify() -> [ModelListing] {
        listing { id in
            if let entry = ModelCatalogue.entry(id) {
                let original = originalPath(entry)
                if try Self.isThere(original) {
                    try Self.check(FileBytes.mapped(original), is: entry)
                } else if try !Self.isThere(convertedPath(id)) {
                    return .missing
                }
            }
            let model = try converted(id)
            try model.verify()
            switch model.contents {
            case .graph, .head: _ = try graph(id)
            case .features: _ = try features(id)
            }
            return .ready
        }
    }

    /// The identifiers of everything in the store.
    func names() -> [String] {
        (ModelIdentifier.known + users()).map(\.text)
    }

    private func listing(_ state: (ModelIdentifier) throws -> ModelListing.State) -> [ModelListing] {
        (ModelIdentifier.known + users()).compactMap { id in
            let found: ModelListing.State
            do {
                found = try state(id)
            } catch ModelFileError.forbidden(let path) {
                found = .unreadable("\(ModelFileError.forbidden(path: path))")
            } catch {
                found = .damaged("\(error)")
            }
            let known = ModelCatalogue.entry(id)?.facts
            let model = known == nil ? try? ConvertedModel(opening: convertedPath(id)) : nil
            return ModelListing(
                facts: known ?? model?.facts ?? Self.unreadable(id), state: found, base: model?.headBase,
                lineage: model?.lineage, path: convertedPath(id))
        }
    }

    private func originalState(_ id: ModelIdentifier) throws -> ModelListing.State {
        guard let entry = ModelCatalogue.entry(id) else { return .missing }
        return try Self.isThere(originalPath(entry)) ? .fetched : .missing
    }

    /// The embedders that were imported or learned, by name.
    private func users() -> [ModelIdentifier] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(".safetensors") else { return nil }
            return ["user", "learned"].lazy.compactMap { kind -> ModelIdentifier? in
                guard name.hasPrefix("\(kind)-") else { return nil }
                return ModelIdentifier("\(kind):" + name.dropFirst(kind.count + 1).dropLast(".safetensors".count))
            }.first
        }
    }

    private static func unreadable(_ id: ModelIdentifier) -> ModelCard {
        ModelCard(
            id: id.text, name: id.text, version: "unreadable", licence: "unknown", origin: "imported", sha256: "",
            use: "face embedder")
    }
}
