import Foundation
import Nets
import Testing

@testable import ModelFiles

/// Small networks that a script made (`Golden/make_operators.py`), against onnxruntime.
@Suite struct ONNXImporterTests {
    private struct Expected: Decodable {
        let embedder: Summary
        let operators: [String: Summary]
    }

    private func imported(_ name: String, _ inputDims: [String: [Int?]] = [:]) throws -> ImportedGraph {
        try ONNXImporter.graph(of: ONNXFile(FileBytes.mapped("\(goldenFolder)/\(name)")), inputDims: inputDims)
    }

    private func executor(_ graph: Graph, _ input: String, _ tensor: Tensor) throws -> Executor {
        let executor = try Executor(graph, inputShapes: [input: tensor.shape], threads: ThreadPool(threads: 1))
        executor.input(input).assign(tensor)
        executor.forward()
        return executor
    }

    @Test func anArcFaceStyleNetworkGivesTheSameVector() throws {
        let network = try imported("tiny-embedder.onnx")
        #expect(!network.normalizesItself)
        try network.checkEmbedder(path: "tiny-embedder.onnx")
        let pixels = Synthetic.picture(112, 112, seed: 21).map { ($0 - 127.5) / 127.5 }
        let executor = try executor(network.graph, "input.1", Tensor(.nhwc(1, 112, 112, 3), pixels))
        let expected = try golden("operators.json", as: Expected.self).embedder
        try expectClose(executor.output("683"), expected, relative: 1e-4, "embedder")
        // Normalisations behind a convolution are folded; those before one, behind padding, cannot be.
        let norms = network.graph.nodes.filter { if case .batchNorm = $0.operation { true } else { false } }
        #expect(norms.count == 5)
        let transposes = network.graph.nodes.filter { if case .transpose = $0.operation { true } else { false } }
        #expect(transposes.isEmpty, "the dense layer's weights are reordered instead of the map")
    }

    @Test func operatorsGiveTheSameValues() throws {
        let network = try imported("tiny-operators.onnx")
        let pixels = Synthetic.picture(16, 24, seed: 22).map { $0 / 255 }
        let executor = try executor(network.graph, "picture", Tensor(.nhwc(1, 16, 24, 3), pixels))
        for (name, summary) in try golden("operators.json", as: Expected.self).operators {
            // A value on the edge between two 8-bit steps may fall on either side.
            try expectClose(executor.output(name), summary, relative: name == "quantized" ? 5e-3 : 1e-4, name)
        }
    }

    /// Weights listed among the inputs, as SFace has them, are no inputs.
    @Test func onlyWhatIsReadAndUnknownIsAnInput() throws {
        let model = try ModelStore().graph(.sface)
        #expect(model.graph.inputNames == ["data"])
        #expect(model.graph.outputNames == ["fc1"])
    }

    @Test func facesOfTheFourKindsOfFoldingAreGone() throws {
        let model = try ModelStore().graph(.sface)
        let labels = Set(model.graph.nodes.map(\.operation.label))
        #expect(labels.isSubset(of: ["subtract", "multiply", "convolution", "prelu", "batchNorm", "reshape", "gemm"]))
    }

    // MARK: Graphs that cannot be imported

    private func model(_ edit: (inout ONNXModel) -> Void) throws -> ONNXFile {
        var model = try ONNXModel(serializedBytes: Data(goldenBytes("tiny-operators.onnx")))
        edit(&model)
        return try ONNXFile(FileBytes([UInt8](model.serializedData()), name: "edited.onnx"))
    }

    private func graphFault(_ edit: (inout ONNXModel) -> Void) throws -> GraphFault? {
        do {
            _ = try ONNXImporter.graph(of: model(edit))
            return nil
        } catch ModelFileError.unsupportedGraph(_, let fault) {
            return fault
        }
    }

    @Test func unknownOperatorsAreNamedWithTheirNode() throws {
        let fault = try graphFault { $0.graph.node[1].opType = "Frobnicate" }
        #expect(fault == .unsupportedOperator(node: "relu4_node", type: "Frobnicate"))
        #expect("\(try #require(fault))".contains("Frobnicate"))
    }

    @Test func valuesFromNowhereAndTwiceAreRefused() throws {
        guard case .unknownValue(_, "nowhere")? = try graphFault({ $0.graph.node[1].input[0] = "nowhere" }) else {
            Issue.record("unknown value")
            return
        }
        // A node that reads what only a later node makes: a cycle in the file's order.
        let last = try graphFault { $0.graph.node[1].input[0] = $0.graph.node[5].output[0] }
        guard case .unknownValue? = last else {
            Issue.record("cycle: \(String(describing: last))")
            return
        }
        guard case .duplicateValue? = try graphFault({ $0.graph.node[1].output[0] = $0.graph.node[0].output[0] }) else {
            Issue.record("twice")
            return
        }
        guard case .missingInput? = try graphFault({ $0.graph.node[1].input = [] }) else {
            Issue.record("no input")
            return
        }
        #expect(try graphFault { $0.graph.output = [] } == .noOutput)
    }

    @Test func attributesThatMakeNoSenseAreRefused() throws {
        func convolution(_ name: String, _ values: [Int64]) throws -> GraphFault? {
            try graphFault { model in
                var node = model.graph.node[0]
                node.attribute.removeAll { $0.name == name }
                node.attribute.append(
                    ONNXAttribute.with {
                        $0.name = name
                        $0.ints = values
                        $0.i = values[0]
                    })
                model.graph.node[0] = node
            }
        }
        for (name, values) in [
            ("strides", [0, 0]), ("strides", [-1, 1]), ("strides", [1]), ("dilations", [0, 1]),
            ("pads", [-1, 0, 0, 0]),
            ("pads", [Int64.max, 0, 0, 0]), ("group", [0]), ("group", [-3]), ("group", [7]), ("kernel_shape", [9, 9]),
        ] {
            #expect(try convolution(name, values) != nil, "\(name) \(values)")
        }
    }

    @Test(arguments: [("output_padding", [-1, 0]), ("pads", [0, 0, -1, 0])] as [(String, [Int64])])
    func whatATransposedConvolutionCannotHaveIsNamed(_ name: String, _ values: [Int64]) throws {
        let fault = try graphFault { model in
            guard let index = model.graph.node.firstIndex(where: { $0.opType == "ConvTranspose" }) else { return }
            model.graph.node[index].attribute.removeAll { $0.name == name }
            model.graph.node[index].attribute.append(
                ONNXAttribute.with {
                    $0.name = name
                    $0.ints = values
                })
        }
        guard case .unsupportedAttribute(_, "ConvTranspose", name, _)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    // MARK: Damaged files

    private func onnxFault(_ edit: (inout ONNXModel) -> Void) -> FormatFault? {
        fault { _ = try ONNXImporter.graph(of: model(edit)) }
    }

    @Test func constantsMustHoldWhatTheirShapePromises() {
        func weights(_ edit: @escaping (inout ONNXTensor) -> Void) -> FormatFault? {
            onnxFault { edit(&$0.graph.initializer[0]) }
        }
        let large = weights { $0.dims[0] = 1 << 20 }
        guard case .sizeMismatch? = large else {
            Issue.record("large: \(String(describing: large))")
            return
        }
        guard case .tooLarge? = weights({ $0.dims = [1 << 40, 1 << 40] }) else {
            Issue.record("overflow")
            return
        }
        guard case .negative? = weights({ $0.dims[0] = -8 }) else {
            Issue.record("negative")
            return
        }
        guard case .tooLarge? = weights({ $0.dims = [Int64](repeating: 1, count: 100) }) else {
            Issue.record("rank")
            return
        }
        guard case .sizeMismatch? = weights({ $0.rawData.removeLast() }) else {
            Issue.record("bytes")
            return
        }
        guard case .unsupportedElementType? = weights({ $0.dataType = 8 }) else {
            Issue.record("text")
            return
        }
        let outside = weights { tensor in
            tensor.dataLocation = 1
            tensor.externalData = [
                ONNXKeyValue.with {
                    $0.key = "location"
                    $0.value = "../../etc/passwd"
                }
            ]
        }
        guard case .otherFile("../../etc/passwd", _)? = outside else {
            Issue.record("external data")
            return
        }
    }

    /// As exporters write networks whose weights are long.
    @Test func weightsInAFileBesideItAreReadAndNoOthers() throws {
        let whole = try goldenBytes("tiny-embedder.onnx")
        let graph = try ONNXImporter.graph(of: ONNXFile(FileBytes(whole, name: "/whole.onnx"))).graph
        try withTemporaryFolder { folder in
            var (model, data) = (try ONNXModel(serializedBytes: Data(whole)), Data())
            for index in model.graph.initializer.indices where !model.graph.initializer[index].rawData.isEmpty {
                let bytes = model.graph.initializer[index].rawData
                model.graph.initializer[index].rawData = Data()
                model.graph.initializer[index].dataLocation = 1
                model.graph.initializer[index].externalData = [
                    ("location", "tiny.data"), ("offset", "\(data.count)"), ("length", "\(bytes.count)"),
                ].map { name, value in
                    ONNXKeyValue.with { ($0.key, $0.value) = (name, value) }
                }
                data += bytes
            }
            let path = "\(folder)/tiny.onnx"
            func read(_ change: (inout ONNXTensor) -> Void = { _ in }) throws -> ONNXFile {
                var changed = model
                let index = try #require(model.graph.initializer.firstIndex { $0.dataLocation == 1 })
                change(&changed.graph.initializer[index])
                try changed.serializedData().write(to: URL(filePath: path))
                return try ONNXFile(FileBytes.copied(path, limit: 1 << 24))
            }
            func placed(_ key: String, _ value: String) -> (inout ONNXTensor) -> Void {
                { tensor in
                    for index in tensor.externalData.indices where tensor.externalData[index].key == key {
                        tensor.externalData[index].value = value
                    }
                }
            }
            func other(_ body: () throws -> Void) -> Bool {
                if case .otherFile? = fault(body) { true } else { false }
            }
            #expect(other { _ = try read() }, "there is no such file")
            try data.write(to: URL(filePath: "\(folder)/tiny.data"))
            let file = try read()
            let read2 = try ONNXImporter.graph(of: file).graph
            #expect(read2.constants.map(\.name) == graph.constants.map(\.name))
            #expect(read2.constants.map(\.tensor.values) == graph.constants.map(\.tensor.values))
            #expect(read2.nodes == graph.nodes)
            // What the weights are counts.
            try (data.dropLast() + [data.last! ^ 1]).write(to: URL(filePath: "\(folder)/tiny.data"))
            #expect(try read().sha256 != file.sha256)
            // Elsewhere, through a link, beyond its end, and all of it over and over.
            for name in ["", ".", "..", "../tiny.data", "\(folder)/tiny.data", "a/tiny.data", "a\0b"] {
                #expect(other { _ = try read(placed("location", name)) }, "\(name)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link", withDestinationPath: "\(folder)/tiny.data")
            #expect(other { _ = try read(placed("location", "link")) })
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            #expect(other { _ = try read(placed("location", "pipe")) })
            for (key, value) in [("offset", "-1"), ("offset", "\(Int.max)"), ("length", "\(Int.max)"), ("length", "x")]
            {
                #expect(fault { _ = try read(placed(key, value)) } != nil, "\(key) \(value)")
            }
            for index in model.graph.initializer.indices where model.graph.initializer[index].dataLocation == 1 {
                placed("offset", "0")(&model.graph.initializer[index])
                placed("length", "\(data.count)")(&model.graph.initializer[index])
            }
            guard case .tooLarge? = fault({ _ = try read() }) else {
                Issue.record("one file was read over and over")
                return
            }
        }
    }

    /// A constant that doubles sixty times would have 2^60 elements.
    @Test func constantsCannotGrowWithoutBound() throws {
        let fault = try graphFault { model in
            let value = ONNXTensor.with {
                $0.dims = [1]
                $0.dataType = 7
                $0.int64Data = [1]
                $0.name = "grow0"
            }
            model.graph.initializer.append(value)
            for step in 0..<60 {
                model.graph.node.insert(
                    ONNXNode.with { node in
                        node.opType = "Concat"
                        node.input = ["grow\(step)", "grow\(step)"]
                        node.output = ["grow\(step + 1)"]
                        node.attribute = [ONNXAttribute.with { $0.name = "axis" }]
                    }, at: step)
            }
        }
        #expect(fault != nil)
    }

    @Test func filesThatAreNoModelsAreRefused() {
        for bytes: [UInt8] in [
            [], [0x08], [0x08, 8], Array("not a model".utf8), [UInt8](repeating: 0x0a, count: 5000),
        ] {
            #expect(throws: ModelFileError.self) { try ONNXFile(FileBytes(bytes, name: "hostile.onnx")) }
        }
        #expect(onnxFault { $0.opsetImport[0].version = 99 } == .unsupportedFeature("operator set 99"))
        #expect(onnxFault { $0.opsetImport = [] } == .missingEntry("operator set"))
        #expect(onnxFault { $0.graph.node = [] } == .missingEntry("graph with nodes"))
    }

    @Test(arguments: ["tiny-operators.onnx"])
    func damagedModelsNeverCrash(name: String) throws {
        let bytes = try goldenBytes(name)
        var random = SplitMix(state: 9)
        func attempt(_ damaged: [UInt8]) {
            do {
                _ = try ONNXImporter.graph(of: ONNXFile(FileBytes(damaged, name: name)))
            } catch is ModelFileError {
            } catch {
                Issue.record("\(error) is no ModelFileError")
            }
        }
        for length in stride(from: 0, to: bytes.count, by: 37) { attempt(Array(bytes[..<length])) }
        for _ in 0..<4000 {
            var damaged = bytes
            for _ in 0..<3 {
                let index = Int.random(in: damaged.indices, using: &random)
                damaged[index] = UInt8.random(in: 0...255, using: &random)
            }
            attempt(damaged)
        }
    }
}
