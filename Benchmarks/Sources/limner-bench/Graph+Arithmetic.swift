import Nets

extension Graph {
    /// Multiplications and additions of all convolutions and matrix products by the direct algorithm, in thousands of
    /// millions. What goes between them (activations, norms, pooling) is not counted.
    func gigaflop(inputShapes: [String: Shape]) throws -> Double {
        var shapes: [Value: Shape] = [:]
        for input in inputs { shapes[input.value] = inputShapes[input.name] }
        for constant in constants { shapes[constant.value] = constant.tensor.shape }
        var terms = 0
        for node in nodes {
            let operands = node.inputs.map { shapes[$0]! }
            let output = try node.operation.outputShape(operands, node: node.name)
            shapes[node.output] = output
            switch node.operation {
            case .convolution: terms += output.count * operands[1].dims.prefix(3).reduce(1, *)
            case .gemm: terms += operands[0].count * output[1]
            default: break
            }
        }
        return 2e-9 * Double(terms)
    }
}
