import Nets

/// Turns an ONNX graph into a `Graph`: channels last, constants folded, quantised weights restored.
///
/// ONNX lays pictures out as `[N, C, H, W]`, `Graph` as `[N, H, W, C]`. Each value therefore carries a
/// ``ONNXLayout``; operators on pictures ask for channels last, operators that depend on the written order
/// (`Reshape`, `Transpose`, …) ask for that, and a transposition is only emitted where the two really meet.
/// Values whose extents are not known stay unknown, so one graph serves every picture size that the file allows.
struct ONNXImporter {
    let file: ONNXFile
    var graph = Graph()
    /// Every value that has been produced so far, by its ONNX name.
    var operands: [String: ONNXOperand] = [:]
    /// The operators that became nodes, in order.
    var emitted: [String] = []
    private let initializers: [String: ONNXTensor]
    /// How many constants were emitted under a name.
    private var constantNames: [String: Int] = [:]
    /// Elements that folded and emitted constants may still have.
    private var budget: Int
    /// Elements that folding may still read.
    private var work: Int

    /// Imports a graph.
    ///
    /// - Parameters:
    ///   - inputDims: extents, in ONNX order, that replace those which the file declares for an input. `nil` frees an
    ///     extent that the file fixes without need.
    ///   - pictureSize: height and width that replace those of every input of rank 4, in the same way; its batch is one then.
    /// - Throws: `ModelFileError.unsupportedGraph` naming the node, or `.malformed` for a damaged constant.
    static func graph(
        of file: ONNXFile, inputDims: [String: [Int?]] = [:], pictureSize: [Int?]? = nil
    ) throws -> ImportedGraph {
        do {
            var importer = try ONNXImporter(file)
            try importer.declareInputs(inputDims, pictureSize)
            for node in file.graph.node { try importer.add(node) }
            return try importer.finish()
        } catch let fault as GraphFault {
            throw ModelFileError.unsupportedGraph(path: file.path, fault: fault)
        } catch let fault as FormatFault {
            throw ModelFileError.malformed(path: file.path, format: .onnx, fault: fault)
        }
    }

    private init(_ file: ONNXFile) throws {
        self.file = file
        budget = Self.elementsPerByte * file.byteCount + ONNXFolding.largestResult
        work = Self.workPerByte * file.byteCount + ONNXFolding.largestResult
        initializers = try Dictionary(file.graph.initializer.map { ($0.name, $0) }) { first, _ in
            throw GraphFault.duplicateValue(first.name)
        }
    }

    // MARK: Inputs and outputs

    /// Declares what must be fed. Older files list their weights among the inputs; an input with an initializer, or
    /// that nothing reads, is not one.
    private mutating func declareInputs(_ replaced: [String: [Int?]], _ pictureSize: [Int?]?) throws {
        let read = Set(file.graph.node.flatMap(\.input))
        for input in file.graph.input where initializers[input.name] == nil && read.contains(input.name) {
            guard graph.inputs.count < Self.mostInputs else {
                throw GraphFault.invalidGraph(reason: "it has more than \(Self.mostInputs) inputs")
            }
            let type = input.type.tensorType
            guard input.hasType, input.type.hasTensorType, type.hasShape, Self.floats.contains(Int(type.elemType))
            else {
                throw GraphFault.unsupportedInput(name: input.name, reason: "is no tensor of floats of known rank")
            }
            var dims: [Int?] = type.shape.dim.map { dim in
                guard case .dimValue(let value)? = dim.value, value > 0 else { return nil }
                return Int(exactly: value)
            }
            if dims.count == 4, dims[0] == nil { dims[0] = 1 }
            if let given = replaced[input.name] {
                guard given.count == dims.count else {
                    throw GraphFault.unsupportedInput(name: input.name, reason: "has rank \(dims.count)")
                }
                dims = given
            }
            if dims.count == 4, let pictureSize {
                dims[0] = 1
                let rows = dims[1] != 3 && dims[3] == 3 ? 1 : 2
                dims.replaceSubrange(rows..<rows + 2, with: pictureSize)
            }
            let known = dims.compactMap { $0 }
            guard dims.count <= 4, known.allSatisfy({ $0 <= Self.largestExtent }),
                StoredTensor.count(known, limit: Self.largestValue) != nil
            else {
                throw GraphFault.unsupportedInput(
                    name: input.name,
                    reason: "has the shape \(dims.map { $0.map(String.init) ?? "?" }.joined(separator: " × "))")
            }
            let layout: ONNXLayout = dims.count == 4 && wantsChannelsLast(input.name) ? .channelsLast : .asWritten
            // A file's batch of one says what it was exported with, not what it can do.
            var open = layout.stored(dims)
            if layout == .channelsLast, dims[0] == 1 { open[0] = nil }
            let value = graph.input(input.name, dims: open)
            try define(input.name, .value(ONNXValue(value: value, layout: layout, dims: dims)))
        }
        guard !operands.isEmpty else { throw GraphFault.invalidGraph(reason: "it has no input") }
    }

    static let largestExtent = 1 << 20

    /// `TensorProto.DataType` of floats of every width: all run in 32 bits.
    static let floats: Set<Int> = [1, 10, 11, 16]

    /// Most elements of a value whose extents are all known: a quarter of a gigabyte.
    static let largestValue = 1 << 26

    /// How many elements of constants a byte of the file may become. Packed weights are one byte an element, which
    /// is unpacked once and reordered once; more than a few times that is an attempt to exhaust memory.
    private static let elementsPerByte = 8

    /// How many elements of constants may be read for a byte of the file: a constant that many nodes take apart is read
    /// by each of them.
    private static let workPerByte = 32

    private static let mostInputs = 16

    /// Whether the first operator on the way from an input that cares for layout takes `[N, C, H, W]`.
    ///
    /// Networks exported from TensorFlow take `[N, H, W, C]` and transpose it first.
    private func wantsChannelsLast(_ name: String) -> Bool {
        var names: Set<String> = [name]
        for node in file.graph.node where node.input.contains(where: names.contains) {
            switch node.opType {
            case "Transpose": return node.ints("perm") != [0, 3, 1, 2]
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze": return false
            case "QuantizeLinear", "DequantizeLinear", "Cast", "Identity", "Add", "Sub", "Mul", "Div", "Clip", "Pad":
                names.formUnion(node.output)
            default: return true
            }
        }
        return true
    }

    private mutating func finish() throws -> ImportedGraph {
        var outputs: [(name: String, dims: [Int?])] = []
        for output in file.graph.output {
            guard let operand = try operand(named: output.name) else {
                throw GraphFault.unknownValue(node: "output", value: output.name)
            }
            let value = try plain(runtime(operand, name: output.name))
            let stored = value.layout == .flattened ? try asWritten(value) : value
            graph.output(output.name, stored.value)
            outputs.append((output.name, stored.layout.stored(stored.dims)))
        }
        guard !outputs.isEmpty else { throw GraphFault.noOutput }
        let tidy = graph.withoutDeadNodes().foldingBatchNorms().fusingActivations()
        let inputs = tidy.inputs.compactMap { input -> (name: String, dims: [Int?])? in
            guard case .value(let value)? = operands[input.name] else { return nil }
            return (input.name, value.dims)
        }
        return ImportedGraph(graph: tidy, inputs: inputs, outputs: outputs, operators: emitted)
    }

    // MARK: Values by name

    /// A value that has been produced, or an initializer; nil for an unknown name.
    mutating func operand(named name: String) throws -> ONNXOperand? {
        if let operand = operands[name] { return operand }
        guard let tensor = initializers[name] else { return nil }
        let operand = ONNXOperand.constant(try ONNXConstant(tensor))
        operands[name] = operand
        return operand
    }

    /// Input `index` of a node.
    ///
    /// - Throws: `GraphFault.missingInput` when it is not connected, `.unknownValue` when nothing produces it.
    mutating func operand(_ node: ONNXNode, _ index: Int) throws -> ONNXOperand {
        guard node.hasInput(index) else {
            throw GraphFault.missingInput(node: node.label, type: node.opType, index: index)
        }
        guard let operand = try operand(named: node.input[index]) else {
            throw GraphFault.unknownValue(node: node.label, value: node.input[index])
        }
        return operand
    }

    /// Input `index` of a node, which must be known at import; nil when it is not connected.
    mutating func constant(_ node: ONNXNode, _ index: Int) throws -> ONNXConstant? {
        guard node.hasInput(index) else { return nil }
        guard case .constant(let constant) = try operand(node, index) else {
            throw node.misfit("input \(index)", "must be a constant")
        }
        return constant
    }

    mutating func define(_ name: String, _ operand: ONNXOperand) throws {
        guard initializers[name] == nil, operands.updateValue(operand, forKey: name) == nil else {
            throw GraphFault.duplicateValue(name)
        }
    }

    // MARK: Emitting

    /// Adds a tensor to the graph; names are made unique, since converted files refer to tensors by name.
    mutating func emit(constant name: String, _ dims: [Int], _ floats: [Float]) throws -> Graph.Value {
        try spend(floats.count)
        var unique = name
        while let number = constantNames.updateValue((constantNames[unique] ?? 0) + 1, forKey: unique) {
            unique = "\(name)#\(number + 1)"
        }
        return graph.constant(unique, Tensor(Shape(dims), floats))
    }

    /// Adds a node and defines the ONNX node's first output by it.
    mutating func emit(
        _ operation: Operator, _ inputs: [Graph.Value], for node: ONNXNode, layout: ONNXLayout, dims: [Int?],
        grid: FakeQuantize? = nil
    ) throws {
        let value = graph.add(operation, inputs, name: node.label)
        try alias(node, ONNXValue(value: value, layout: layout, dims: dims, grid: grid))
    }

    /// Defines the ONNX node's first output as an existing value.
    mutating func alias(_ node: ONNXNode, _ value: ONNXValue) throws {
        guard let name = node.output.first, !name.isEmpty else {
            throw GraphFault.invalidGraph(reason: "the node \(node.label) has no output")
        }
        let extents = value.dims.compactMap { $0 }
        guard extents.allSatisfy({ (1...Self.largestExtent).contains($0) }) else {
            throw node.misfit("the result", "would have the extents \(extents)")
        }
        _ = try ONNXFolding.checkedCount(extents, node, limit: Self.largestValue)
        emitted.append(node.opType)
        try define(name, .value(value))
    }

    mutating func define(_ node: ONNXNode, constant: ONNXConstant) throws {
        guard let name = node.output.first else {
            throw GraphFault.invalidGraph(reason: "the node \(node.label) has no output")
        }
        try spend(constant.count)
        try define(name, .constant(constant))
    }

    /// Accounts for constants that folding is about to read.
    mutating func read(_ constants: [ONNXConstant]) throws {
        for constant in constants { work -= constant.count }
        guard work >= 0 else {
            throw GraphFault.invalidGraph(reason: "its constants are read more often than a file of its size needs")
        }
    }

    private mutating func spend(_ elements: Int) throws {
        budget -= elements
        guard budget >= 0 else {
            throw GraphFault.invalidGraph(reason: "its constants grow beyond what a file of its size can hold")
        }
    }
}
