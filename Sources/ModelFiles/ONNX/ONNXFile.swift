import Foundation
import SwiftProtobuf

/// A decoded ONNX file, checked as far as its own structure goes.
struct ONNXFile {
    let path: String
    let graph: ONNXGraph
    /// Version of the default operator set.
    let operatorSet: Int
    /// Of all files that it lies in.
    let byteCount: Int
    /// SHA-256 of the file, and of those with its weights behind it.
    let sha256: String

    /// Longest file that is decoded: protobuf messages end at two gigabytes.
    static let maximumSize = 1 << 31 - 1

    /// Longest list of nodes that is imported; networks have hundreds. Some steps
    /// take the square of it.
    static let maximumNodes = 5_000

    /// Operator sets whose operators mean what the importer takes them for.
    static let operatorSets = 7...25

    init(_ file: FileBytes) throws {
        path = file.path
        var model: ONNXModel
        do {
            _ = try file.withUnsafeBytes { try ONNXCensus($0) }
        } catch let fault as FormatFault {
            throw ModelFileError.malformed(path: file.path, format: .onnx, fault: fault)
        }
        do {
            model = try file.withUnsafeBytes { try ONNXModel(serializedBytes: Data($0)) }
        } catch {
            throw ModelFileError.malformed(
                path: file.path, format: .onnx, fault: .notProtobuf(reason: "\(error)"))
        }
        guard model.hasGraph, !model.graph.node.isEmpty else {
            throw ModelFileError.malformed(path: file.path, format: .onnx, fault: .missingEntry("graph with nodes"))
        }
        guard model.graph.node.count <= Self.maximumNodes else {
            throw ModelFileError.malformed(
                path: file.path, format: .onnx,
                fault: .tooLarge(
                    what: "the number of nodes", value: model.graph.node.count, limit: Self.maximumNodes))
        }
        let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
        guard let version = versions.max() else {
            throw ModelFileError.malformed(path: file.path, format: .onnx, fault: .missingEntry("operator set"))
        }
        guard let version = Int(exactly: version), Self.operatorSets.contains(version) else {
            throw ModelFileError.malformed(
                path: file.path, format: .onnx, fault: .unsupportedFeature("operator set \(version)"))
        }
        do {
            var outside = ONNXOutsideData(of: file)
            for index in model.graph.initializer.indices { try outside.bring(&model.graph.initializer[index]) }
            byteCount = file.count + outside.byteCount
            sha256 = FileHash.sha256(of: [ByteSlice(file)] + outside.slices)
        } catch let fault as FormatFault {
            throw ModelFileError.malformed(path: file.path, format: .onnx, fault: fault)
        }
        graph = model.graph
        operatorSet = version
    }

    /// The name of the one input, where that is of three extents, of which the first or the last are three colours.
    var pictureWithoutBatch: String? {
        let weights = Set(graph.initializer.map(\.name))
        let inputs = graph.input.filter { !weights.contains($0.name) }
        guard let input = inputs.first, inputs.count == 1 else { return nil }
        let dims = input.type.tensorType.shape.dim
        return dims.count == 3 && [dims[0], dims[2]].contains { $0.value == .dimValue(3) } ? input.name : nil
    }

    /// Whether a file may be in this format: ONNX has no magic number, but every writer puts the format's version,
    /// a small number in field 1, first.
    static func recognises(_ slice: ByteSlice) -> Bool {
        slice.withUnsafeBytes { $0.count > 4 && $0[0] == 0x08 && (1...64).contains($0[1]) }
    }
}
