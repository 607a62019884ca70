extension Graph {
    /// Declares an input. `nil` extents are free and are fixed when an executor is made.
    @discardableResult
    package mutating func input(_ name: String, dims: [Int?]? = nil) -> Value {
        let value = makeValue()
        inputs.append(Input(name: name, value: value, dims: dims))
        return value
    }

    /// Adds a tensor known beforehand.
    package mutating func constant(_ name: String, _ tensor: Tensor) -> Value {
        let value = makeValue()
        constants.append(Constant(name: name, value: value, tensor: tensor))
        return value
    }

    /// Gives a value a name by which the caller reads it. One value may have several names.
    package mutating func output(_ name: String, _ value: Value) {
        outputs.append(Output(name: name, value: value))
    }

    /// Appends a node. Shapes are checked when an executor is made.
    ///
    /// - Parameter name: for messages; by default the operator and a number.
    package mutating func add(_ operation: Operator, _ inputs: [Value], name: String? = nil) -> Value {
        let output = makeValue()
        let name = name ?? "\(operation.label)-\(output.index)"
        nodes.append(Node(name: name, operation: operation, inputs: inputs, output: output))
        return output
    }

    package mutating func convolution(
        _ x: Value, weights: Value, bias: Value? = nil, _ parameters: Convolution = .init(), name: String? = nil
    ) -> Value {
        add(.convolution(parameters), [x, weights] + (bias.map { [$0] } ?? []), name: name)
    }

    package mutating func gemm(_ a: Value, _ b: Value, _ c: Value? = nil, _ parameters: Gemm = .init()) -> Value {
        add(.gemm(parameters), [a, b] + (c.map { [$0] } ?? []))
    }

    package mutating func activation(_ x: Value, _ kind: Activation, name: String? = nil) -> Value {
        add(.activation(kind), [x], name: name)
    }

    package mutating func relu(_ x: Value, name: String? = nil) -> Value { activation(x, .relu, name: name) }

    package mutating func pool(_ x: Value, _ parameters: Pool, name: String? = nil) -> Value {
        add(.pool(parameters), [x], name: name)
    }

    package mutating func binary(_ kind: Binary, _ a: Value, _ b: Value) -> Value { add(.binary(kind), [a, b]) }

    package mutating func unary(_ kind: Unary, _ x: Value) -> Value { add(.unary(kind), [x]) }
}
