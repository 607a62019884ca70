import Foundation
import Testing

@testable import Nets

@Suite struct GraphTests {
    /// Convolution, batch norm, ReLU, twice; the second without bias.
    static func normalised() -> Graph {
        var graph = Graph()
        var x = graph.input("x", dims: [1, nil, nil, 3])
        for (number, channels) in [5, 9].enumerated() {
            let seed = UInt64(10 * number)
            let inputs = number == 0 ? 3 : 5
            let weights = graph.constant("w\(number)", random([3, 3, inputs, channels], seed: seed))
            let bias = number == 0 ? graph.constant("b", random([channels], seed: seed + 1)) : nil
            x = graph.convolution(x, weights: weights, bias: bias, .init(padding: .init(1)), name: "conv\(number)")
            let norm = (0..<4).map {
                graph.constant("n\(number)\($0)", random([channels], seed: seed + 2 + UInt64($0), 0.5, 2))
            }
            x = graph.relu(graph.add(.batchNorm(.init(epsilon: 1e-3)), [x] + norm))
            graph.output("y\(number)", x)
        }
        return graph
    }

    static func outputs(_ graph: Graph, _ names: [String] = ["y0", "y1"]) throws -> [[Float]] {
        let executor = try Executor(graph, inputShapes: ["x": [1, 6, 7, 3]], outputs: names, threads: pool)
        executor.input("x").assign(random([1, 6, 7, 3], seed: 50))
        executor.forward()
        return names.map { executor.output($0).values }
    }

    @Test func foldedBatchNormsComputeTheSame() throws {
        let graph = Self.normalised()
        let folded = graph.foldingBatchNorms()
        #expect(folded.nodes.count == 4)
        #expect(folded.nodes.allSatisfy { if case .batchNorm = $0.operation { false } else { true } })
        for (found, expected) in try zip(Self.outputs(folded), Self.outputs(graph)) {
            expectClose(found, expected.map(Double.init), "folded")
        }
    }

    @Test func aSumThatSomebodyElseReadsIsNotFolded() throws {
        var graph = Self.normalised()
        let sum = try #require(graph.nodes.first { $0.name == "conv1" }).output
        graph.output("sum", sum)
        let folded = graph.foldingBatchNorms()
        #expect(folded.nodes.count == 5)
        let (a, b) = try (Self.outputs(folded, ["sum"]), Self.outputs(graph, ["sum"]))
        expectClose(a[0], b[0].map(Double.init), "the sum before the folded norm")
    }

    @Test func activationsAreFusedWhereNothingElseReadsTheSum() throws {
        var graph = Self.normalised().foldingBatchNorms()
        #expect(graph.fusingActivations().nodes.count == 2)
        let sum = try #require(graph.nodes.first { $0.name == "conv0" }).output
        graph.output("sum", sum)
        #expect(graph.fusingActivations().nodes.count == 3)
        let values = try Self.outputs(graph, ["sum", "y0"])
        #expect(values[0].contains { $0 < 0 })
        #expect(values[1] == values[0].map { max($0, 0) })
    }

    @Test func pruningKeepsWhatTheOutputsNeed() throws {
        let pruned = try Self.normalised().pruned(to: ["y0"])
        #expect(pruned.nodes.count == 3)
        #expect(pruned.constants.count == 6)
        #expect(throws: NetsError.nameUnknown(kind: .output, name: "z", known: ["y0", "y1"])) {
            try Self.normalised().pruned(to: ["z"])
        }
    }

    @Test func anOutlineRebuildsTheGraph() throws {
        let graph = Self.normalised()
        let data = try JSONEncoder().encode(graph.outline)
        let outline = try JSONDecoder().decode(Graph.Outline.self, from: data)
        #expect(outline == graph.outline)
        let tensors = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.name, $0.tensor) })
        let rebuilt = try Graph(outline, tensors: tensors)
        #expect(try Self.outputs(rebuilt) == Self.outputs(graph))
        // A graph that goes on growing after a round trip makes fresh values.
        var grown = rebuilt
        let extra = grown.relu(grown.outputs[0].value)
        #expect(!graph.nodes.contains { $0.output == extra })
    }

    @Test func damagedOutlinesAreRefused() throws {
        let graph = Self.normalised()
        let tensors = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.name, $0.tensor) })
        let outline = graph.outline
        #expect(throws: NetsError.constantMissing(name: "b", shape: [5])) {
            try Graph(outline, tensors: tensors.filter { $0.key != "b" })
        }
        #expect(throws: NetsError.constantMissing(name: "b", shape: [5])) {
            try Graph(outline, tensors: tensors.merging(["b": Tensor([6])]) { $1 })
        }
        let reversed = Graph.Outline(
            inputs: outline.inputs, constants: outline.constants, nodes: outline.nodes.reversed(),
            outputs: outline.outputs)
        #expect(throws: NetsError.self) { try Graph(reversed, tensors: tensors) }
        let doubled = Graph.Outline(
            inputs: outline.inputs + outline.inputs, constants: outline.constants, nodes: outline.nodes,
            outputs: outline.outputs)
        #expect(throws: NetsError.self) { try Graph(doubled, tensors: tensors) }
        let negative = #"{"inputs":[{"name":"x","value":-1}],"constants":[],"nodes":[],"outputs":[]}"#
        let decoded = try JSONDecoder().decode(Graph.Outline.self, from: Data(negative.utf8))
        #expect(throws: NetsError.self) { try Graph(decoded, tensors: [:]) }
    }

    @Test func everyOperatorSurvivesJSON() throws {
        let all: [Operator] = [
            .convolution(.init(stride: .init(2), padding: .init(1), groups: 3, activation: .clip(low: 0, high: 6))),
            .gemm(.init(transposeB: true, alpha: 0.5)), .batchNorm(.init()), .instanceNorm(.init()),
            .activation(.leakyRelu(slope: 0.1)), .prelu, .pool(.init(.max, window: .init(3), stride: .init(2))),
            .globalAveragePool, .binary(.power), .unary(.reciprocal),
            .resize(.init(.scale(height: 2, width: 2), interpolation: .nearest(.floor), alignment: .asymmetric)),
            .depthToSpace(.init(block: 2)), .pad(.init(.init(2), mode: .reflect)), .concat(.init(axis: -1)),
            .slice(.init([.init(axis: 0, start: 1, end: Int.max)])), .window(.init(.init(2, 3))),
            .transpose(.init([1, 0])),
            .reshape(.init([0, -1])),
            .reduce(.init(.mean, axes: [1, 2])), .softmax(.init()), .gramMatrix,
            .fakeQuantize(.init(scale: 0.1, zeroPoint: 3, grid: .uint8)),
        ]
        #expect(try JSONDecoder().decode([Operator].self, from: JSONEncoder().encode(all)) == all)
    }
}
