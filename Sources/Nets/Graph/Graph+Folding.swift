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
