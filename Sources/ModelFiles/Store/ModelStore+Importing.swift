import Foundation
import Nets

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
            id = try importEmbedder(file, hash: hash)
        }
        return ModelListing(facts: try facts(id), state: .ready, path: convertedPath(id))
    }

    private func importEmbedder(_ file: FileBytes, hash: String) throws -> ModelIdentifier {
        let slice = ByteSlice(file)
        if SafetensorsFile.recognises(slice) {
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
        let facts = ModelFacts(
            id: id.text, name: fileName, version: "sha256 \(hash.prefix(12))",
            licence: "unknown; see where it came from",
            origin: "imported from \(fileName)", sha256: hash, use: "turns an aligned face into numbers")
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
                operation: "create", path: "\(folder)/originals", reason: error.localizedDescription)
        }
    }
}
