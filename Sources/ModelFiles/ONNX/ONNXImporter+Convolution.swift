import Nets

extension ONNXImporter {
    /// `Conv`: weights `[out, in / groups, kh, kw]` become `[kh, kw, in / groups, out]`.
    mutating func convolution(_ node: ONNXNode) throws {
        let input = try channelsLast(runtime(node, 0), node)
        guard let weights = try constant(node, 1), weights.rank == 4, weights.count > 0 else {
            throw node.misfit("the weights", "must be a constant [out, in, rows, columns]")
        }
        let (outputs, channels) = (weights.dims[0], weights.dims[1])
        let kernel = Extent2(weights.dims[2], weights.dims[3])
        let groups = node.int("group", default: 1)
        guard groups >= 1, outputs.isMultiple(of: groups), (input.dims[1] ?? channels * groups) == channels * groups
        else { throw node.unsupported("group", groups) }
        if let declared = node.ints("kernel_shape"), declared != [kernel.height, kernel.width] {
            throw node.unsupported("kernel_shape", declared)
        }
        let window = try window(node, kernel: kernel, input: input)
        let layout = WeightLayout.channelsLast(
            weights.floats(), outputs: outputs, inputs: channels, rows: kernel.height, columns: kernel.width)
        var operands = [
            input.value,
            try emit(constant: node.input[1], [kernel.height, kernel.width, channels, outputs], layout),
        ]
        if let bias = try constant(node, 2) {
            guard bias.count == outputs else { throw node.misfit("the bias", "must have \(outputs) elements") }
            operands.append(try emit(constant: node.input[2], [outputs], bias.floats()))
        }
        let parameters = Convolution(
            stride: window.stride, padding: window.padding, dilation: window.dilation, groups: groups)
        try emit(
            .convolution(parameters), operands, for: node, layout: .channelsLast,
            dims: [input.dims[0], outputs] + window.outputDims(of: input, kernel: kernel, roundsUp: false))
    }

    /// `ConvTranspose` with one stride both ways: a convolution makes all pixels of each block of the result, which are then spread and
    /// cut to size. Pixel s·b + i of the result has the sum over m of input pixel b − m by weight s·m + i, so that weights
    /// `[in, out, kh, kw]` become `[rows, columns, in, s·s·out]` of windows of ⌈kh / s⌉ by ⌈kw / s⌉, turned about.
    mutating func transposedConvolution(_ node: ONNXNode) throws {
        let input = try channelsLast(runtime(node, 0), node)
        guard let weights = try constant(node, 1), weights.rank == 4, weights.count > 0 else {
            throw node.misfit("the weights", "must be a constant [in, out, rows, columns]")
        }
        let (channels, outputs) = (weights.dims[0], weights.dims[1])
        let kernel = [weights.dims[2], weights.dims[3]]
        guard node.int("group", default: 1) == 1 else { throw node.unsupported("group", node.int("group", default: 1)) }
        guard (input.dims[1] ?? channels) == channels else {
            throw node.misfit("the input", "must have \(channels) channels")
        }
        let strides = node.ints("strides") ?? [1, 1]
        guard strides.count == 2, strides[0] == strides[1], (1...Self.largestStep).contains(strides[0]) else {
            throw node.unsupported("strides", strides)
        }
        for (name, usual) in [("dilations", [1, 1]), ("kernel_shape", kernel)] {
            guard node.ints(name) ?? usual == usual else { throw node.unsupported(name, node.ints(name) ?? []) }
        }
        guard ["NOTSET", "", "VALID"].contains(node.text("auto_pad", default: "")), node.ints("output_shape") == nil
        else {
            throw node.unsupported("auto_pad", node.text("auto_pad", default: "NOTSET"))
        }
        let (stride, pads) = (strides[0], node.ints("pads") ?? [0, 0, 0, 0])
        let longer = node.ints("output_padding") ?? [0, 0]
        for (name, values, count) in [("pads", pads, 4), ("output_padding", longer, 2)] {
            guard values.count == count, values.allSatisfy({ (0...Self.largestStep).contains($0) }) else {
                throw node.unsupported(name, values)
            }
        }
        let windows = kernel.map { ($0 + stride - 1) / stride }
        // Pixels behind those that are asked for.
        let rest = (0..<2).map { windows[$0] * stride - kernel[$0] + pads[$0 + 2] - longer[$0] }
        guard rest.allSatisfy({ $0 >= 0 }) else { throw node.unsupported("output_padding", longer) }

        let width = stride * stride * outputs
        let count = try ONNXFolding.checkedCount(
            [windows[0], windows[1], channels, width], node, limit: Self.largestValue)
        let written = weights.floats()
        var layout = [Float](repeating: 0, count: count)
        for row in 0..<kernel[0] {
            for column in 0..<kernel[1] {
                let window = (windows[0] - 1 - row / stride) * windows[1] + windows[1] - 1 - column / stride
                let place = (row % stride) * stride + column % stride
                for channel in 0..<channels {
                    for output in 0..<outputs {
                        layout[(window * channels + channel) * width + place * outputs + output] =
                            written[((channel * outputs + output) * kernel[0] + row) * kernel[1] + column]
                    }
                }
            }
        }
        var operands = [
            input.value, try emit(constant: node.input[1], [windows[0], windows[1], channels, width], layout),
        ]
        if let bias = try constant(node, 2) {
            guard bias.count == outputs else { throw node.misfit("the bias", "must have \(outputs) elements") }
            let repeated = (0..<stride * stride).flatMap { _ in bias.floats() }
            operands.append(try emit(constant: node.input[2], [width], repeated))
        }
        let margins = Margins(
            top: windows[0] - 1, left: windows[1] - 1, bottom: windows[0] - 1, right: windows[1] - 1)
        var value = graph.add(
            .convolution(Convolution(padding: margins)), operands, name: node.label + "/windows")
        var cuts: [Slice.Range] = []
        for axis in 0..<2 where pads[axis] > 0 || rest[axis] > 0 {
            cuts.append(
                Slice.Range(axis: axis + 1, start: pads[axis], end: rest[axis] > 0 ? -rest[axis] : Int(Int32.max)))
        }
        var last = Operator.depthToSpace(DepthToSpace(block: stride))
        if !cuts.isEmpty {
            if stride > 1 { value = graph.add(last, [value], name: node.label + "/blocks") }
            last = .slice(Slice(cuts))
        }
        let sides = (0..<2).map { axis in
            input.dims[axis + 2].map { max(0, ($0 + windows[axis] - 1) * stride - pads[axis] - rest[axis]) }
        }
        try emit(last, [value], for: node, layout: .channelsLast, dims: [input.dims[0], outputs] + sides)
    }

    /// `DepthToSpace`; in its mode `CRD`, which is PyTorch's `PixelShuffle`, channels first change their places.
    mutating func depthToSpace(_ node: ONNXNode) throws {
        let input = try channelsLast(runtime(node, 0), node)
        let block = node.int("blocksize", default: 0)
        guard (1...Self.largestStep).contains(block) else { throw node.unsupported("blocksize", block) }
        guard let channels = input.dims[1], channels.isMultiple(of: block * block) else {
            throw node.misfit("the input", "must have a multiple of \(block * block) channels")
        }
        let (area, depth) = (block * block, channels / (block * block))
        var value = input.value
        switch node.text("mode", default: "DCR") {
        case "DCR": break
        case "CRD":
            let count = try ONNXFolding.checkedCount([channels, channels], node)
            var places = [Float](repeating: 0, count: count)
            for channel in 0..<depth {
                for place in 0..<area { places[(channel * area + place) * channels + place * depth + channel] = 1 }
            }
            let weights = try emit(constant: node.label + "/places", [1, 1, channels, channels], places)
            value = graph.add(.convolution(Convolution()), [value, weights], name: node.label + "/moved")
        case let other: throw node.unsupported("mode", other)
        }
        try emit(
            .depthToSpace(DepthToSpace(block: block)), [value], for: node, layout: .channelsLast,
            dims: [input.dims[0], depth] + input.dims[2...].map { $0.map { $0 * block } })
    }

    mutating func pool(_ node: ONNXNode, _ kind: Pool.Kind) throws {
        let source = try runtimeOrQuantized(node, 0)
        let input = try channelsLast(source, node)
        guard let shape = node.ints("kernel_shape"), shape.count == 2, shape.allSatisfy({ $0 >= 1 }) else {
            throw node.unsupported("kernel_shape", node.ints("kernel_shape") ?? [])
        }
        let kernel = Extent2(shape[0], shape[1])
        let window = try window(node, kernel: kernel, input: input)
        guard window.dilation == Extent2(1) else { throw node.unsupported("dilations", window.dilation) }
        guard max(window.padding.top, window.padding.bottom) < kernel.height,
            max(window.padding.left, window.padding.right) < kernel.width
        else { throw node.unsupported("pads", window.padding) }
        guard kind == .max || input.grid == nil else {
            throw node.misfit("the input", "must not be quantised")
        }
        let roundsUp = node.int("ceil_mode", default: 0) != 0
        let parameters = Pool(
            kind, window: kernel, stride: window.stride, padding: window.padding, roundsUp: roundsUp,
            countsPadding: node.int("count_include_pad", default: 0) != 0)
        try emit(
            .pool(parameters), [input.value], for: node, layout: .channelsLast,
            dims: [input.dims[0], input.dims[1]]
                + window.outputDims(of: input, kernel: kernel, roundsUp: roundsUp), grid: source.grid)
    }

    mutating func globalAveragePool(_ node: ONNXNode) throws {
        let input = try channelsLast(runtime(node, 0), node)
        try emit(
            .globalAveragePool, [input.value], for: node, layout: .channelsLast,
            dims: [input.dims[0], input.dims[1], 1, 1])
    }

    /// Strides, dilations and padding of a convolution or pooling, checked.
    private func window(_ node: ONNXNode, kernel: Extent2, input: ONNXValue) throws -> Window {
        func pair(_ name: String) throws -> Extent2 {
            guard let values = node.ints(name) else { return Extent2(1) }
            guard values.count == 2, values.allSatisfy({ (1...Self.largestStep).contains($0) }) else {
                throw node.unsupported(name, values)
            }
            return Extent2(values[0], values[1])
        }
        let stride = try pair("strides")
        let dilation = try pair("dilations")
        var window = Window(stride: stride, dilation: dilation, padding: .none)
        let policy = node.text("auto_pad", default: "NOTSET")
        switch policy {
        case "NOTSET", "":
            if let pads = node.ints("pads") {
                guard pads.count == 4, pads.allSatisfy({ (0...Self.largestStep).contains($0) }) else {
                    throw node.unsupported("pads", pads)
                }
                window.padding = Margins(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
            }
        case "VALID": break
        case "SAME_UPPER", "SAME_LOWER":
            let rows = try same(input.dims[2], kernel.height, stride.height, dilation.height, node)
            let columns = try same(input.dims[3], kernel.width, stride.width, dilation.width, node)
            let (less, more) = ((rows / 2, columns / 2), (rows - rows / 2, columns - columns / 2))
            let upper = policy == "SAME_UPPER"
            window.padding = Margins(
                top: upper ? less.0 : more.0, left: upper ? less.1 : more.1, bottom: upper ? more.0 : less.0,
                right: upper ? more.1 : less.1)
        default: throw node.unsupported("auto_pad", policy)
        }
        return window
    }

    private static let largestStep = 1 << 12

    /// The padding that makes the output as long as the input divided by the stride, rounded up.
    private func same(_ length: Int?, _ kernel: Int, _ stride: Int, _ dilation: Int, _ node: ONNXNode) throws -> Int {
        let reach = (kernel - 1) * dilation + 1
        if stride == 1 { return reach - 1 }
        guard let length else { throw node.misfit("the input", "needs a fixed size for auto_pad") }
        return max(0, ((length + stride - 1) / stride - 1) * stride + reach - length)
    }
}

/// How a kernel moves over a picture.
private struct Window {
    var stride: Extent2
    var dilation: Extent2
    var padding: Margins

    /// Height and width of the result, where those of the input are known.
    func outputDims(of input: ONNXValue, kernel: Extent2, roundsUp: Bool) -> [Int?] {
        func length(_ input: Int?, _ padding: Int, _ kernel: Int, _ dilation: Int, _ stride: Int) -> Int? {
            input.map { length in
                let room = length + padding - dilation * (kernel - 1) - 1
                return room < 0 ? 0 : (room + (roundsUp ? stride - 1 : 0)) / stride + 1
            }
        }
        return [
            length(input.dims[2], padding.top + padding.bottom, kernel.height, dilation.height, stride.height),
            length(input.dims[3], padding.left + padding.right, kernel.width, dilation.width, stride.width),
        ]
    }
}
