/// Turns the files that feature networks come in into named float32 tensors, weights `[kh, kw, in, out]`.
enum FeatureConversion {
    /// - Parameter file: the original, already verified.
    /// - Throws: `ModelFileError.malformed`, or `.unexpectedContents` when a tensor is absent or of another shape.
    static func items(_ architecture: FeatureArchitecture, from file: FileBytes) throws -> [SafetensorsWriter.Item] {
        switch architecture {
        case .vgg19: try paletteItems(architecture, from: file)
        case .vgg16, .alexnet: try flaxItems(architecture, from: file)
        }
    }

    /// A PyTorch file of `blockI_convJ_W_q` (indices, `[out, in, kh, kw]`), `_W_table` (256 values) and `_b`.
    private static func paletteItems(
        _ architecture: FeatureArchitecture, from file: FileBytes
    ) throws -> [SafetensorsWriter.Item] {
        let tensors = try TorchFile.tensors(in: file)
        return try architecture.convolutions.flatMap { convolution in
            let (side, channels, count) = (convolution.side, convolution.inputs, convolution.outputs)
            let numbers = convolution.name.split(separator: "_")
            let source = "block\(numbers[0])_conv\(numbers[1])"
            let indices = try tensor("\(source)_W_q", [count, channels, side, side], in: tensors, of: file)
            let table = try tensor("\(source)_W_table", [256], in: tensors, of: file).floats()
            let bias = try tensor("\(source)_b", [count], in: tensors, of: file).floats()
            guard indices.elementType == .uint8 else {
                throw ModelFileError.unexpectedContents(
                    path: file.path, tensor: "\(source)_W_q", expected: "uint8", found: indices.elementType.rawValue)
            }
            let weights = WeightLayout.channelsLast(
                indices.floats().map { table[Int($0)] }, outputs: count, inputs: channels, rows: side, columns: side)
            return [
                SafetensorsWriter.Item(
                    name: "conv\(convolution.name).weights", dims: convolution.weightDims, floats: weights),
                SafetensorsWriter.Item(name: "conv\(convolution.name).bias", dims: [count], floats: bias),
            ]
        }
    }

    /// A pickle of flax parameters: `<Network>_0.Conv_i.{kernel,bias}` and the LPIPS heads `NetLinLayer_i`.
    private static func flaxItems(
        _ architecture: FeatureArchitecture, from file: FileBytes
    ) throws -> [SafetensorsWriter.Item] {
        let tensors = try PickleFile.tensors(in: file)
        let network = architecture == .vgg16 ? "VGG16_0" : "AlexNet_0"
        var items: [SafetensorsWriter.Item] = []
        for (index, convolution) in architecture.convolutions.enumerated() {
            let source = "\(network).Conv_\(index)"
            let weights = try tensor("\(source).kernel", convolution.weightDims, in: tensors, of: file)
            let bias = try tensor("\(source).bias", [convolution.outputs], in: tensors, of: file)
            items.append(
                .init(
                    name: "conv\(convolution.name).weights", dims: convolution.weightDims, floats: weights.floats()))
            items.append(
                .init(name: "conv\(convolution.name).bias", dims: [convolution.outputs], floats: bias.floats()))
        }
        for (index, layer) in architecture.perceptualLayers.enumerated() {
            let name = layer.replacing("relu", with: "")
            guard let channels = architecture.convolutions.first(where: { $0.name == name })?.outputs else { continue }
            let head = try tensor("NetLinLayer_\(index).Conv_0.kernel", [1, 1, channels, 1], in: tensors, of: file)
            items.append(.init(name: "lpips\(index).weights", dims: [channels], floats: head.floats()))
        }
        return items
    }

    private static func tensor(
        _ name: String, _ dims: [Int], in tensors: [String: StoredTensor], of file: FileBytes
    ) throws -> StoredTensor {
        guard let tensor = tensors[name] else {
            throw ModelFileError.unexpectedContents(
                path: file.path, tensor: name, expected: "of shape \(dims)", found: "absent")
        }
        guard tensor.dims == dims else {
            throw ModelFileError.unexpectedContents(
                path: file.path, tensor: name, expected: "of shape \(dims)", found: "of shape \(tensor.dims)")
        }
        return tensor
    }
}

/// Reorders convolution weights.
package enum WeightLayout {
    /// `[out, in, rows, columns]` to `[rows, columns, in, out]`.
    package static func channelsLast(
        _ weights: [Float], outputs: Int, inputs: Int, rows: Int, columns: Int
    ) -> [Float] {
        precondition(weights.count == outputs * inputs * rows * columns, "\(weights.count) weights")
        return [Float](unsafeUninitializedCapacity: weights.count) { target, initialized in
            let taps = rows * columns
            for output in 0..<outputs {
                for input in 0..<inputs {
                    let source = (output * inputs + input) * taps
                    for tap in 0..<taps {
                        target[(tap * inputs + input) * outputs + output] = weights[source + tap]
                    }
                }
            }
            initialized = weights.count
        }
    }
}
