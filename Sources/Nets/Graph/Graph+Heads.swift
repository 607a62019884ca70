extension Graph {
    /// Makes one of several heads that read the same value, each a 1×1 convolution with few outputs and the depthwise one
    /// that follows it: apart, each would read all channels for a few columns of a product. Slices give their results.
    func joiningHeads() -> Graph {
        let heads = nodes.compactMap(head)
        let groups = Dictionary(grouping: heads, by: \.shared)
        var graph = self
        graph.nodes = []
        var joined: [Value: [Node]] = [:]
        for head in heads {
            guard let group = groups[head.shared], group.count > 1, group[0].first == head.first,
                group.reduce(0, { $0 + $1.outputs }) <= Self.joinedOutputs
            else { continue }
            let whole = graph.join(group)
            joined[group[0].first.output] = [whole.first, whole.second]
            var start = 0
            for head in group {
                if head.first.output != group[0].first.output { joined[head.first.output] = [] }
                let slice = Slice([.init(axis: 3, start: start, end: start + head.outputs)])
                var node = head.second
                (node.operation, node.inputs) = (.slice(slice), [whole.second.output])
                joined[head.second.output] = [node]
                start += head.outputs
            }
        }
        for node in nodes { graph.nodes += joined[node.output] ?? [node] }
        return graph.withoutDeadNodes()
    }

    /// Outputs of the heads that are joined, together.
    private static let joinedOutputs = 32

    private struct Head {
        let first: Node
        let second: Node
        let outputs: Int
        let shared: Shared

        /// What heads have to have in common.
        struct Shared: Hashable {
            let x: Value
            let first: Convolution
            var second: Convolution
            let kernel: [Int]
        }
    }

    /// The head that begins with a node, if one does.
    private func head(_ node: Node) -> Head? {
        guard case .convolution(let first) = node.operation, first == Convolution(), node.inputs.count == 3,
            !outputs.contains(where: { $0.value == node.output })
        else { return nil }
        let readers = consumers(of: node.output)
        guard readers.count == 1, let next = readers.first, case .convolution(var second) = next.operation,
            next.inputs.count == 3, next.inputs[0] == node.output,
            let weights = constant(node.inputs[1]), constant(node.inputs[2]) != nil,
            let factors = constant(next.inputs[1]), constant(next.inputs[2]) != nil
        else { return nil }
        let outputs = weights.shape.channels
        guard weights.shape[0] == 1, weights.shape[1] == 1, second.groups == outputs,
            factors.shape.channels == outputs
        else { return nil }
        second.groups = 0
        let shared = Head.Shared(
            x: node.inputs[0], first: first, second: second, kernel: [factors.shape[0], factors.shape[1]])
        return Head(first: node, second: next, outputs: outputs, shared: shared)
    }

    private mutating func join(_ heads: [Head]) -> (first: Node, second: Node) {
        func beside(_ node: KeyPath<Head, Node>, _ input: Int) -> Value {
            let parts = heads.map { constant($0[keyPath: node].inputs[input])! }
            let rows = parts[0].count / parts[0].shape.channels
            var values: [Float] = []
            for row in 0..<rows {
                for part in parts {
                    let width = part.shape.channels
                    values += part.buffer[row * width..<(row + 1) * width]
                }
            }
            let dims = Array(parts[0].shape.dims.dropLast()) + [values.count / rows]
            let name = heads.map { $0[keyPath: node].name }.joined(separator: "+")
            return constant("\(name).\(input)", Tensor(Shape(dims), values))
        }
        var (first, second) = (heads[0].first, heads[0].second)
        first.inputs = [first.inputs[0], beside(\.first, 1), beside(\.first, 2)]
        first.output = makeValue()
        var convolution = heads[0].shared.second
        convolution.groups = heads.reduce(0) { $0 + $1.outputs }
        second.operation = .convolution(convolution)
        second.inputs = [first.output, beside(\.second, 1), beside(\.second, 2)]
        second.output = makeValue()
        return (first, second)
    }
}
