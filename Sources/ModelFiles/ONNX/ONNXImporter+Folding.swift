import Nets

// Nodes whose inputs are all known at import: mostly arithmetic on shapes, and the unpacking of weights.

extension ONNXImporter {
    /// The node's value if it can be computed now; nil if it belongs to the running network.
    mutating func fold(_ node: ONNXNode) throws -> ONNXConstant? {
        switch node.opType {
        case "Constant": return try constantNode(node)
        case "Shape": return try shape(node)
        case "ConstantOfShape": return try filled(node)
        default: break
        }
        var inputs: [ONNXConstant] = []
        for index in node.input.indices where node.hasInput(index) {
            guard case .constant(let constant) = try operand(node, index) else { return nil }
            inputs.append(constant)
        }
        guard let first = inputs.first else { return nil }
        if Self.readingOperators.contains(node.opType) { try read(inputs) }
        switch node.opType {
        case "DequantizeLinear": return try dequantized(node)
        case "Identity", "Dropout": return first
        case "Cast": return try cast(first, to: node.int("to", default: 1), node)
        case "Reshape": return try reshaped(first, node)
        case "Transpose":
            let permutation = node.ints("perm") ?? Array((0..<first.rank).reversed())
            guard permutation.sorted() == Array(0..<first.rank) else { throw node.unsupported("perm", permutation) }
            return ONNXFolding.transposed(first, permutation)
        case "Unsqueeze":
            guard let axes = try constant(node, 1)?.ints() ?? node.ints("axes") else { return nil }
            let ones = [Int](repeating: 1, count: axes.count)
            return first.reshaped(try ONNXFolding.unsqueezed(first.dims, ones, at: axes, node))
        case "Squeeze":
            let axes = try constant(node, 1)?.ints() ?? node.ints("axes")
            let gone = axes?.map { $0 < 0 ? $0 + first.rank : $0 }
            let dims = first.dims.indices.filter { first.dims[$0] != 1 || !(gone?.contains($0) ?? true) }
            return first.reshaped(dims.map { first.dims[$0] })
        case "Floor": return ONNXConstant(dims: first.dims, floats: first.floats().map { $0.rounded(.down) })
        case "Ceil": return ONNXConstant(dims: first.dims, floats: first.floats().map { $0.rounded(.up) })
        case "Concat": return try ONNXFolding.concatenated(inputs, axis: node.int("axis", default: 0), node)
        case "Slice": return try ONNXFolding.sliced(first, sliceRanges(node, rank: first.rank))
        case "Gather":
            guard inputs.count == 2 else { return nil }
            return try ONNXFolding.gathered(first, inputs[1], axis: node.int("axis", default: 0), node)
        case "Add", "Sub", "Mul", "Div":
            guard inputs.count == 2 else { return nil }
            return try ONNXFolding.arithmetic(inputs[0], inputs[1], node)
        default: return nil
        }
    }

    /// Those that are folded by reading elements; others only look at shapes.
    private static let readingOperators: Set<String> = [
        "DequantizeLinear", "Cast", "Transpose", "Concat", "Slice", "Gather", "Add", "Sub", "Mul", "Div",
        "Floor", "Ceil",
    ]

    private func constantNode(_ node: ONNXNode) throws -> ONNXConstant {
        if let tensor = node.tensor("value") { return try ONNXConstant(tensor) }
        if node.has("value_float") { return ONNXConstant(dims: [], floats: [node.float("value_float", default: 0)]) }
        if node.has("value_int") { return ONNXConstant(dims: [], ints: [node.int("value_int", default: 0)]) }
        if let floats = node.floats("value_floats"), node.has("value_floats") {
            return ONNXConstant(dims: [floats.count], floats: floats)
        }
        if let ints = node.ints("value_ints") { return ONNXConstant(dims: [ints.count], ints: ints) }
        throw node.misfit("the value", "is of an unsupported kind")
    }

    /// `Shape` of something whose extents are all known.
    private mutating func shape(_ node: ONNXNode) throws -> ONNXConstant {
        let dims: [Int?]
        switch try operand(node, 0) {
        case .constant(let constant): dims = constant.dims
        case .value(let value): dims = value.dims
        }
        let start = node.int("start", default: 0)
        let end = node.has("end") ? node.int("end", default: dims.count) : dims.count
        let range = Slice.Range(axis: 0, start: start, end: end)
        let known = try ONNXFolding.indices(range, of: dims.count).map { axis in
            guard let extent = dims[axis] else {
                throw node.misfit("the input", "has an open extent on axis \(axis), which the network computes with")
            }
            return extent
        }
        return ONNXConstant(dims: [known.count], ints: known)
    }

    private mutating func filled(_ node: ONNXNode) throws -> ONNXConstant {
        guard let dims = try constant(node, 0)?.ints(), dims.allSatisfy({ $0 >= 0 }), dims.count <= 8 else {
            throw node.misfit("the shape", "must be a constant")
        }
        let count = try ONNXFolding.checkedCount(dims, node)
        guard let tensor = node.tensor("value") else {
            return ONNXConstant(dims: dims, floats: [Float](repeating: 0, count: count))
        }
        let value = try ONNXConstant(tensor)
        guard value.count == 1 else { throw node.misfit("the value", "should be one number") }
        return value.isInteger
            ? ONNXConstant(dims: dims, ints: [Int](repeating: value.ints()[0], count: count))
            : ONNXConstant(dims: dims, floats: [Float](repeating: value.floats()[0], count: count))
    }

    /// Codes as in `ONNXConstant`: 1, 10, 11 and 16 are floats, 6, 7 and 9 integers.
    private func cast(_ constant: ONNXConstant, to code: Int, _ node: ONNXNode) throws -> ONNXConstant {
        switch code {
        case 1, 10, 11, 16: return ONNXConstant(dims: constant.dims, floats: constant.floats())
        case 6, 7, 9: return ONNXConstant(dims: constant.dims, ints: constant.ints())
        default: throw node.unsupported("to", code)
        }
    }

    private mutating func reshaped(_ constant: ONNXConstant, _ node: ONNXNode) throws -> ONNXConstant {
        guard let shape = try self.constant(node, 1)?.ints() ?? node.ints("shape"), shape.count <= 8 else {
            throw node.misfit("the shape", "must be given")
        }
        var dims = shape
        for (axis, extent) in shape.enumerated() where extent == 0 && node.int("allowzero", default: 0) == 0 {
            guard axis < constant.rank else { throw node.misfit("the shape", "\(shape) copies a missing axis") }
            dims[axis] = constant.dims[axis]
        }
        if let open = dims.firstIndex(of: -1) {
            dims[open] = 1
            let rest = try ONNXFolding.checkedCount(dims, node, limit: max(constant.count, 1))
            guard rest > 0, constant.count.isMultiple(of: rest) else {
                throw node.misfit("the shape", "\(shape) does not fit \(constant.count) elements")
            }
            dims[open] = constant.count / rest
        }
        guard try ONNXFolding.checkedCount(dims, node, limit: max(constant.count, 1)) == constant.count else {
            throw node.misfit("the shape", "\(shape) does not fit \(constant.count) elements")
        }
        return constant.reshaped(dims)
    }
}
