import Testing

@testable import Nets

/// Graphs that executors rewrite compute what they computed before.
@Suite struct GraphRewritingTests {
    /// An instance norm as exporters write it out, with the factors in the order given.
    private func writtenOut(swapped: Bool, epsilon: Float = 1e-3) -> Graph {
        var graph = Graph()
        let x = graph.input("x")
        func perChannel(_ name: String, seed: UInt64) -> Graph.Value {
            graph.add(.reshape(Reshape([1, 1, 1, 5])), [graph.constant(name, random([5], seed: seed))])
        }
        func product(_ kind: Binary, _ a: Graph.Value, _ b: Graph.Value) -> Graph.Value {
            graph.binary(kind, swapped ? b : a, swapped ? a : b)
        }
        let mean = graph.add(.reduce(Reduce(.mean, axes: [1, 2])), [x])
        let difference = graph.binary(.subtract, x, mean)
        let variance = graph.add(.reduce(Reduce(.mean, axes: [1, 2])), [graph.unary(.square, difference)])
        let sum = product(.add, variance, graph.constant("epsilon", Tensor([1], [epsilon])))
        let inverse = graph.binary(
            .divide, graph.constant("one", Tensor([1], [1])), graph.unary(.squareRoot, sum))
        let scaled = product(.multiply, product(.multiply, difference, inverse), perChannel("scale", seed: 1))
        graph.output("y", graph.relu(product(.add, scaled, perChannel("offset", seed: 2))))
        return graph
    }

    /// What a graph computes as it stands, without an executor's rewriting: its parts as outputs keep it from that.
    private func plain(_ graph: Graph, _ x: Tensor) throws -> [Float] {
        var graph = graph
        for node in graph.nodes where node.operation != graph.nodes.last?.operation {
            graph.output("kept \(node.output.index)", node.output)
        }
        return try run(graph, x)
    }

    private func run(_ graph: Graph, _ x: Tensor, _ gradients: Executor.Gradients = .none) throws -> [Float] {
        let executor = try Executor(graph, inputShapes: ["x": x.shape], gradients: gradients, threads: pool)
        executor.input("x").assign(x)
        executor.forward()
        return executor.output("y").values
    }

    @Test(arguments: [false, true])
    func writtenOutInstanceNormsAreFound(swapped: Bool) throws {
        let graph = writtenOut(swapped: swapped)
        let found = graph.findingInstanceNorms()
        let norms = found.nodes.compactMap { node in
            if case .instanceNorm(let norm) = node.operation { norm } else { nil }
        }
        #expect(norms == [InstanceNorm(epsilon: 1e-3)])
        #expect(!found.nodes.contains { $0.operation == .unary(.squareRoot) })
        let x = random([2, 6, 7, 5], seed: 3)
        let expected = try plain(graph, x)
        #expect(expected.contains(0) && expected.contains { $0 > 0 })
        expectClose(try run(found, x), expected.map(Double.init), "found")
        expectClose(try run(found, x, .inputs), expected.map(Double.init), "found, with gradients")
    }

    /// `x − m(x)` of one value, multiplied by what was made of another, is no instance norm.
    @Test func whatOnlyLooksLikeOneIsLeftAlone() throws {
        var graph = writtenOut(swapped: false)
        let square = try #require(graph.nodes.firstIndex { $0.operation == .unary(.square) })
        graph.nodes[square].inputs = [graph.inputs[0].value]
        #expect(graph.findingInstanceNorms().nodes == graph.nodes)
    }

    @Test(arguments: [1, 6])
    func slopesAreTakenIntoConvolutions(slopes: Int) throws {
        for (kernel, groups, channels) in [(1, 1, 6), (3, 1, 6), (3, 6, 6), (3, 1, 16)] {
            var graph = Graph()
            let weights = graph.constant("w", random([kernel, kernel, channels / groups, 6], seed: 1))
            let sum = graph.convolution(
                graph.input("x"), weights: weights, bias: graph.constant("b", random([6], seed: 2)),
                Convolution(padding: Margins(kernel / 2), groups: groups))
            graph.output("y", graph.add(.prelu, [sum, graph.constant("slopes", random([slopes], seed: 3))]))
            #expect(graph.fusingForInference().nodes.count == 1)
            let x = random([1, 20, 21, channels], seed: 4)
            let expected = try run(graph, x, .inputs)
            #expect(expected.contains { $0 < 0 } && expected.contains { $0 > 0 })
            expectClose(try run(graph, x), expected.map(Double.init), "\(kernel)x\(kernel), \(groups) groups")
        }
    }
}
