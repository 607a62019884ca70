extension Graph {
    /// Lets convolutions apply the activation that follows them, where nothing else reads the sum before it.
    package func fusingActivations() -> Graph {
        var uses: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
        for output in outputs { uses[output.value, default: 0] += 1 }

        var graph = self
        var places: [Value: Int] = [:]
        graph.nodes = []
        for node in nodes {
            if case .activation(let activation) = node.operation, let source = node.inputs.first, uses[source] == 1,
                let place = places[source], case .convolution(var convolution) = graph.nodes[place].operation,
                convolution.activation == nil
            {
                convolution.activation = activation
                graph.nodes[place].operation = .convolution(convolution)
                graph.nodes[place].output = node.output
                places[node.output] = place
                continue
            }
            places[node.output] = graph.nodes.count
            graph.nodes.append(node)
        }
        return graph
    }
}
