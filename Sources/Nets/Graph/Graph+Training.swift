extension Graph {
    /// The names of what training changes: weights, biases, slopes, and the factors and offsets of normalisations; not their
    /// statistics, and no number that only prepares the input.
    package var parameterNames: Set<String> {
        var values: Set<Value> = []
        for node in nodes {
            switch node.operation {
            case .convolution, .gemm, .prelu: values.formUnion(node.inputs.dropFirst())
            case .batchNorm: values.formUnion(node.inputs[1...2])
            default: break
            }
        }
        return Set(constants.filter { values.contains($0.value) }.map(\.name))
    }

    /// The names of the parameters of the last node that has any, and of all behind it.
    package var lastParameterNames: Set<String> {
        let names = parameterNames
        guard
            let last = nodes.lastIndex(where: { node in
                switch node.operation {
                case .convolution, .gemm: !names.isDisjoint(with: constantNames(of: node))
                default: false
                }
            })
        else { return names }
        return nodes[last...].reduce(into: []) { $0.formUnion(constantNames(of: $1).intersection(names)) }
    }

    private func constantNames(of node: Node) -> Set<String> {
        Set(constants.filter { node.inputs.contains($0.value) }.map(\.name))
    }

    /// The graph with copies of the named constants, which may be written without changing any other graph.
    package func copyingConstants(_ names: Set<String>) -> Graph {
        var graph = self
        for index in graph.constants.indices where names.contains(graph.constants[index].name) {
            let copy = Tensor(graph.constants[index].tensor.shape)
            copy.assign(graph.constants[index].tensor)
            graph.constants[index].tensor = copy
        }
        return graph
    }
}
