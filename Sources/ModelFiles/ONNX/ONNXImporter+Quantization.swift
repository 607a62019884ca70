import Nets

extension ONNXImporter {
    /// `QuantizeLinear` of a running value, one scale for all: rounds to the grid and stays in floats.
    mutating func quantize(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        let grid = try grid(node)
        try emit(
            .fakeQuantize(grid), [input.value], for: node, layout: input.layout, dims: input.dims, grid: grid)
        if input.layout == .flattened, let name = node.output.first, case .value(var value)? = operands[name] {
            value.flattened = input.flattened
            operands[name] = .value(value)
        }
    }

    /// `DequantizeLinear` of a running value: it already is in floats, provided that the grid is the same.
    mutating func dequantize(_ node: ONNXNode) throws {
        var input = try runtimeOrQuantized(node, 0)
        guard let expected = input.grid else { throw node.misfit("the input", "was never quantised") }
        let found = try grid(node)
        guard expected == found else {
            throw node.misfit("the grid", "differs from that of QuantizeLinear")
        }
        input.grid = nil
        try alias(node, input)
    }

    private mutating func grid(_ node: ONNXNode) throws -> FakeQuantize {
        guard let scale = try constant(node, 1), scale.count == 1, scale.floats()[0] > 0, scale.floats()[0].isFinite
        else { throw node.misfit("the scale", "must be one positive constant") }
        let zero = try constant(node, 2)
        guard zero?.count ?? 1 == 1 else { throw node.misfit("the zero point", "must be one constant") }
        let grid: FakeQuantize.Grid
        switch zero?.type ?? .uint8 {
        case .int8: grid = .int8
        case .uint8: grid = .uint8
        case let other: throw node.misfit("the zero point", "of type \(other) should be an 8-bit integer")
        }
        let zeroPoint = zero?.ints()[0] ?? 0
        guard grid.range.contains(zeroPoint) else {
            throw node.misfit("the zero point", "\(zeroPoint) is off its own grid")
        }
        return FakeQuantize(scale: scale.floats()[0], zeroPoint: zeroPoint, grid: grid)
    }

    /// `DequantizeLinear` of a constant: `(x − zero point) · scale`, with one scale for all, one for each place on
    /// an axis, or one for each block of an axis.
    mutating func dequantized(_ node: ONNXNode) throws -> ONNXConstant {
        guard let input = try constant(node, 0), let scale = try constant(node, 1) else {
            throw node.misfit("the scale", "must be a constant")
        }
        let zero = try constant(node, 2)
        let scales = scale.floats()
        guard zero == nil || zero?.count == scales.count else {
            throw node.misfit("the zero points", "should be as many as scales")
        }
        let zeros = zero?.floats()
        var values = input.floats()
        if scales.count == 1 {
            let offset = zeros?[0] ?? 0
            for index in values.indices { values[index] = (values[index] - offset) * scales[0] }
            return ONNXConstant(dims: input.dims, floats: values)
        }
        let given = node.int("axis", default: 1)
        let axis = given < 0 ? given + input.rank : given
        guard (0..<input.rank).contains(axis) else { throw node.unsupported("axis", given) }
        let length = input.dims[axis]
        let inner = input.dims[(axis + 1)...].reduce(1, *)
        let block = node.int("block_size", default: 0)
        guard block >= 0 else { throw node.unsupported("block_size", block) }
        if block > 0 {
            let blocks = (length + block - 1) / block
            var expected = input.dims
            expected[axis] = blocks
            guard scale.dims == expected else { throw node.misfit("the scales", "should have the shape \(expected)") }
            for index in values.indices {
                let (outer, place, low) = (index / (length * inner), index / inner % length, index % inner)
                let source = (outer * blocks + place / block) * inner + low
                values[index] = (values[index] - (zeros?[source] ?? 0)) * scales[source]
            }
        } else {
            guard scale.count == length, scale.rank == 1 else {
                throw node.misfit("the scales", "should be \(length) along axis \(axis)")
            }
            for index in values.indices {
                let place = index / inner % length
                values[index] = (values[index] - (zeros?[place] ?? 0)) * scales[place]
            }
        }
        return ONNXConstant(dims: input.dims, floats: values)
    }
}
