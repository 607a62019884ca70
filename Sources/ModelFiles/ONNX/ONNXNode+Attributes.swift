// Typed access to a node's attributes, with defaults as the operator's specification gives them.

extension ONNXNode {
    /// What messages call the node.
    var label: String { name.isEmpty ? (output.first ?? "without name") : name }

    private func attribute(_ name: String) -> ONNXAttribute? { attribute.first { $0.name == name } }

    func has(_ name: String) -> Bool { attribute(name) != nil }

    /// An integer, held to the range of `Int32` so that later sums cannot overflow.
    func int(_ name: String, default value: Int) -> Int {
        attribute(name).map { Self.held($0.i) } ?? value
    }

    func ints(_ name: String) -> [Int]? {
        attribute(name).map { $0.ints.map(Self.held) }
    }

    func float(_ name: String, default value: Float) -> Float { attribute(name)?.f ?? value }

    func floats(_ name: String) -> [Float]? { attribute(name)?.floats }

    func text(_ name: String, default value: String) -> String {
        attribute(name).map { String(decoding: $0.s, as: UTF8.self) } ?? value
    }

    func tensor(_ name: String) -> ONNXTensor? {
        guard let attribute = attribute(name), attribute.hasT else { return nil }
        return attribute.t
    }

    /// Whether input `index` is connected.
    func hasInput(_ index: Int) -> Bool { input.indices.contains(index) && !input[index].isEmpty }

    private static func held(_ value: Int64) -> Int { Int(Int32(clamping: value)) }

    // MARK: Errors

    func unsupported(_ attribute: String, _ value: some Any) -> GraphFault {
        .unsupportedAttribute(node: label, type: opType, attribute: attribute, value: "\(value)")
    }

    func misfit(_ operand: String, _ reason: String) -> GraphFault {
        .unsupportedOperand(node: label, type: opType, operand: operand, reason: reason)
    }
}
