import Nets

extension ONNXImporter {
    /// `BatchNormalization` with stored statistics; the graph later folds it into a convolution before it.
    mutating func batchNorm(_ node: ONNXNode) throws {
        guard node.int("training_mode", default: 0) == 0 else { throw node.unsupported("training_mode", 1) }
        var input = try runtime(node, 0)
        input = input.dims.count == 4 ? try channelsLast(input, node) : try asWritten(input)
        guard input.dims.count == 4 || input.dims.count == 2 else {
            throw node.misfit("the input", "of rank \(input.dims.count) should have rank 2 or 4")
        }
        var operands = [input.value]
        var channels = input.dims[1]
        for index in 1...4 {
            guard let constant = try constant(node, index), constant.count == channels ?? constant.count else {
                throw node.misfit("input \(index)", "must be a constant with one element a channel")
            }
            channels = constant.count
            operands.append(try emit(constant: node.input[index], [constant.count], constant.floats()))
        }
        try emit(
            .batchNorm(BatchNorm(epsilon: node.float("epsilon", default: 1e-5))), operands, for: node,
            layout: input.layout, dims: input.dims)
    }

    mutating func instanceNorm(_ node: ONNXNode) throws {
        let input = try channelsLast(runtime(node, 0), node)
        var operands = [input.value]
        for index in 1...2 {
            guard let constant = try constant(node, index), constant.count == input.dims[1] ?? constant.count else {
                throw node.misfit("input \(index)", "must be a constant with one element a channel")
            }
            operands.append(try emit(constant: node.input[index], [constant.count], constant.floats()))
        }
        try emit(
            .instanceNorm(InstanceNorm(epsilon: node.float("epsilon", default: 1e-5))), operands, for: node,
            layout: input.layout, dims: input.dims)
    }

    // MARK: Reductions

    mutating func reduce(_ node: ONNXNode, _ kind: Reduce.Kind) throws {
        let input = try runtime(node, 0)
        guard let plan = try reduction(node, of: input) else { return try alias(node, input) }
        try emit(
            .reduce(Reduce(kind, axes: plan.axes, keepsAxes: plan.keepsAxes)), [plan.input.value], for: node,
            layout: plan.layout, dims: plan.dims)
    }

    /// `ReduceL2`: the square root of the sum of the squares.
    mutating func lengthOverAxes(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        guard let plan = try reduction(node, of: input) else { return try alias(node, input) }
        let squares = graph.unary(.square, plan.input.value)
        let sum = graph.add(.reduce(Reduce(.sum, axes: plan.axes, keepsAxes: plan.keepsAxes)), [squares])
        try emit(.unary(.squareRoot), [sum], for: node, layout: plan.layout, dims: plan.dims)
    }

    /// `LpNormalization` with p = 2: the input divided by its length along one axis.
    mutating func normalize(_ node: ONNXNode) throws {
        guard node.int("p", default: 2) == 2 else { throw node.unsupported("p", node.int("p", default: 2)) }
        let input = try asWritten(runtime(node, 0))
        let axis = try axis(node.int("axis", default: -1), of: input, node)
        let squares = graph.unary(.square, input.value)
        let sum = graph.add(.reduce(Reduce(.sum, axes: [axis], keepsAxes: true)), [squares])
        let length = graph.unary(.squareRoot, sum)
        try emit(.binary(.divide), [input.value, length], for: node, layout: input.layout, dims: input.dims)
    }

    private struct Reduction {
        let input: ONNXValue
        let axes: [Int]
        let keepsAxes: Bool
        let layout: ONNXLayout
        let dims: [Int?]
    }

    /// What a reduction does to an input; nil when it does nothing.
    private mutating func reduction(_ node: ONNXNode, of value: ONNXValue) throws -> Reduction? {
        var axes = try constant(node, 1)?.ints() ?? node.ints("axes") ?? []
        if axes.isEmpty {
            if node.int("noop_with_empty_axes", default: 0) != 0 { return nil }
            axes = Array(value.dims.indices)
        }
        axes = try axes.map { try axis($0, of: value, node) }
        guard Set(axes).count == axes.count else { throw node.unsupported("axes", axes) }
        let keepsAxes = node.int("keepdims", default: 1) != 0
        let dims = value.dims.indices.compactMap { index -> Int?? in
            axes.contains(index) ? (keepsAxes ? .some(1) : nil) : .some(value.dims[index])
        }
        // Where axes vanish, those that stay must stand in the written order; C is the one that moved.
        let reorders = value.layout == .channelsLast && !axes.contains(1) && !Set(axes).isSuperset(of: [2, 3])
        let input = value.layout == .flattened || (reorders && !keepsAxes) ? try asWritten(value) : value
        return Reduction(
            input: input, axes: axes.map { input.layout.stored(axis: $0) }.sorted(), keepsAxes: keepsAxes,
            layout: keepsAxes ? input.layout : .asWritten, dims: dims)
    }

    /// An axis counted from either end.
    func axis(_ axis: Int, of value: ONNXValue, _ node: ONNXNode) throws -> Int {
        let rank = value.dims.count
        guard axis >= -rank, axis < rank else { throw node.unsupported("axis", axis) }
        return axis < 0 ? axis + rank : axis
    }
}
