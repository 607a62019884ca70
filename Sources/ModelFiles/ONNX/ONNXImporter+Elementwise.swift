import Nets

extension ONNXImporter {
    // MARK: One operand

    mutating func activation(_ node: ONNXNode, _ kind: Activation) throws {
        let input = try runtime(node, 0)
        try emitLike(input, .activation(kind), [input.value], for: node)
    }

    mutating func unary(_ node: ONNXNode, _ kind: Unary) throws {
        let input = try runtime(node, 0)
        try emitLike(input, .unary(kind), [input.value], for: node)
    }

    /// `Clip`: bounds as attributes (operator sets before 11) or as inputs.
    mutating func clip(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        func bound(_ index: Int, _ attribute: String, _ none: Float) throws -> Float {
            if node.has(attribute) { return node.float(attribute, default: none) }
            guard let constant = try constant(node, index) else { return none }
            guard constant.count == 1 else { throw node.misfit("input \(index)", "should be one number") }
            return constant.floats()[0]
        }
        // Finite bounds, because the graph's description is JSON; no float32 lies beyond them but the infinities.
        let greatest = Float.greatestFiniteMagnitude
        let low = max(try bound(1, "min", -greatest), -greatest)
        let high = min(try bound(2, "max", greatest), greatest)
        guard low <= high else { throw node.unsupported("min", low) }
        try emitLike(input, .activation(.clip(low: low, high: high)), [input.value], for: node)
    }

    /// `Elu`: x above 0, α(eˣ − 1) below.
    mutating func elu(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        let alpha = node.float("alpha", default: 1)
        let exponential = graph.unary(.exponential, graph.activation(input.value, .clip(low: -Self.vast, high: 0)))
        let below = try line(of: exponential, slope: alpha, offset: -alpha, node)
        try emitLike(input, .binary(.add), [graph.activation(input.value, .relu), below], for: node)
    }

    /// `HardSigmoid`: αx + β, held to 0…1.
    mutating func hardSigmoid(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        let value = try line(
            of: input.value, slope: node.float("alpha", default: 0.2), offset: node.float("beta", default: 0.5), node)
        try emitLike(input, .activation(.clip(low: 0, high: 1)), [value], for: node)
    }

    /// `HardSwish`: x times x / 6 + ½ held to 0…1.
    mutating func hardSwish(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        let share = try line(of: input.value, slope: 1 / 6, offset: 0.5, node)
        try emitLike(
            input, .binary(.multiply), [input.value, graph.activation(share, .clip(low: 0, high: 1))], for: node)
    }

    /// Below any number that a network has, and finite.
    private static let vast = Float.greatestFiniteMagnitude

    private mutating func line(
        of value: Graph.Value, slope: Float, offset: Float, _ node: ONNXNode
    ) throws -> Graph.Value {
        let steep = graph.binary(.multiply, value, try emit(constant: node.label + "/slope", [1], [slope]))
        return graph.binary(.add, steep, try emit(constant: node.label + "/offset", [1], [offset]))
    }

    /// `PRelu` with one slope, or one a channel.
    mutating func prelu(_ node: ONNXNode) throws {
        var input = try runtime(node, 0)
        input = input.dims.count == 4 ? try channelsLast(input, node) : try asWritten(input)
        guard let slope = try constant(node, 1), input.dims.count >= 2 else {
            throw node.misfit("the slope", "must be a constant")
        }
        // Aligned at the last axis, a slope goes by channel as [C, 1, 1]; behind rank 2 as [C].
        let channelAxis = slope.rank - (input.dims.count - 1)
        let byChannel =
            slope.dims.indices.contains(channelAxis) && slope.dims[channelAxis] == slope.count
            && slope.count == input.dims[1] ?? slope.count
        guard slope.count == 1 || byChannel else {
            throw node.misfit("the slope", "of shape \(slope.dims) should have one element, or one a channel")
        }
        let value = try emit(constant: node.input[1], [slope.count], slope.floats())
        try emitLike(input, .prelu, [input.value, value], for: node)
    }

    mutating func softmax(_ node: ONNXNode) throws {
        let input = try asWritten(runtime(node, 0))
        let rank = input.dims.count
        let given = node.int("axis", default: file.operatorSet >= 13 ? -1 : 1)
        let axis = try axis(given, of: input, node)
        // Before operator set 13 all axes from the given one on were one.
        guard file.operatorSet >= 13 || axis == rank - 1 else { throw node.unsupported("axis", given) }
        try emitLike(input, .softmax(Softmax(axis: axis)), [input.value], for: node)
    }

    /// A node whose result has the shape and layout of its first operand.
    private mutating func emitLike(
        _ input: ONNXValue, _ operation: Operator, _ operands: [Graph.Value], for node: ONNXNode
    ) throws {
        try emit(operation, operands, for: node, layout: input.layout, dims: input.dims)
        if input.layout == .flattened, let name = node.output.first, case .value(var value)? = self.operands[name] {
            value.flattened = input.flattened
            self.operands[name] = .value(value)
        }
    }

    // MARK: Two operands

    mutating func power(_ node: ONNXNode) throws {
        if case .constant(let exponent) = try operand(node, 1), exponent.count == 1, exponent.floats() == [2] {
            return try unary(node, .square)
        }
        try binary(node, .power)
    }

    /// An element-wise operation with NumPy broadcasting.
    ///
    /// If either operand is a picture, both are seen as `[N, H, W, C]`, smaller ranks with leading ones.
    mutating func binary(_ node: ONNXNode, _ kind: Binary) throws {
        guard node.input.count == 2 else { throw node.misfit("the operands", "should be two") }
        let sides = [try operand(node, 0), try operand(node, 1)]
        let pictures = sides.contains { side in
            if case .value(let value) = side { return value.layout == .channelsLast }
            return false
        }
        var values: [ONNXValue] = []
        for (index, side) in sides.enumerated() {
            values.append(try broadcastable(side, name: node.input[index], pictures: pictures, node))
        }
        let dims = try broadcast(values[0].dims, values[1].dims, node)
        try emit(
            .binary(kind), values.map(\.value), for: node, layout: pictures ? .channelsLast : .asWritten, dims: dims)
    }

    private mutating func broadcastable(
        _ operand: ONNXOperand, name: String, pictures: Bool, _ node: ONNXNode
    ) throws -> ONNXValue {
        switch operand {
        case .value(let value):
            var value = try asWrittenUnlessPicture(plain(value))
            guard pictures, value.layout != .channelsLast else { return value }
            if value.dims.count < 4 {
                let dims = [Int?](repeating: 1, count: 4 - value.dims.count) + value.dims
                value = try reshape(value, to: dims, node)
            }
            return try channelsLast(value, node)
        case .constant(let constant):
            guard pictures, constant.count > 1 else { return try runtime(operand, name: name) }
            guard constant.rank <= 4 else { throw node.misfit(name, "has rank \(constant.rank)") }
            let wide = constant.reshaped([Int](repeating: 1, count: 4 - constant.rank) + constant.dims)
            let moved = ONNXFolding.transposed(wide, ONNXLayout.toChannelsLast)
            return ONNXValue(
                value: try emit(constant: name, moved.dims, moved.floats()), layout: .channelsLast, dims: wide.dims)
        }
    }

    private mutating func asWrittenUnlessPicture(_ value: ONNXValue) throws -> ONNXValue {
        value.layout == .flattened ? try asWritten(value) : value
    }

    private func broadcast(_ a: [Int?], _ b: [Int?], _ node: ONNXNode) throws -> [Int?] {
        let rank = max(a.count, b.count)
        guard rank <= 4 else { throw node.misfit("the operands", "have rank \(rank)") }
        let (a, b) = ([Int?](repeating: 1, count: rank - a.count) + a, [Int?](repeating: 1, count: rank - b.count) + b)
        return try zip(a, b).map { (first: Int?, second: Int?) -> Int? in
            switch (first, second) {
            case (1, let other), (let other, 1): return other
            case (nil, let known?), (let known?, nil): return known
            case (nil, nil): return nil
            case (let first?, let second?):
                guard first == second else { throw node.misfit("the operands", "have shapes \(a) and \(b)") }
                return first
            }
        }
    }
}
