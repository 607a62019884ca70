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
