import Nets

extension ONNXImporter {
    mutating func pad(_ node: ONNXNode) throws {
        var input = try runtime(node, 0)
        if input.layout == .flattened { input = try asWritten(input) }
        let rank = input.dims.count
        guard let pads = try constant(node, 1)?.ints() ?? node.ints("pads"), pads.count == 2 * rank,
            !node.hasInput(3), pads.allSatisfy({ abs(max($0, -Self.largestExtent)) < Self.largestExtent })
        else { throw node.misfit("the padding", "must be a constant with two numbers for each of \(rank) axes") }
        if pads.allSatisfy({ $0 == 0 }) { return try alias(node, input) }
        let mode: Pad.Mode
        switch node.text("mode", default: "constant") {
        case "constant":
            let value = try constant(node, 2)
            guard value?.count ?? 1 == 1 else { throw node.misfit("the value", "should be one number") }
            mode = .constant(value?.floats()[0] ?? node.float("value", default: 0))
        case "reflect": mode = .reflect
        case "edge": mode = .edge
        case let other: throw node.unsupported("mode", other)
        }
        let dims = input.dims.indices.map { axis in input.dims[axis].map { $0 + pads[axis] + pads[axis + rank] } }
        let parameters = Pad(
            before: input.layout.stored(Array(pads[..<rank])), after: input.layout.stored(Array(pads[rank...])),
            mode: mode)
        try emit(.pad(parameters), [input.value], for: node, layout: input.layout, dims: dims)
    }

    /// `Resize`, and `Upsample` of operator sets before 10.
    mutating func resize(_ node: ONNXNode) throws {
        let source = try runtime(node, 0)
        let input = try channelsLast(source, node)
        let simple = node.opType == "Upsample" || file.operatorSet < 11
        guard let target = try target(node, of: input.dims, simple: simple) else { return try alias(node, source) }
        guard node.int("antialias", default: 0) == 0, !node.has("axes") else { throw node.unsupported("antialias", 1) }
        let alignment = try alignment(node, simple: simple)
        let interpolation: Resize.Interpolation
        switch node.text("mode", default: "nearest") {
        case "nearest": interpolation = .nearest(try rounding(node, simple: simple))
        case "linear": interpolation = .linear
        case let other: throw node.unsupported("mode", other)
        }
        var dims = input.dims
        switch target {
        case .scale(let height, let width):
            dims[2] = dims[2].map { Int((Float($0) * height).rounded(.down)) }
            dims[3] = dims[3].map { Int((Float($0) * width).rounded(.down)) }
        case .size(let height, let width): (dims[2], dims[3]) = (height, width)
        }
        try emit(
            .resize(Resize(target, interpolation: interpolation, alignment: alignment)), [input.value], for: node,
            layout: .channelsLast, dims: dims)
    }

    /// What a resize leads to; nil when it changes nothing. Sizes that are so many times those that are known are as many times those
    /// of any picture.
    private mutating func target(_ node: ONNXNode, of dims: [Int?], simple: Bool) throws -> Resize.Target? {
        if !simple, let sizes = try constant(node, 3), sizes.count > 0 {
            let sizes = sizes.ints()
            guard sizes.count == 4, sizes.allSatisfy({ (1...Self.largestExtent).contains($0) }) else {
                throw node.misfit("the sizes", "should be four extents")
            }
            if sizes[2] == dims[2], sizes[3] == dims[3] { return nil }
            guard let height = dims[2].flatMap({ Self.factor($0, sizes[2]) }),
                let width = dims[3].flatMap({ Self.factor($0, sizes[3]) })
            else { return .size(height: sizes[2], width: sizes[3]) }
            return .scale(height: height, width: width)
        }
        guard let scales = try constant(node, simple ? 1 : 2)?.floats() ?? node.floats("scales"), scales.count == 4,
            scales[0] == 1, scales[1] == 1, scales.allSatisfy({ $0 > 0 && $0 <= Self.largestScale })
        else { throw node.misfit("the scales", "should be [1, 1, rows, columns]") }
        if scales[2] == 1, scales[3] == 1 { return nil }
        return .scale(height: scales[2], width: scales[3])
    }

    private static let largestScale: Float = 64

    /// By which an extent becomes another; nil where that is no whole number, and no whole part.
    private static func factor(_ extent: Int, _ target: Int) -> Float? {
        guard target.isMultiple(of: extent) || extent.isMultiple(of: target) else { return nil }
        let factor = Float(target) / Float(extent)
        return factor <= largestScale && Int(Float(extent) * factor) == target ? factor : nil
    }

    private func alignment(_ node: ONNXNode, simple: Bool) throws -> Resize.Alignment {
        if simple { return .asymmetric }
        switch node.text("coordinate_transformation_mode", default: "half_pixel") {
        case "asymmetric": return .asymmetric
        case "half_pixel": return .halfPixel
        case "pytorch_half_pixel": return .torchHalfPixel
        case "align_corners": return .corners
        case let other: throw node.unsupported("coordinate_transformation_mode", other)
        }
    }

    private func rounding(_ node: ONNXNode, simple: Bool) throws -> Resize.Rounding {
        if simple { return .floor }
        switch node.text("nearest_mode", default: "round_prefer_floor") {
        case "floor": return .floor
        case "ceil": return .ceiling
        case "round_prefer_floor": return .preferFloor
        case "round_prefer_ceil": return .preferCeiling
        case let other: throw node.unsupported("nearest_mode", other)
        }
    }
}
