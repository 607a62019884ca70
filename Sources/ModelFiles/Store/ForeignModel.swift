import Nets

/// A stranger's model file, read as far as it can be without knowing what it is for.
package struct ForeignModel {
    package enum Contents {
        /// Named tensors: what PyTorch saves of a network, or a safetensors file.
        case tensors([String: StoredTensor])
        /// A network with the sizes that its file gives it; `open` is the same for pictures of any size, where it can be that.
        case network(Graph, open: Graph?)
    }

    package let path: String
    /// Of the file, and of those with its weights.
    package let sha256: String
    package let contents: Contents

    /// - Throws: `ModelFileError.unknownFormat` for bytes in no format, `.malformed` and `.unsupportedGraph` for those that cannot be used,
    ///   `.system` and `.outOfMemory`.
    package init(reading path: String) throws {
        let file = try FileBytes.copied(path, limit: ONNXFile.maximumSize)
        let slice = ByteSlice(file)
        self.path = path
        var sha256: String?
        if SafetensorsFile.recognises(slice) {
            contents = .tensors(try SafetensorsFile(file).tensors)
        } else if ZipArchive.recognises(slice) || TorchFile.recognisesLegacy(slice) {
            contents = .tensors(try TorchFile.tensors(in: file))
        } else if PickleFile.recognises(slice) {
            contents = .tensors(try PickleFile.tensors(in: file))
        } else if ONNXFile.recognises(slice) {
            let onnx = try ONNXFile(file)
            sha256 = onnx.sha256
            contents = try Self.network(onnx)
        } else {
            throw ModelFileError.unknownFormat(
                path: path, firstBytes: slice.withUnsafeBytes { Array($0.prefix(8)) })
        }
        self.sha256 = sha256 ?? FileHash.sha256(of: slice)
    }

    /// Exporters write the size of the picture that they tried a network with, which it may not depend on; or leave it open, and have
    /// the network compute with it.
    private static func network(_ file: ONNXFile) throws -> Contents {
        let imported: ImportedGraph
        do {
            imported = try ONNXImporter.graph(of: file)
        } catch {
            guard let anySize = ofAnySize(file) else {
                if let input = file.pictureWithoutBatch {
                    throw ModelFileError.unsupportedGraph(path: file.path, fault: .noBatch(input: input))
                }
                throw error
            }
            return .network(anySize, open: nil)
        }
        return .network(imported.graph, open: graph(of: file, [nil, nil]) ?? ofAnySize(file))
    }

    /// A network that computes with the size of its picture, for pictures of any: where it becomes the same graph for two sizes, what it
    /// computed were the sizes that its own operators lead to. Nil where it does not.
    private static func ofAnySize(_ file: ONNXFile) -> Graph? {
        guard let one = graph(of: file, trialSizes.0), let other = graph(of: file, trialSizes.1), one.isSame(as: other)
        else { return nil }
        return one
    }

    /// Heights and widths that the strides of such networks divide.
    private static let trialSizes: ([Int?], [Int?]) = ([128, 192], [224, 160])

    /// What a network becomes for a picture of a height and width, for any; nil for one that cannot be that, or of other inputs.
    private static func graph(of file: ONNXFile, _ size: [Int?]) -> Graph? {
        (try? ONNXImporter.graph(of: file, pictureSize: size))?.graph.withFreeSize()
    }
}

extension LoadedModel {
    /// Writes a network and what is known of it to a file of its own, in the form that the store has its models in.
    ///
    /// - Throws: `ModelFileError.system`, `.unsupportedGraph` for parameters that are no numbers.
    package func write(to path: String) throws {
        try ConvertedModel.write(graph, pixels: pixels, facts: facts, to: path)
    }

    /// Opens a file that ``write(to:)`` made; its weights are mapped.
    ///
    /// - Throws: `ModelFileError.malformed`, `.unsupportedGraph` and `.wrongHash` for a damaged file, `.outdated` when another version of the
    ///   program wrote it, `.wrongUse` for one that is no network, `.system`.
    package init(reading path: String) throws {
        guard let model = try ConvertedModel(opening: path) else {
            throw ModelFileError.outdated(model: "its original", path: path)
        }
        try model.verify()
        guard let (graph, pixels) = try model.network() else {
            throw ModelFileError.wrongUse(model: model.facts.id, wanted: "a network of its own")
        }
        self.init(graph: graph, facts: model.facts, pixels: pixels)
    }
}
