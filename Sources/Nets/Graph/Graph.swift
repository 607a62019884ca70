/// A network as data: named inputs, constants, nodes in an order that can be executed, named outputs.
///
/// A value type, built by code (`Graph+Building.swift`) or by a model reader. It computes nothing; `Executor` does.
/// Copies share their constants' storage.
package struct Graph {
    /// The identity of a tensor that flows in one graph.
    package struct Value: Hashable, Sendable, Codable {
        package let index: Int

        init(index: Int) { self.index = index }

        package init(from decoder: any Decoder) throws {
            index = try decoder.singleValueContainer().decode(Int.self)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(index)
        }
    }

    /// What the caller feeds. `dims` says which extents are fixed; `nil` extents are free; `nil` dims: any shape.
    package struct Input: Hashable, Sendable, Codable {
        package let name: String
        package let value: Value
        package let dims: [Int?]?
    }

    /// A weight or another tensor known beforehand.
    package struct Constant {
        package let name: String
        package let value: Value
        package var tensor: Tensor
    }

    /// One operation and the value that it makes.
    package struct Node: Hashable, Sendable, Codable {
        package var name: String
        package var operation: Operator
        package var inputs: [Value]
        package var output: Value
    }

    /// A value under the name by which the caller reads it.
    package struct Output: Hashable, Sendable, Codable {
        package let name: String
        package let value: Value
    }

    package internal(set) var inputs: [Input] = []
    package internal(set) var constants: [Constant] = []
    package internal(set) var nodes: [Node] = []
    package internal(set) var outputs: [Output] = []
    var valueCount = 0

    package init() {}

    package var inputNames: [String] { inputs.map(\.name) }
    package var outputNames: [String] { outputs.map(\.name) }

    /// The tensor behind a value, if it is a constant.
    package func constant(_ value: Value) -> Tensor? { constants.first { $0.value == value }?.tensor }

    /// The nodes that read a value.
    package func consumers(of value: Value) -> [Node] { nodes.filter { $0.inputs.contains(value) } }

    mutating func makeValue() -> Value {
        defer { valueCount += 1 }
        return Value(index: valueCount)
    }
}

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

    /// Has an output be so many times what it was, and so much more.
    ///
    /// - Precondition: there is one of the name.
    package mutating func scale(output name: String, by factor: Float, adding offset: Float = 0) {
        guard let index = outputs.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no output \(name) among \(outputNames)")
        }
        var scaled = binary(
            .multiply, outputs[index].value, constant("\(name) scale", Tensor([1], [factor])))
        if offset != 0 { scaled = binary(.add, scaled, constant("\(name) offset", Tensor([1], [offset]))) }
        outputs[index] = Output(name: name, value: scaled)
    }

    /// Has what is fed be so many times what it was, and so much more, before anything reads it.
    ///
    /// - Precondition: there is an input of the name.
    package mutating func scale(input name: String, by factor: Float, adding offset: Float) {
        guard let index = inputs.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no input \(name) among \(inputNames)")
        }
        let (fed, scaled, read) = (makeValue(), makeValue(), inputs[index].value)
        let numbers = [("scale", factor), ("offset", offset)].map {
            constant("\(name) \($0.0)", Tensor([1], [$0.1]))
        }
        inputs[index] = Input(name: name, value: fed, dims: inputs[index].dims)
        nodes.insert(
            contentsOf: [
                Node(
                    name: "\(name) scale", operation: .binary(.multiply), inputs: [fed, numbers[0]], output: scaled),
                Node(name: "\(name) offset", operation: .binary(.add), inputs: [scaled, numbers[1]], output: read),
            ], at: 0)
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

    /// The graph, with any size for the picture that is its one input of rank 4; nil for other inputs.
    package func withFreeSize() -> Graph? {
        guard inputs.count == 1, let dims = inputs[0].dims, dims.count == 4 else { return nil }
        let rows = dims[1] == 3 && dims[3] != 3 ? 2 : 1
        var (graph, free) = (self, dims)
        free.replaceSubrange(rows..<rows + 2, with: [nil, nil])
        graph.inputs[0] = Input(name: inputs[0].name, value: inputs[0].value, dims: free)
        return graph
    }

    /// Whether another graph computes the same of the same inputs, node by node and number by number.
    package func isSame(as other: Graph) -> Bool {
        inputs == other.inputs && nodes == other.nodes && outputs == other.outputs
            && constants.count == other.constants.count
            && zip(constants, other.constants).allSatisfy { one, other in
                one.name == other.name && one.value == other.value && one.tensor.shape == other.tensor.shape
                    && one.tensor.buffer.elementsEqual(other.tensor.buffer)
            }
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
