import Nets

extension Graph {
    /// A copy, sharing the constants, whose inputs may have any shape although the model file fixed one.
    ///
    /// Right for networks that only convolve, normalise over whole maps and resize by factors.
    func withFreeInputs() -> Graph {
        var copy = Graph()
        var moved: [Value: Value] = [:]
        for input in inputs { moved[input.value] = copy.input(input.name) }
        for constant in constants { moved[constant.value] = copy.constant(constant.name, constant.tensor) }
        for node in nodes {
            moved[node.output] = copy.add(node.operation, node.inputs.map { moved[$0]! }, name: node.name)
        }
        for output in outputs { copy.output(output.name, moved[output.value]!) }
        return copy
    }
}
