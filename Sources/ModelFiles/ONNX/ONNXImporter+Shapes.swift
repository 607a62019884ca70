import Nets

extension ONNXImporter {
    // MARK: Same elements, other shape

    /// Emits a reshape to extents of which at most one is unknown.
    mutating func reshape(_ value: ONNXValue, to dims: [Int?], _ node: ONNXNode) throws -> ONNXValue {
        guard dims.filter({ $0 == nil }).count <= 1 else {
            throw node.misfit("the input", "needs a fixed size: more than one extent of the result is open")
        }
        var result = value
        result.value = graph.add(.reshape(Reshape(dims.map { $0 ?? -1 })), [value.value], name: node.label)
        result.dims = dims
        result.layout = .asWritten
        return result
    }

    mutating func reshape(_ node: ONNXNode) throws {
        let input = try runtimeOrQuantized(node, 0)
        guard let shape = try constant(node, 1)?.ints() ?? node.ints("shape"), shape.count <= 4 else {
            throw node.misfit("the shape", "must be a constant of at most four numbers")
        }
        guard node.int("allowzero", default: 0) == 0 || !shape.contains(0) else {
            throw node.unsupported("allowzero", 1)
        }
        let dims = try resolve(shape, of: input, node)
        if dims.count == input.dims.count, dims.allSatisfy({ $0 != nil }), dims == input.dims {
            return try alias(node, input)
        }
        if dims.count == 2, let map = try flattened(input, rows: dims[0], node) { return try alias(node, map) }
        try alias(node, reshape(asWritten(input), to: dims, node))
    }

    mutating func flatten(_ node: ONNXNode) throws {
        let input = try runtimeOrQuantized(node, 0)
        let rank = input.dims.count
        let given = node.int("axis", default: 1)
        guard given >= -rank, given <= rank else { throw node.unsupported("axis", given) }
        let axis = given < 0 ? given + rank : given
        let dims = [product(input.dims[..<axis]), product(input.dims[axis...])]
        if axis == 1, let map = try flattened(input, rows: input.dims[0], node) { return try alias(node, map) }
        try alias(node, reshape(asWritten(input), to: dims, node))
    }

    /// A picture as rows of features, in the order in which they already lie; nil if `value` is no picture of
    /// known size or `rows` is not its batch.
    private mutating func flattened(_ value: ONNXValue, rows: Int?, _ node: ONNXNode) throws -> ONNXValue? {
        guard value.layout == .channelsLast, rows == value.dims[0], let rows, let channels = value.dims[1],
            let height = value.dims[2], let width = value.dims[3]
        else { return nil }
        var result = value
        let features = channels * height * width
        // The batch is taken over, so that the graph takes more pictures at a time than the file says.
        result.value = graph.add(.reshape(Reshape([0, features])), [value.value], name: node.label)
        result.dims = [rows, features]
        result.layout = .asWritten
        if height * width > 1, channels > 1 {
            result.layout = .flattened
            result.flattened = [height, width, channels]
        }
        return result
    }

    /// ONNX's notation for shapes: 0 takes over an extent, −1 is what is left.
    private func resolve(_ shape: [Int], of input: ONNXValue, _ node: ONNXNode) throws -> [Int?] {
        var dims: [Int?] = []
        for (axis, extent) in shape.enumerated() {
            switch extent {
            case 0:
                guard axis < input.dims.count else { throw node.misfit("the shape", "\(shape) copies a missing axis") }
                dims.append(input.dims[axis])
            case -1: dims.append(nil)
            case 1...Self.largestExtent: dims.append(extent)
            default: throw node.misfit("the shape", "has the extent \(extent)")
            }
        }
        guard shape.filter({ $0 == -1 }).count <= 1 else { throw node.misfit("the shape", "has more than one -1") }
        let total = product(input.dims[...])
        let rest = try ONNXFolding.checkedCount(dims.compactMap { $0 }, node, limit: Self.largestValue)
        if let total, let open = shape.firstIndex(of: -1) {
            guard rest > 0, total.isMultiple(of: rest) else {
                throw node.misfit("the shape", "\(shape) does not fit \(total) elements")
            }
            dims[open] = total / rest
        } else if let total, rest != total {
            throw node.misfit("the shape", "\(shape) does not fit \(total) elements")
        }
        return dims
    }

    mutating func squeeze(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        guard let given = try constant(node, 1)?.ints() ?? node.ints("axes") else {
            throw node.misfit("the axes", "must be given")
        }
        let axes = try given.map { try axis($0, of: input, node) }
        guard axes.allSatisfy({ input.dims[$0] == 1 }) else { throw node.unsupported("axes", given) }
        let dims = input.dims.indices.filter { !axes.contains($0) }.map { input.dims[$0] }
        try alias(node, reshape(asWritten(input), to: dims, node))
    }

    mutating func unsqueeze(_ node: ONNXNode) throws {
        let input = try runtime(node, 0)
        guard let given = try constant(node, 1)?.ints() ?? node.ints("axes"), given.count + input.dims.count <= 4 else {
            throw node.misfit("the axes", "must be given and lead to rank 4 at most")
        }
        let dims = try ONNXFolding.unsqueezed(input.dims, [Int?](repeating: 1, count: given.count), at: given, node)
        try alias(node, reshape(asWritten(input), to: dims, node))
    }

    mutating func transpose(_ node: ONNXNode) throws {
        let input = try runtimeOrQuantized(node, 0)
        let rank = input.dims.count
        let permutation = node.ints("perm") ?? Array((0..<rank).reversed())
        guard permutation.sorted() == Array(0..<rank) else { throw node.unsupported("perm", permutation) }
        var result = input
        result.dims = permutation.map { input.dims[$0] }
        switch (input.layout, permutation) {
        case (.channelsLast, ONNXLayout.toChannelsLast):
            result.layout = .asWritten
            try alias(node, result)
        case (.asWritten, ONNXLayout.toWritten):
            result.layout = .channelsLast
            try alias(node, result)
        default:
            let written = try asWritten(input)
            try emit(
                .transpose(Transpose(permutation)), [written.value], for: node, layout: .asWritten, dims: result.dims,
                grid: input.grid)
        }
    }

    /// The product of extents, if all are known.
    private func product(_ dims: ArraySlice<Int?>) -> Int? {
        let known = dims.compactMap { $0 }
        return known.count == dims.count ? known.reduce(1, *) : nil
    }

    // MARK: Parts and joins

    mutating func concat(_ node: ONNXNode) throws {
        var parts: [ONNXValue] = []
        for index in node.input.indices { parts.append(try runtime(node, index)) }
        guard let first = parts.first, parts.allSatisfy({ $0.dims.count == first.dims.count }) else {
            throw node.misfit("the inputs", "should have one rank")
        }
        let axis = try axis(node.int("axis", default: 0), of: first, node)
        let pictures = parts.contains { $0.layout == .channelsLast }
        for index in parts.indices {
            parts[index] = pictures ? try channelsLast(parts[index], node) : try asWritten(parts[index])
        }
        var dims = first.dims
        let lengths = parts.compactMap { $0.dims[axis] }
        dims[axis] = lengths.count == parts.count ? lengths.reduce(0, +) : nil
        let layout: ONNXLayout = pictures ? .channelsLast : .asWritten
        try emit(
            .concat(Concat(axis: layout.stored(axis: axis))), parts.map(\.value), for: node, layout: layout, dims: dims)
    }

    mutating func slice(_ node: ONNXNode) throws {
        var input = try runtime(node, 0)
        if input.layout == .flattened { input = try asWritten(input) }
        let ranges = try sliceRanges(node, rank: input.dims.count)
        let isWhole = ranges.allSatisfy { range in
            input.dims[range.axis].map { range.step == 1 && range.places(of: $0) == (0, $0) } ?? false
        }
        if isWhole { return try alias(node, input) }
        var dims = input.dims
        for range in ranges {
            dims[range.axis] = dims[range.axis].map { range.places(of: $0).count }
        }
        let layout = input.layout
        let stored = ranges.map { range in
            Slice.Range(
                axis: layout.stored(axis: range.axis), start: range.start, end: range.end, step: range.step)
        }
        try emit(.slice(Slice(stored)), [input.value], for: node, layout: layout, dims: dims)
    }

    /// The ranges of a `Slice`: inputs since operator set 10, attributes before.
    mutating func sliceRanges(_ node: ONNXNode, rank: Int) throws -> [Slice.Range] {
        guard let starts = try constant(node, 1)?.ints() ?? node.ints("starts"),
            let ends = try constant(node, 2)?.ints() ?? node.ints("ends"), starts.count == ends.count
        else { throw node.misfit("the bounds", "must be constants") }
        let axes = try constant(node, 3)?.ints() ?? node.ints("axes") ?? Array(starts.indices)
        let steps = try constant(node, 4)?.ints() ?? [Int](repeating: 1, count: starts.count)
        guard axes.count == starts.count, steps.count == starts.count else {
            throw node.misfit("the bounds", "should have one axis and one step each")
        }
        guard starts.count <= rank, Set(axes.map { $0 < 0 ? $0 + rank : $0 }).count == axes.count else {
            throw node.misfit("the bounds", "name an axis twice")
        }
        return try starts.indices.map { index in
            let axis = axes[index] < 0 ? axes[index] + rank : axes[index]
            let limit = Int(Int32.max)
            guard (0..<rank).contains(axis), steps[index] != 0, abs(max(steps[index], -limit)) <= limit else {
                throw node.misfit("the bounds", "name axis \(axes[index]) with step \(steps[index])")
            }
            func held(_ bound: Int) -> Int { min(max(bound, -limit), limit) }
            return Slice.Range(axis: axis, start: held(starts[index]), end: held(ends[index]), step: held(steps[index]))
        }
    }

    /// `Expand`: a product with ones of the target shape.
    mutating func expand(_ node: ONNXNode) throws {
        let input = try asWritten(runtime(node, 0))
        guard let shape = try constant(node, 1)?.ints(), shape.count <= 4,
            shape.allSatisfy({ (1...Self.largestExtent).contains($0) })
        else { throw node.misfit("the shape", "must be a small constant") }
        let offset = input.dims.count - shape.count
        var dims: [Int?] = []
        for axis in 0..<max(shape.count, input.dims.count) {
            let own = axis - max(-offset, 0)
            let old = own >= 0 ? input.dims[own] : 1
            let new = axis - max(offset, 0) >= 0 ? shape[axis - max(offset, 0)] : 1
            guard old == 1 || new == 1 || old == nil || old == new else {
                throw node.misfit("the shape", "\(shape) does not fit \(input.dims)")
            }
            dims.append(old == 1 ? new : new == 1 ? old : new)
        }
        let ones = [Float](repeating: 1, count: try ONNXFolding.checkedCount(shape, node))
        let value = try emit(constant: node.label, shape, ones)
        try emit(.binary(.multiply), [input.value, value], for: node, layout: .asWritten, dims: dims)
    }
}
