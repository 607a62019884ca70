import Foundation
import Nets
import Testing

@testable import ModelFiles

/// Graphs of a few hundred bytes whose extents, shapes and constants are chosen to overflow or to grow.
@Suite struct HostileONNXTests {
    /// A graph that reads one picture and gives what a ReLU makes of it, with other nodes and constants before that.
    private func graph(
        _ nodes: [ONNXNode], _ initializers: [ONNXTensor], output: String? = nil, dims: [Int64?] = [1, 3, 112, 112]
    ) throws -> [UInt8] {
        let model = ONNXModel.with { model in
            model.irVersion = 8
            model.opsetImport = [ONNXOperatorSet.with { $0.version = 13 }]
            model.graph.input = [
                ONNXValueInfo.with { input in
                    input.name = "x"
                    input.type.tensorType.elemType = 1
                    input.type.tensorType.shape.dim = dims.map { extent in
                        ONNXDimension.with { if let extent { $0.dimValue = extent } }
                    }
                }
            ]
            model.graph.initializer = initializers
            model.graph.node = nodes + [node("Relu", ["x"], "y")]
            model.graph.output = [ONNXValueInfo.with { $0.name = output ?? "y" }]
        }
        return [UInt8](try model.serializedData())
    }

    private func node(
        _ type: String, _ inputs: [String], _ output: String, ints: [String: [Int64]] = [:], int: [String: Int64] = [:]
    ) -> ONNXNode {
        ONNXNode.with { node in
            node.opType = type
            node.input = inputs
            node.output = [output]
            node.attribute =
                ints.map { name, values in
                    ONNXAttribute.with {
                        $0.name = name
                        $0.ints = values
                    }
                }
                + int.map { name, value in
                    ONNXAttribute.with {
                        $0.name = name
                        $0.i = value
                    }
                }
        }
    }

    /// Float32 when no integers are given.
    private func tensor(_ name: String, _ dims: [Int64], ints: [Int64]? = nil, type: Int32? = nil) -> ONNXTensor {
        ONNXTensor.with {
            $0.name = name
            $0.dims = dims
            $0.dataType = type ?? (ints == nil ? 1 : 7)
            $0.int64Data = ints ?? []
        }
    }

    private func error(_ bytes: [UInt8]) -> ModelFileError? {
        do {
            _ = try ONNXImporter.graph(of: ONNXFile(FileBytes(bytes, name: "hostile.onnx")))
            return nil
        } catch let error as ModelFileError {
            return error
        } catch {
            Issue.record("\(error) is no ModelFileError")
            return nil
        }
    }

    /// A network of one picture that makes its batch itself.
    @Test func aPictureWithoutABatchIsNamed() throws {
        let nodes = [node("Unsqueeze", ["x", "axes"], "b"), node("Relu", ["b"], "c")]
        let bytes = try graph(nodes, [tensor("axes", [1], ints: [0])], output: "c", dims: [3, nil, nil])
        let path = NSTemporaryDirectory() + "HostileONNX-\(UUID().uuidString).onnx"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: ModelFileError.unsupportedGraph(path: path, fault: .noBatch(input: "x"))) {
            try ForeignModel(reading: path)
        }
    }

    /// Extents around a zero: no elements, and products that overflow wherever the zero is left out.
    @Test(
        arguments: [
            [0, 1 << 40, 1 << 40], [1 << 40, 1 << 40, 0], [1 << 40, 0, 1 << 40], [0, 1 << 31], [1 << 31, 0],
            [0, .max], [.max, 0, .max], [0, 1 << 23],
        ] as [[Int64]])
    func extentsBesideAZeroAreRefusedWithTheTensorsName(dims: [Int64]) throws {
        let empty = tensor("empty", dims)
        let none = tensor("none", dims, ints: [])
        let index = tensor("i", [1], ints: [0])
        let two = tensor("two", [2], ints: [0, 1])
        let scales = ONNXTensor.with {
            $0.name = "s"
            $0.dims = [2]
            $0.dataType = 1
            $0.floatData = [1, 2]
        }
        let rank = Int64(dims.count)
        for nodes in [
            [node("Concat", ["empty", "empty"], "z")], [node("Concat", ["empty", "empty"], "z", int: ["axis": 1])],
            [node("Gather", ["empty", "i"], "z", int: ["axis": rank - 1])], [node("Gather", ["empty", "i"], "z")],
            [node("Slice", ["empty", "i", "i", "i"], "z")], [node("Slice", ["empty", "i", "two", "two"], "z")],
            [node("Reshape", ["empty", "two"], "z")], [node("Transpose", ["empty"], "z")],
            [node("DequantizeLinear", ["none", "s"], "z")],
            [node("DequantizeLinear", ["none", "s"], "z", int: ["axis": 0])],
            [node("Add", ["empty", "empty"], "z")], [node("Add", ["empty", "s"], "z")], [node("Cast", ["empty"], "z")],
            [node("Unsqueeze", ["empty", "i"], "z")], [node("Squeeze", ["empty"], "z")],
        ] {
            let bytes = try graph(nodes, [empty, none, index, two, scales])
            let found = try #require(error(bytes), "\(nodes[0].opType)")
            #expect("\(found)".contains("empty") || "\(found)".contains("none"), "\(nodes[0].opType): \(found)")
        }
    }

    @Test func shapesWhoseProductOverflowsAreRefused() throws {
        let wide = tensor("shape", [4], ints: [1 << 20, 1 << 20, 1 << 20, 1 << 20])
        let huge = tensor("shape", [3], ints: [0, 1 << 40, 1 << 40])
        for shape in [wide, huge, tensor("shape", [2], ints: [.max, .max]), tensor("shape", [2], ints: [.min, -1])] {
            for type in ["Reshape", "Expand"] {
                #expect(error(try graph([node(type, ["x", "shape"], "z")], [shape], output: "z")) != nil, "\(type)")
            }
            #expect(error(try graph([node("ConstantOfShape", ["shape"], "z")], [shape])) != nil)
        }
    }

    @Test func aZeroPointOffItsGridIsRefused() throws {
        let scale = ONNXTensor.with {
            $0.name = "s"
            $0.dataType = 1
            $0.floatData = [1]
        }
        for value in [Int32.max, .min, 256, -1] {
            let zero = ONNXTensor.with {
                $0.name = "zero"
                $0.dataType = 2
                $0.int32Data = [value]
            }
            let nodes = [
                node("QuantizeLinear", ["x", "s", "zero"], "q"), node("DequantizeLinear", ["q", "s", "zero"], "z"),
            ]
            #expect(error(try graph(nodes, [scale, zero], output: "z")) != nil, "\(value)")
        }
    }

    /// 50,000 ranges on one axis, each of which would copy the constant.
    @Test func manyRangesOnOneAxisAreRefused() throws {
        let count = 50_000
        let zeros = tensor("zeros", [Int64(count)], ints: [Int64](repeating: 0, count: count))
        let ends = tensor("ends", [Int64(count)], ints: [Int64](repeating: .max, count: count))
        let slice = node("Slice", ["c", "zeros", "ends", "zeros"], "z")
        let big = tensor("c", [1 << 16], ints: [Int64](repeating: 1, count: 1 << 16))
        #expect(error(try graph([slice], [zeros, ends, big])) != nil)
    }

    /// Each of them reads a constant of four million elements, which a small file may have.
    @Test(arguments: ["Gather", "Slice", "Transpose", "Cast", "Add"])
    func aConstantCannotBeReadOverAndOver(type: String) throws {
        let shape = tensor("shape", [2], ints: [1 << 11, 1 << 11])
        let index = tensor("i", [1], ints: [0])
        let one = tensor("one", [1], ints: [1])
        let inputs = ["Gather": ["c", "i"], "Slice": ["c", "i", "one"], "Add": ["c", "i"]][type] ?? ["c"]
        let nodes = (0..<4000).map { node(type, inputs, "z\($0)") }
        let fault = error(try graph([node("ConstantOfShape", ["shape"], "c")] + nodes, [shape, index, one]))
        guard case .unsupportedGraph(_, .invalidGraph)? = fault else {
            Issue.record("\(type): \(String(describing: fault))")
            return
        }
    }

    /// Two bytes each in the file, and hundreds once decoded.
    @Test(arguments: [[0x0A, 0x00], [0x2A, 0x00], [0x5A, 0x00]] as [[UInt8]])
    func millionsOfEmptyMessagesAreRefusedBeforeTheyAreDecoded(message: [UInt8]) throws {
        let messages = [[UInt8]](repeating: message, count: 2_000_000).flatMap { $0 }
        // Field 7, the graph, with its length.
        var length = messages.count
        var head: [UInt8] = [0x08, 0x08, 0x3A]
        while length >= 0x80 {
            head.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        head.append(UInt8(length))
        guard case .malformed(_, .onnx, .tooLarge)? = error(head + messages) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func longNamesAndRunsOfMarksAreRefused() throws {
        let marks = "a" + String(repeating: "\u{301}", count: 500_000)
        for name in [marks, String(repeating: "n", count: 5000), "a" + String(repeating: "\u{301}", count: 40)] {
            for nodes in [[node("Relu", ["x"], name)], [node(name, ["x"], "z")], [node("Relu", [name], "z")]] {
                guard case .malformed(_, .onnx, _)? = error(try graph(nodes, [])) else {
                    Issue.record("\(name.utf8.count)")
                    return
                }
            }
            #expect(error(try graph([], [tensor(name, [1], ints: [1])])) != nil)
        }
    }

    /// A value for each use of one constant: names are made unique in one step each.
    @Test func manyUsesOfOneConstantAreNamedQuickly() throws {
        let one = tensor("one", [1], ints: [1])
        let nodes = (0..<4000).map { node("Add", [$0 == 0 ? "x" : "z\($0 - 1)", "one"], "z\($0)") }
        #expect(error(try graph(nodes, [one], output: "z3999")) == nil)
    }

    /// What a slice leaves of an axis is counted; the places of a million were listed for each of them.
    @Test func manySlicesOfALongAxisAreCounted() throws {
        let bounds = [
            tensor("zero", [1], ints: [0]), tensor("end", [1], ints: [1 << 20]), tensor("axis", [1], ints: [3]),
        ]
        let nodes = (0..<4000).map { node("Slice", [$0 == 0 ? "x" : "z\($0 - 1)", "zero", "end", "axis"], "z\($0)") }
        var model = try ONNXModel(serializedBytes: Data(graph(nodes, bounds, output: "z3999")))
        for (axis, extent) in [(1, 1), (2, 1), (3, 1 << 20)] as [(Int, Int64)] {
            model.graph.input[0].type.tensorType.shape.dim[axis].dimValue = extent
        }
        #expect(error([UInt8](try model.serializedData())) == nil)
    }

    /// A network that would take petabytes to run, and one whose tensors are named as the converted file's own parts.
    @Test func whatCannotRunIsNotImported() throws {
        let scales = ONNXTensor.with {
            $0.name = "s"
            $0.dims = [4]
            $0.dataType = 1
            $0.floatData = [1, 1, 64, 64]
        }
        let nodes = (0..<8).map { node("Resize", [$0 == 0 ? "x" : "z\($0 - 1)", "", "s"], "z\($0)") }
        for open in [true, false] {
            var model = try ONNXModel(serializedBytes: Data(graph(nodes, [scales], output: "z7")))
            if open {
                for axis in 2...3 { model.graph.input[0].type.tensorType.shape.dim[axis].dimParam = "side" }
            }
            let bytes = [UInt8](try model.serializedData())
            #expect(throws: ModelFileError.self) {
                let graph = try ONNXImporter.graph(of: ONNXFile(FileBytes(bytes, name: "hostile.onnx")))
                try graph.checkEmbedder(path: "hostile.onnx")
            }
        }
        try withTemporaryFolder { folder in
            for names in [["__metadata__"], ["w", "w"]] {
                let items = names.map { SafetensorsWriter.Item(name: $0, dims: [1], floats: [1]) }
                #expect(throws: ModelFileError.self) {
                    try SafetensorsWriter.write(items, metadata: [:], to: folder + "/m")
                }
            }
        }
    }
}
