extension Graph {
    /// The part of the graph that the named outputs need; all inputs stay declared if they are still read.
    ///
    /// - Throws: `NetsError.nameUnknown` for a name that is no output.
    package func pruned(to names: [String]) throws(NetsError) -> Graph {
        var graph = self
        graph.outputs = []
        for name in names {
            guard let output = outputs.first(where: { $0.name == name }) else {
                throw .nameUnknown(kind: .output, name: name, known: outputNames)
            }
            graph.outputs.append(output)
        }
        return graph.withoutDeadNodes()
    }

    /// The graph without nodes, constants and inputs that no output needs.
    package func withoutDeadNodes() -> Graph {
        var alive = Set(outputs.map(\.value))
        var graph = self
        graph.nodes = nodes.reversed().filter { node in
            guard alive.contains(node.output) else { return false }
            alive.formUnion(node.inputs)
            return true
        }.reversed()
        graph.constants = constants.filter { alive.contains($0.value) }
        graph.inputs = inputs.filter { alive.contains($0.value) }
        return graph
    }
}
