/// The JSON object at the head of a safetensors file: what its tensors are called and where they lie, and a map of text.
package struct SafetensorsHeader: Sendable {
    package struct Tensor: Sendable {
        package let dtype: String
        package let shape: [Int]
        package let dataOffsets: [Int]
    }

    package private(set) var tensors: [(name: String, tensor: Tensor)] = []
    package private(set) var metadata: [String: String] = [:]

    /// Bytes before it, which say how long it is: little-endian.
    package static let lengthBytes = 8
    /// Longest that is read, in bytes: some hundred thousand tensors.
    package static let maximum = 16 << 20
    /// Some ten values describe a tensor.
    private static let limits = JSONLimits(values: 1_000_000)

    /// - Parameter bytes: of the object alone.
    /// - Throws: ``JSONSyntaxError`` where it does not say what it should.
    package init(_ bytes: some Sequence<UInt8>) throws(JSONSyntaxError) {
        let root = try JSONParser.parse(bytes, limits: Self.limits)
        for member in root.members ?? [] {
            if member.key == "__metadata__" {
                for entry in try Self.required(member.value.members, "an object of text", member.value) {
                    metadata[entry.key] = try Self.required(entry.value.string, "text", entry.value)
                }
            } else {
                tensors.append((member.key, try Self.tensor(member.value)))
            }
        }
    }

    private static func tensor(_ node: JSONNode) throws(JSONSyntaxError) -> Tensor {
        let type = try required(node["dtype"]?.string, "an object with \"dtype\"", node)
        return Tensor(
            dtype: type, shape: try numbers("shape", of: node), dataOffsets: try numbers("data_offsets", of: node))
    }

    private static func numbers(_ key: String, of node: JSONNode) throws(JSONSyntaxError) -> [Int] {
        var numbers: [Int] = []
        for element in try required(node[key]?.elements, "an object with a list \"\(key)\"", node) {
            guard case .number(_, let text) = element.value, let number = Int(text) else {
                throw JSONSyntaxError(place: element.place, reason: "a whole number is expected in \"\(key)\"")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func required<Value>(
        _ value: Value?, _ what: String, _ node: JSONNode
    ) throws(JSONSyntaxError) -> Value {
        if let value { return value }
        throw JSONSyntaxError(place: node.place, reason: "\(what) is expected")
    }
}
