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

    /// Margins that a node lays out before a convolution are laid out by the convolution.
    @Test(arguments: [Pad.Mode.reflect, .edge, .constant(0)])
    func marginsAreTakenIntoConvolutions(mode: Pad.Mode) throws {
        let cases: [(kernel: Int, stride: Int, channels: Int, outputs: Int)] = [
            (3, 1, 16, 24), (3, 1, 5, 17), (3, 2, 4, 6), (5, 1, 3, 3), (3, 1, 1, 1), (1, 1, 3, 4),
        ]
        for (kernel, stride, channels, outputs) in cases {
            var graph = Graph()
            let weights = graph.constant("w", random([kernel, kernel, channels, outputs], seed: 1))
            let margins = Margins(top: 2, left: 1, bottom: 3, right: 4)
            let padded = graph.add(.pad(Pad(margins, mode: mode)), [graph.input("x")])
            graph.output("y", graph.convolution(padded, weights: weights, Convolution(stride: Extent2(stride))))
            #expect(graph.fusingForInference().nodes.count == 1)
            for shape in [[2, 22, 25, channels], [1, 5, 6, channels]] as [Shape] {
                let x = random(shape, seed: 4)
                expectClose(
                    try run(graph, x), try run(graph, x, .inputs).map(Double.init),
                    "\(mode), \(kernel)x\(kernel), stride \(stride), \(channels) to \(outputs), \(shape)")
            }
        }
    }

    /// What a constant other than zero fills, or what is added to channels, stays a node of its own.
    @Test func otherMarginsAreLeftAlone() {
        for pad in [
            Pad(Margins(1), mode: .constant(2)), Pad(before: [0, 0, 0, 1], after: [0, 0, 0, 0], mode: .edge),
        ] {
            var graph = Graph()
            let weights = graph.constant("w", random([3, 3, 5, 2], seed: 1))
            graph.output("y", graph.convolution(graph.add(.pad(pad), [graph.input("x")]), weights: weights))
            #expect(graph.fusingForInference().nodes == graph.nodes)
        }
    }

    /// A convolution and the depthwise one after it, so large that they are paired.
    @Test func depthwiseConvolutionsArePaired() throws {
        let cases: [(kernel: Int, stride: Int, channels: Int, outputs: Int, side: (Int, Int), padding: Margins)] = [
            (1, 1, 5, 16, (131, 129), Margins(1)), (1, 2, 7, 20, (120, 117), Margins(1)),
            (3, 1, 3, 33, (90, 91), Margins(top: 0, left: 1, bottom: 2, right: 1)), (3, 2, 3, 32, (100, 99), .none),
        ]
        for (kernel, stride, channels, outputs, side, padding) in cases {
            for activation in [nil, Activation.relu] {
                var graph = Graph()
                let first = graph.convolution(
                    graph.input("x"),
                    weights: graph.constant("w", random([kernel, kernel, channels, outputs], seed: 1)),
                    bias: graph.constant("b", random([outputs], seed: 2)),
                    Convolution(padding: Margins(kernel / 2), activation: activation))
                let second = graph.convolution(
                    graph.add(.prelu, [first, graph.constant("slopes", random([outputs], seed: 3))]),
                    weights: graph.constant("w2", random([3, 3, 1, outputs], seed: 4)),
                    bias: graph.constant("b2", random([outputs], seed: 5)),
                    Convolution(stride: Extent2(stride), padding: padding, groups: outputs, activation: .relu))
                graph.output("y", second)
                let x = random([2, side.0, side.1, channels], seed: 6)
                let kinds = try graph.fusingActivations().rewrittenForInference(["x": x.shape]).nodes.map(
                    \.operation.label)
                #expect(kinds == (activation == nil ? ["depthwisePair"] : ["convolution", "prelu", "convolution"]))
                expectClose(
                    try run(graph, x), try run(graph, x, .inputs).map(Double.init),
                    "\(kernel)x\(kernel), stride \(stride), \(channels) to \(outputs), \(side)")
            }
        }
    }

    /// Heads that read the same value are one product; other readers of it stay.
    @Test func headsAreJoined() throws {
        var graph = Graph()
        let x = graph.input("x")
        for (index, outputs) in [1, 4, 1, 10].enumerated() {
            let first = graph.convolution(
                x, weights: graph.constant("w\(index)", random([1, 1, 6, outputs], seed: 1 + UInt64(index))),
                bias: graph.constant("b\(index)", random([outputs], seed: 7)))
            let second = graph.convolution(
                first, weights: graph.constant("v\(index)", random([3, 3, 1, outputs], seed: 11 + UInt64(index))),
                bias: graph.constant("c\(index)", random([outputs], seed: 8)),
                Convolution(padding: Margins(1), groups: outputs))
            graph.output("y\(index)", index == 2 ? graph.activation(second, .sigmoid) : second)
        }
        graph.output("y", graph.relu(x))
        let found = graph.joiningHeads()
        #expect(found.nodes.count { if case .convolution = $0.operation { true } else { false } } == 2)
        let value = random([2, 9, 7, 6], seed: 9)
        let joined = try Executor(graph, inputShapes: ["x": value.shape], threads: pool)
        let apart = try Executor(graph, inputShapes: ["x": value.shape], gradients: .inputs, threads: pool)
        for executor in [joined, apart] {
            executor.input("x").assign(value)
            executor.forward()
        }
        for name in graph.outputNames {
            expectClose(joined.output(name).values, apart.output(name).values.map(Double.init), name)
        }
    }
}
