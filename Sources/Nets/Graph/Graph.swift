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
