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

    /// Replaces every node that reads nothing but constants by the constant that it makes.
    ///
    /// - Throws: what laying out those nodes throws.
    package func foldingConstants(threads: ThreadPool) throws(NetsError) -> Graph {
        let known = Set(constants.map(\.value))
        var made = known
        var foldable: [Node] = []
        for node in nodes where node.inputs.allSatisfy(made.contains) && !node.inputs.isEmpty {
            made.insert(node.output)
            foldable.append(node)
        }
        if foldable.isEmpty { return self }
        // Only values that the rest of the graph reads become constants.
        let folded = Set(foldable.map(\.output))
        let rest = nodes.filter { !folded.contains($0.output) }
        let read = Set(rest.flatMap(\.inputs) + outputs.map(\.value))
        var part = self
        part.nodes = foldable
        part.inputs = []
        part.outputs = foldable.filter { read.contains($0.output) }.map { Output(name: $0.name, value: $0.output) }
        let names = part.outputs.enumerated().map { "\($0.offset)" }
        part.outputs = zip(names, part.outputs).map { Output(name: $0, value: $1.value) }
        let executor = try Executor(part, inputShapes: [:], threads: threads)
        executor.forward()
        var graph = self
        graph.nodes = rest
        for (name, output) in zip(names, part.outputs) {
            let source = foldable.first { $0.output == output.value }?.name ?? name
            graph.constants.append(
                Constant(name: source, value: output.value, tensor: executor.output(name).copy()))
        }
        return graph.withoutDeadNodes()
    }
}
