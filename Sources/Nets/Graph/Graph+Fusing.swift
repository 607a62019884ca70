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
            guard case .pool(let pool) = node.operation, pool.kind != .l2,
                case .convolution(var convolution) = target.operation,
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

extension Graph {
    /// Moves batch normalisations into the weights and bias of the convolution before them, where nothing else reads
    /// the convolution's result and all tensors involved are constants.
    ///
    /// With `f = scale / √(variance + ε)`: weights `· f` per output channel, bias `f · (bias − mean) + offset`. The new
    /// tensors are the graph's own; the old ones are untouched.
    package func foldingBatchNorms() -> Graph {
        var graph = self
        graph.nodes = []
        var places: [Value: Int] = [:]
        for node in nodes {
            if case .batchNorm(let norm) = node.operation, let place = places[node.inputs[0]],
                let folded = graph.fold(node, norm, into: graph.nodes[place], readers: self)
            {
                graph.nodes[place] = folded
                places[node.output] = place
                continue
            }
            places[node.output] = graph.nodes.count
            graph.nodes.append(node)
        }
        return graph.withoutDeadNodes()
    }

    private mutating func fold(_ node: Node, _ norm: BatchNorm, into target: Node, readers: Graph) -> Node? {
        guard case .convolution(let convolution) = target.operation, convolution.activation == nil,
            readers.consumers(of: target.output).count == 1, !outputs.contains(where: { $0.value == target.output }),
            let weights = constant(target.inputs[1]), node.inputs.count == 5,
            let scale = constant(node.inputs[1]), let offset = constant(node.inputs[2]),
            let mean = constant(node.inputs[3]), let variance = constant(node.inputs[4])
        else { return nil }
        let old = target.inputs.count == 3 ? constant(target.inputs[2]) : nil
        if target.inputs.count == 3 && old == nil { return nil }
        let channels = weights.shape.channels
        guard [scale, offset, mean, variance].allSatisfy({ $0.count == channels }) else { return nil }
        let folded = Tensor(weights.shape)
        let bias = Tensor([channels])
        for channel in 0..<channels {
            let factor = scale[channel] / (variance[channel] + norm.epsilon).squareRoot()
            for index in stride(from: channel, to: weights.count, by: channels) {
                folded.pointer[index] = weights.pointer[index] * factor
            }
            bias[channel] = factor * ((old?[channel] ?? 0) - mean[channel]) + offset[channel]
        }
        var result = target
        result.inputs = [
            target.inputs[0], constant("\(target.name).weights", folded), constant("\(target.name).bias", bias),
        ]
        result.output = node.output
        return result
    }
}

extension Graph {
    /// Joins convolutions with the depthwise ones that follow them, where what lies between is too large to stay in a
    /// cache: for graphs that are only run forward.
    ///
    /// - Parameter shapes: of each value.
    func pairingDepthwise(shapes: [Shape]) -> Graph {
        var graph = self
        let known = Set(constants.map(\.value))
        let slopes: [Activation?: Value] = [
            nil: graph.constant("slope of none", Tensor([1], [1])),
            .relu: graph.constant("slope of a rectifier", Tensor([1], [0])),
        ]
        /// Weights, bias and slopes, if that is all there is.
        func factors(_ node: Node, _ convolution: Convolution) -> [Value]? {
            guard node.inputs.count > 2, node.inputs.dropFirst().allSatisfy(known.contains) else { return nil }
            if node.inputs.count == 4 { return convolution.activation == nil ? Array(node.inputs[1...]) : nil }
            return slopes[convolution.activation].map { Array(node.inputs[1...]) + [$0] }
        }
        return graph.fusing { node, target in
            guard case .convolution(var second) = node.operation, case .convolution(var first) = target.operation,
                let own = factors(node, second), let others = factors(target, first)
            else { return nil }
            let (x, between) = (shapes[target.inputs[0].index], shapes[target.output.index])
            let geometry = ConvolutionGeometry(first, x: x, weights: shapes[others[0].index])
            guard second.groups == between.channels, shapes[own[0].index].channels == between.channels,
                second.groups > 1, second.border == nil, second.dilation == Extent2(1), first.groups == 1,
                !WinogradConvolution.suits(geometry), between.count / between.batch >= Self.pairedCount
            else { return nil }
            (first.activation, second.activation) = (nil, nil)
            target.operation = .depthwisePair(DepthwisePair(first: first, second: second))
            target.inputs = [target.inputs[0]] + others + own
            return target
        }.withoutDeadNodes()
    }

    /// Floats of a picture between two convolutions from which on they are paired: 1 MB, the second-level cache of a core.
    private static let pairedCount = 1 << 18
}
