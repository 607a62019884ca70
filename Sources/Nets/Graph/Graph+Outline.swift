extension Graph {
    /// A graph without its tensors: what a model file stores as JSON beside the weights.
    package struct Outline: Hashable, Sendable, Codable {
        package struct Constant: Hashable, Sendable, Codable {
            package let name: String
            package let value: Value
            package let shape: Shape
        }

        package let inputs: [Input]
        package let constants: [Constant]
        package let nodes: [Node]
        package let outputs: [Output]
    }

    package var outline: Outline {
        Outline(
            inputs: inputs,
            constants: constants.map { .init(name: $0.name, value: $0.value, shape: $0.tensor.shape) },
            nodes: nodes, outputs: outputs)
    }

    /// Rebuilds a graph from its outline and its tensors by name.
    ///
    /// - Throws: `NetsError.constantMissing` when a tensor is absent or has another shape, `NetsError.outlineInvalid`
    ///   when the outline defines a value twice or reads one before it is made. Surplus tensors are not an error.
    package init(_ outline: Outline, tensors: [String: Tensor]) throws(NetsError) {
        self.init()
        var defined = Set<Int>()
        func define(_ value: Value, by name: String) throws(NetsError) {
            guard value.index >= 0, value.index < Outline.valueLimit, defined.insert(value.index).inserted else {
                throw .outlineInvalid(why: "value \(value.index) is made twice or out of range, at '\(name)'")
            }
            valueCount = max(valueCount, value.index + 1)
        }
        for input in outline.inputs {
            try define(input.value, by: input.name)
            inputs.append(input)
        }
        for constant in outline.constants {
            try define(constant.value, by: constant.name)
            guard let tensor = tensors[constant.name], tensor.shape == constant.shape else {
                throw .constantMissing(name: constant.name, shape: constant.shape)
            }
            constants.append(.init(name: constant.name, value: constant.value, tensor: tensor))
        }
        for node in outline.nodes {
            for input in node.inputs where !defined.contains(input.index) {
                throw .outlineInvalid(why: "'\(node.name)' reads value \(input.index) before it is made")
            }
            try define(node.output, by: node.name)
            nodes.append(node)
        }
        for output in outline.outputs {
            guard defined.contains(output.value.index) else {
                throw .outlineInvalid(why: "the output '\(output.name)' is never made")
            }
            outputs.append(output)
        }
    }
}

extension Graph.Outline {
    /// Value indices above this mean a damaged file, not a network.
    static let valueLimit = 1 << 20
}
