extension Graph {
    /// Lets convolutions apply the activation that follows them, where nothing else reads the sum before it.
    package func fusingActivations() -> Graph {
        fusing { node, target in
            guard case .activation(let activation) = node.operation,
                case .convolution(var convolution) = target.operation, convolution.activation == nil,
                target.inputs.count < 4
            else { return nil }
            convolution.activation = activation
            target.operation = .convolution(convolution)
            return target
        }
    }

    /// Lets convolutions apply the PReLU, and instance norms the activation, that follows them: for graphs that are only
    /// run forward, since what comes between them is lost.
    func fusingForInference() -> Graph {
        fusing { node, target in
            switch (node.operation, target.operation) {
            case (.prelu, .convolution(let convolution)):
                guard convolution.activation == nil, target.inputs.count == 3 else { return nil }
                target.inputs.append(node.inputs[1])
            case (.activation(let activation), .instanceNorm(var norm)):
                guard norm.activation == nil else { return nil }
                norm.activation = activation
                target.operation = .instanceNorm(norm)
            default: return nil
            }
            return target
        }
    }

    /// Joins nodes to the one that makes their first input, where they alone read it.
    ///
    /// - Parameter join: what the two are as one, or nil.
    private func fusing(_ join: (_ node: Node, _ target: inout Node) -> Node?) -> Graph {
        var uses: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
        for output in outputs { uses[output.value, default: 0] += 1 }

        var graph = self
        var places: [Value: Int] = [:]
        graph.nodes = []
        for node in nodes {
            if let source = node.inputs.first, uses[source] == 1, let place = places[source] {
                var target = graph.nodes[place]
                if var joined = join(node, &target) {
                    joined.output = node.output
                    graph.nodes[place] = joined
                    places[node.output] = place
                    continue
                }
            }
            places[node.output] = graph.nodes.count
            graph.nodes.append(node)
        }
        return graph
    }
}
