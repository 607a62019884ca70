import Testing

@testable import Nets

@Suite struct ExecutorTests {
    /// A chain of convolutions and pools with a skip connection; every stage is an output.
    static func chain() -> Graph {
        var graph = Graph()
        let x = graph.input("x", dims: [1, nil, nil, 3])
        var h = x
        for stage in 0..<4 {
            let inputs = stage == 0 ? 3 : 8
            let w = graph.constant("w\(stage)", random([3, 3, inputs, 8], seed: UInt64(stage)))
            h = graph.relu(graph.convolution(h, weights: w, .init(padding: .init(1))))
            if stage == 2 { h = graph.binary(.add, h, graph.activation(h, .sigmoid)) }
            graph.output("h\(stage)", h)
        }
        return graph
    }

    static let shape: Shape = [1, 9, 11, 3]

    /// Only one output wanted: buffers are shared. All wanted: nothing is. The values must be the same.
    @Test func sharedBuffersDoNotChangeResults() throws {
        let x = random(Self.shape, seed: 9)
        let all = try Executor(Self.chain(), inputShapes: ["x": Self.shape], threads: pool)
        let one = try Executor(Self.chain(), inputShapes: ["x": Self.shape], outputs: ["h3"], threads: pool)
        let both = try Executor(
            Self.chain(), inputShapes: ["x": Self.shape], outputs: ["h3"], gradients: .inputs, threads: pool)
        for executor in [all, one, both] {
            executor.input("x").assign(x)
            executor.forward()
            executor.forward()
        }
        #expect(one.output("h3").values == all.output("h3").values)
        #expect(both.output("h3").values == all.output("h3").values)
        #expect(one.input("x").values == x.values)
        #expect(one.bytes < all.bytes)
    }

    @Test func seedsAtSeveralOutputsAddUp() throws {
        let executor = try Executor(
            Self.chain(), inputShapes: ["x": Self.shape], gradients: .inputsAndWeights, threads: pool)
        executor.input("x").assign(random(Self.shape, seed: 9))
        let seeds = (0..<4).map { random([1, 9, 11, 8], seed: 30 + UInt64($0)) }
        func gradients(_ chosen: [Int]) -> [[Float]] {
            executor.forward()
            for index in 0..<4 { executor.seed("h\(index)").fill(0) }
            for index in chosen { executor.seed("h\(index)").assign(seeds[index]) }
            executor.backward()
            return [executor.inputGradient("x").values] + (0..<4).map { executor.weightGradient("w\($0)").values }
        }
        let together = gradients([0, 1, 2, 3])
        var sum = together.map { [Double](repeating: 0, count: $0.count) }
        for index in 0..<4 {
            for (part, values) in gradients([index]).enumerated() {
                for (position, value) in values.enumerated() { sum[part][position] += Double(value) }
            }
        }
        for (found, expected) in zip(together, sum) { expectClose(found, expected, "sum of gradients") }
    }

    @Test func weightGradientsMatchFiniteDifferences() throws {
        let graph = Self.chain()
        let executor = try Executor(
            graph, inputShapes: ["x": [1, 4, 3, 3]], outputs: ["h3"], gradients: .inputsAndWeights, threads: pool)
        executor.input("x").assign(random([1, 4, 3, 3], seed: 9))
        let seed = random([1, 4, 3, 8], seed: 10)
        func loss() -> Double {
            executor.forward()
            return zip(executor.output("h3").values, seed.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        _ = loss()
        executor.seed("h3").assign(seed)
        executor.backward()
        for name in ["w0", "w1", "w2", "w3"] {
            let weights = try #require(executor.weights[name])
            let found = executor.weightGradient(name).values
            let chosen = Array(stride(from: 0, to: weights.count, by: 37))
            let expected = chosen.map { index in
                let old = weights[index]
                weights[index] = old + 1e-3
                let above = loss()
                weights[index] = old - 1e-3
                let below = loss()
                weights[index] = old
                return (above - below) / 2e-3
            }
            expectClose(chosen.map { found[$0] }, expected, tolerance: 2e-2, "gradient of \(name)")
        }
    }

    @Test func viewsAndNamesOfOneValueShareMemory() throws {
        var graph = Graph()
        let x = graph.input("x")
        let flat = graph.add(.reshape(.init([-1])), [x])
        graph.output("flat", flat)
        graph.output("again", flat)
        graph.output("input", x)
        graph.output("negative", graph.unary(.negate, flat))
        let executor = try Executor(
            graph, inputShapes: ["x": [2, 2]], gradients: .inputs, seeds: ["negative"], threads: pool)
        executor.input("x").assign([1, 2, 3, 4])
        executor.forward()
        #expect(executor.output("flat").shape == [4])
        #expect(executor.output("again").values == [1, 2, 3, 4])
        #expect(executor.output("input").values == [1, 2, 3, 4])
        #expect(executor.output("negative").values == [-1, -2, -3, -4])
        executor.seed("negative").assign([1, 10, 100, 1000])
        executor.backward()
        #expect(executor.inputGradient("x").values == [-1, -10, -100, -1000])
    }

    /// Of few channels: a value that is an output is kept, otherwise it is computed again, with the same gradients.
    @Test func whatIsMadeOfTheInputForLittleIsComputedAgain() throws {
        func executor(keeps: Bool) throws -> Executor {
            var graph = Graph()
            var features = graph.input("x", dims: [1, nil, nil, 3])
            for (number, (inputs, outputs)) in [(3, 24), (24, 8), (8, 8)].enumerated() {
                let weights = graph.constant("w\(number)", random([3, 3, inputs, outputs], seed: UInt64(number)))
                let bias = graph.constant("b\(number)", random([outputs], seed: 7))
                features = graph.convolution(
                    features, weights: weights, bias: bias, .init(padding: .init(1), activation: .relu),
                    name: "c\(number)")
                if number == 0 {
                    graph.output("gram", graph.add(.gramMatrix, [features]))
                    if keeps { graph.output("features", features) }
                }
            }
            graph.output("y", features)
            return try Executor(
                graph, inputShapes: ["x": [1, 24, 20, 3]], gradients: .inputs, seeds: ["gram", "y"], threads: pool)
        }
        func gradient(_ executor: Executor) -> [Float] {
            executor.forward()
            executor.seed("gram").fill(1)
            executor.seed("y").assign(random([1, 24, 20, 8], seed: 12))
            executor.backward()
            return executor.inputGradient("x").values
        }
        let (kept, again) = (try executor(keeps: true), try executor(keeps: false))
        #expect(again.bytes < kept.bytes)
        for seed in [3, 4] as [UInt64] {
            for executor in [kept, again] { executor.input("x").assign(random([1, 24, 20, 3], seed: seed)) }
            let found = gradient(again)
            #expect(found == gradient(kept) && found.contains { $0 != 0 })
        }
    }

    /// An input that is an output as well, and a seed: its gradient is for the caller, and stays.
    @Test func theGradientOfASeedThatIsAskedForIsKept() throws {
        var graph = Graph()
        let (x, z) = (graph.input("x", dims: [1, nil, nil, 3]), graph.input("z", dims: [1, nil, nil, 3]))
        func layer(_ value: Graph.Value, _ number: UInt64) -> Graph.Value {
            let weights = graph.constant("w\(number)", random([1, 1, 3, 3], seed: number))
            return graph.convolution(value, weights: weights, .init(), name: "c\(number)")
        }
        let deep = layer(layer(z, 1), 2)
        graph.output("y", graph.binary(.add, deep, layer(x, 3)))
        graph.output("x", x)
        let shape: Shape = [1, 5, 6, 3]
        let executor = try Executor(
            graph, inputShapes: ["x": shape, "z": shape], gradients: .inputs, seeds: ["x", "y"], threads: pool)
        func gradient(ofX seed: Float) -> [Float] {
            executor.input("x").fill(1)
            executor.input("z").fill(1)
            executor.forward()
            executor.seed("x").fill(seed)
            executor.seed("y").fill(1)
            executor.backward()
            return executor.inputGradient("x").values
        }
        let (with, without) = (gradient(ofX: 2), gradient(ofX: 0))
        #expect(zip(with, without).allSatisfy { abs($0 - $1 - 2) < 1e-5 })
        let weights = random([1, 1, 3, 3], seed: 3)
        #expect(abs(without[0] - (weights[0] + weights[1] + weights[2])) < 1e-5)
    }

    @Test func constantsAreNeverWritten() throws {
        var graph = Graph()
        let x = graph.input("x")
        let c = graph.constant("c", Tensor([3], [-1, 2, -3]))
        let view = graph.add(.reshape(.init([1, 3])), [c])
        graph.output("y", graph.binary(.add, graph.relu(view), x))
        let executor = try Executor(graph, inputShapes: ["x": [1, 3]], threads: pool)
        executor.forward()
        executor.forward()
        #expect(executor.output("y").values == [0, 2, 0])
        #expect(graph.constants[0].tensor.values == [-1, 2, -3])
    }

    @Test func aGradientThatNoSeedReachesIsZero() throws {
        var graph = Graph()
        let (x, z) = (graph.input("x"), graph.input("z"))
        graph.output("x2", graph.unary(.square, x))
        graph.output("z2", graph.unary(.square, z))
        let executor = try Executor(
            graph, inputShapes: ["x": [2], "z": [2]], gradients: .inputs, seeds: ["x2"], threads: pool)
        executor.input("x").fill(3)
        executor.input("z").fill(5)
        executor.forward()
        executor.seed("x2").fill(1)
        executor.backward()
        #expect(executor.inputGradient("x").values == [6, 6])
        #expect(executor.inputGradient("z").values == [0, 0])
    }

    @Test func wrongInputsAreRefused() {
        let graph = Self.chain()
        #expect(throws: NetsError.inputShapeMissing(name: "x")) { try Executor(graph, inputShapes: [:], threads: pool) }
        #expect(throws: NetsError.inputShapeRefused(name: "x", found: [1, 9, 9, 4], declared: [1, nil, nil, 3])) {
            try Executor(graph, inputShapes: ["x": [1, 9, 9, 4]], threads: pool)
        }
        #expect(throws: NetsError.inputShapeRefused(name: "z", found: [1], declared: nil)) {
            try Executor(graph, inputShapes: ["x": Self.shape, "z": [1]], threads: pool)
        }
        #expect(throws: NetsError.nameUnknown(kind: .output, name: "h9", known: ["h0", "h1", "h2", "h3"])) {
            try Executor(graph, inputShapes: ["x": Self.shape], outputs: ["h9"], threads: pool)
        }
    }

    /// A stylisation's network at 512 pixels has to fit: what the plan takes is what the arithmetic says it must.
    @Test func theArenaIsNotWasteful() {
        let requests = [(100, 0...3), (50, 1...2), (50, 3...5), (100, 4...6), (16, 0...6)].map {
            ArenaPlan.Request(count: $0.0, lifetime: $0.1)
        }
        let plan = ArenaPlan(requests)
        #expect(plan.count == 112 + 64 + 16)
        for (i, a) in requests.enumerated() {
            for (j, b) in requests.enumerated() where i < j && a.lifetime.overlaps(b.lifetime) {
                let apart = plan.offsets[i] + a.count <= plan.offsets[j] || plan.offsets[j] + b.count <= plan.offsets[i]
                #expect(apart, "requests \(i) and \(j)")
            }
        }
    }
}
