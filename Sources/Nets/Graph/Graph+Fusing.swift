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

    /// Lets convolutions apply the PReLU that follows and lay out the margins that precede them, and instance norms the
    /// activation that follows: for graphs that are only run forward, since what comes between them is lost.
    func fusingForInference() -> Graph {
        let known = Set(constants.map(\.value))
        return fusing { node, target in
            switch (node.operation, target.operation) {
            case (.prelu, .convolution(let convolution)):
                guard convolution.activation == nil, target.inputs.count == 3 else { return nil }
                target.inputs.append(node.inputs[1])
            case (.activation(let activation), .instanceNorm(var norm)):
                guard norm.activation == nil else { return nil }
                norm.activation = activation
                target.operation = .instanceNorm(norm)
            case (.convolution(var convolution), .pad(let pad)):
                // The convolution takes the place of the padding, where what is computed in between is not there yet.
                guard convolution.padding.isEmpty, convolution.groups == 1, let margins = pad.margins,
                    node.inputs.dropFirst().allSatisfy(known.contains)
                else { return nil }
                convolution.padding = margins
                convolution.border = pad.mode == .constant(0) ? nil : pad.mode
                target.operation = .convolution(convolution)
                target.inputs += node.inputs.dropFirst()
            default: return nil
            }
            return target
        }
    }

    /// Lets convolutions pool their rectified sums, where nothing else reads those: they never get to memory then, nor on
    /// the way back. For graphs whose weights need no gradients, with inputs of these shapes.
    ///
    /// - Throws: as ``rewrittenForInference(_:)``.
    func fusingPools(_ inputShapes: [String: Shape]) throws(NetsError) -> Graph {
        let shapes = try ExecutionPlan.inferShapes(self, inputShapes)
        let known = Set(constants.map(\.value))
        return fusing { node, target in
            guard case .pool(let pool) = node.operation, case .convolution(var convolution) = target.operation,
                convolution.activation == .relu, convolution.pool == nil, target.inputs.count < 4,
                target.inputs.dropFirst().allSatisfy(known.contains), pool.takesPairs(of: shapes[target.output.index])
            else { return nil }
            let geometry = ConvolutionGeometry(
                convolution, x: shapes[target.inputs[0].index], weights: shapes[target.inputs[1].index])
            guard geometry.pools else { return nil }
            convolution.pool = pool.kind
            target.operation = .convolution(convolution)
            return target
        }
    }

    /// The graph as it is only run forward, with inputs of these shapes.
    ///
    /// - Throws: `NetsError` for input shapes that are missing or refused, and shapes that do not fit an operator.
    func rewrittenForInference(_ inputShapes: [String: Shape]) throws(NetsError) -> Graph {
        let graph = try joiningHeads().fusingForInference().fusingPools(inputShapes)
        return graph.pairingDepthwise(shapes: try ExecutionPlan.inferShapes(graph, inputShapes))
    }

    /// Joins nodes to the one that makes their first input, where they alone read it.
    ///
    /// - Parameter join: what the two are as one, or nil.
    func fusing(_ join: (_ node: Node, _ target: inout Node) -> Node?) -> Graph {
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
