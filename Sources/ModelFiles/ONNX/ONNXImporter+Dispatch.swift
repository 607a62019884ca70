import Nets

extension ONNXImporter {
    /// Adds one node: folded when all its inputs are known, else translated.
    mutating func add(_ node: ONNXNode) throws {
        guard node.domain.isEmpty || node.domain == "ai.onnx" else {
            throw GraphFault.unsupportedOperator(node: node.label, type: "\(node.domain).\(node.opType)")
        }
        if let folded = try fold(node) { return try define(node, constant: folded) }
        switch node.opType {
        case "Conv": try convolution(node)
        case "ConvTranspose": try transposedConvolution(node)
        case "DepthToSpace": try depthToSpace(node)
        case "MaxPool": try pool(node, .max)
        case "AveragePool": try pool(node, .average)
        case "GlobalAveragePool": try globalAveragePool(node)
        case "BatchNormalization": try batchNorm(node)
        case "InstanceNormalization": try instanceNorm(node)
        case "Gemm": try gemm(node)
        case "MatMul": try matrixProduct(node)

        case "Relu": try activation(node, .relu)
        case "LeakyRelu": try activation(node, .leakyRelu(slope: node.float("alpha", default: 0.01)))
        case "Elu": try elu(node)
        case "HardSigmoid": try hardSigmoid(node)
        case "HardSwish": try hardSwish(node)
        case "Sigmoid": try activation(node, .sigmoid)
        case "Tanh": try activation(node, .tanh)
        case "Clip": try clip(node)
        case "PRelu": try prelu(node)
        case "Softmax": try softmax(node)

        case "Add": try binary(node, .add)
        case "Sub": try binary(node, .subtract)
        case "Mul": try binary(node, .multiply)
        case "Div": try binary(node, .divide)
        case "Pow": try power(node)
        case "Min": try binary(node, .minimum)
        case "Max": try binary(node, .maximum)
        case "Sqrt": try unary(node, .squareRoot)
        case "Reciprocal": try unary(node, .reciprocal)
        case "Neg": try unary(node, .negate)
        case "Abs": try unary(node, .absolute)
        case "Exp": try unary(node, .exponential)
        case "Log": try unary(node, .logarithm)

        case "ReduceMean": try reduce(node, .mean)
        case "ReduceSum": try reduce(node, .sum)
        case "ReduceL2": try lengthOverAxes(node)
        case "LpNormalization": try normalize(node)

        case "Reshape": try reshape(node)
        case "Flatten": try flatten(node)
        case "Transpose": try transpose(node)
        case "Squeeze": try squeeze(node)
        case "Unsqueeze": try unsqueeze(node)
        case "Concat": try concat(node)
        case "Slice": try slice(node)
        case "Expand": try expand(node)
        case "Pad": try pad(node)
        case "Resize", "Upsample": try resize(node)

        case "QuantizeLinear": try quantize(node)
        case "DequantizeLinear": try dequantize(node)
        case "Identity", "Dropout": try alias(node, runtimeOrQuantized(node, 0))
        case "Cast": try cast(node)
        default: throw GraphFault.unsupportedOperator(node: node.label, type: node.opType)
        }
    }

    /// Input `index`, which may lie on a quantisation grid.
    mutating func runtimeOrQuantized(_ node: ONNXNode, _ index: Int) throws -> ONNXValue {
        try runtime(operand(node, index), name: node.hasInput(index) ? node.input[index] : "")
    }

    /// Numbers in 32-bit floats are all that runs, so that only casts between kinds of floats can be left out.
    private mutating func cast(_ node: ONNXNode) throws {
        let type = node.int("to", default: 1)
        guard Self.floats.contains(type) else { throw node.unsupported("to", type) }
        try alias(node, runtime(node, 0))
    }
}
