import Nets

extension Graph {
    /// A copy, sharing the constants, in which no value is rounded on its way to the grid of eight bits that the model file has for it:
    /// weights are what the file gives, and everything else is in single precision.
    ///
    /// - Parameter freeingInputs: whether they may have any shape although the model file fixed one, which is right for networks
    ///   that only convolve, normalise over whole maps and resize by factors.
    func unquantized(freeingInputs: Bool = false) -> Graph {
        var copy = Graph()
        var moved: [Value: Value] = [:]
        for input in inputs { moved[input.value] = copy.input(input.name, dims: freeingInputs ? nil : input.dims) }
        for constant in constants { moved[constant.value] = copy.constant(constant.name, constant.tensor) }
        for node in nodes {
            let from = node.inputs.map { moved[$0]! }
            if case .fakeQuantize = node.operation {
                moved[node.output] = from[0]
            } else {
                moved[node.output] = copy.add(node.operation, from, name: node.name)
            }
        }
        for output in outputs { copy.output(output.name, moved[output.value]!) }
        return copy
    }
}
