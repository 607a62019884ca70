import Foundation

@testable import ModelFiles

extension FuzzTarget {
    static let models = [
        refusing("onnx", with: ModelFileError.self) { bytes in
            let graph = try ONNXImporter.graph(of: ONNXFile(FileBytes(bytes, name: "fuzzed.onnx")))
            try graph.checkEmbedder(path: "fuzzed.onnx")
        },
        refusing("safetensors", with: ModelFileError.self) { bytes in
            touch(try SafetensorsFile(FileBytes(bytes, name: "fuzzed.safetensors")).tensors, of: bytes)
        },
        refusing("pickle", with: ModelFileError.self) { bytes in
            touch(try PickleFile.tensors(in: FileBytes(bytes, name: "fuzzed.ckpt")), of: bytes)
        },
        refusing("torch", with: ModelFileError.self) { bytes in
            touch(try TorchFile.tensors(in: FileBytes(bytes, name: "fuzzed.pth")), of: bytes)
        },
    ]

    /// Reads every element of the first tensors; none may have more elements than the file has bytes.
    private static func touch(_ tensors: [String: StoredTensor], of bytes: [UInt8]) {
        for tensor in tensors.values.prefix(16) {
            precondition(tensor.count <= bytes.count)
            precondition(tensor.floats().count == tensor.count)
        }
    }
}
