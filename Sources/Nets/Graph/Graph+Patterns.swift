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

extension Graph {
    /// Replaces instance norms that are written out as means, differences and products by the operator.
    ///
    /// Exporters write `(x − m(x)) · (1 / √(m((x − m(x))²) + ε)) · scale + offset`, m the mean over a picture's pixels,
    /// scale and offset reshaped to `[1, 1, 1, C]`: eight passes over the picture instead of three.
    package func findingInstanceNorms() -> Graph {
        let pattern = WrittenOutNorm(self)
        var graph = self
        graph.nodes = []
        for node in nodes {
            guard let norm = pattern.match(node) else {
                graph.nodes.append(node)
                continue
            }
            let affine = [norm.scale, norm.offset].map { graph.add(.reshape(Reshape([-1])), [$0]) }
            var replacement = node
            replacement.operation = .instanceNorm(InstanceNorm(epsilon: norm.epsilon))
            replacement.inputs = [norm.x] + affine
            graph.nodes.append(replacement)
        }
        return graph.withoutDeadNodes()
    }
}

/// Finds the parts of a written-out instance norm from its last addition backwards.
private struct WrittenOutNorm {
    private let producers: [Graph.Value: Graph.Node]
    private let scalars: [Graph.Value: Float]

    struct Parts {
        let x: Graph.Value
        let scale: Graph.Value
        let offset: Graph.Value
        let epsilon: Float
    }

    init(_ graph: Graph) {
        producers = Dictionary(graph.nodes.map { ($0.output, $0) }) { first, _ in first }
        scalars = Dictionary(
            graph.constants.filter { $0.tensor.count == 1 }.map { ($0.value, $0.tensor[0]) }
        ) { first, _ in first }
    }

    func match(_ node: Graph.Node) -> Parts? {
        guard let (product, offset) = operands(of: node, .add, where: isPerChannel),
            let (normal, scale) = operands(of: producers[product], .multiply, where: isPerChannel),
            let (difference, inverse) = operands(of: producers[normal], .multiply, where: isInverse),
            let x = minuend(difference), let epsilon = epsilon(inverse, of: difference)
        else { return nil }
        return Parts(x: x, scale: scale, offset: offset, epsilon: epsilon)
    }

    /// The operands of a binary operation, the one that passes the test second.
    private func operands(
        of node: Graph.Node?, _ kind: Binary, where test: (Graph.Value) -> Bool
    ) -> (Graph.Value, Graph.Value)? {
        guard let node, node.operation == .binary(kind) else { return nil }
        if test(node.inputs[1]) { return (node.inputs[0], node.inputs[1]) }
        return test(node.inputs[0]) ? (node.inputs[1], node.inputs[0]) : nil
    }

    private func isPerChannel(_ value: Graph.Value) -> Bool {
        guard case .reshape(let reshape) = producers[value]?.operation else { return false }
        return reshape.dims.count == 4 && reshape.dims.prefix(3) == [1, 1, 1]
    }

    private func isInverse(_ value: Graph.Value) -> Bool { producers[value]?.operation == .binary(.divide) }

    /// x in `x − m(x)`.
    private func minuend(_ difference: Graph.Value) -> Graph.Value? {
        guard let node = producers[difference], node.operation == .binary(.subtract),
            mean(node.inputs[1]) == node.inputs[0]
        else { return nil }
        return node.inputs[0]
    }

    /// ε in `1 / √(m(difference²) + ε)`.
    private func epsilon(_ inverse: Graph.Value, of difference: Graph.Value) -> Float? {
        guard let division = producers[inverse], scalars[division.inputs[0]] == 1,
            let root = producers[division.inputs[1]], root.operation == .unary(.squareRoot),
            let (variance, epsilon) = operands(
                of: producers[root.inputs[0]], .add, where: { scalars[$0] != nil }),
            let square = mean(variance).flatMap({ producers[$0] }), square.operation == .unary(.square),
            square.inputs[0] == difference
        else { return nil }
        return scalars[epsilon]
    }

    /// What a value is the mean of, over the pixels of each picture.
    private func mean(_ value: Graph.Value) -> Graph.Value? {
        guard let node = producers[value], case .reduce(let reduce) = node.operation, reduce.kind == .mean,
            reduce.axes == [1, 2], reduce.keepsAxes
        else { return nil }
        return node.inputs[0]
    }
}
