import Testing

@testable import Nets

@Suite struct ElementwiseTests {
    static let shapes: [Shape] = [[1], [7], [3, 5], [2, 3, 4, 17], [1, 65, 33, 40]]

    static let activations: [Activation] = [
        .relu, .leakyRelu(slope: 0.1), .clip(low: 0, high: 6), .clip(low: -0.33, high: 0.38), .sigmoid, .tanh,
    ]

    @Test(arguments: shapes, activations)
    func activationForward(_ shape: Shape, _ kind: Activation) throws {
        let x = random(shape, seed: 3, -3, 8)
        let found = try run(.activation(kind), [x])
        expectClose(found.values, x.values.map { Naive.activation(kind, Double($0)) }, "\(kind) \(shape)")
    }

    @Test(arguments: [[11], [2, 3, 5]] as [Shape], activations)
    func activationGradient(_ shape: Shape, _ kind: Activation) throws {
        try expectGradients(.activation(kind), [distinct(shape, seed: 4, gap: 0.11)], "\(kind) \(shape)")
    }

    @Test(arguments: [[2, 3, 4, 17], [5, 8], [1, 1, 1, 3]] as [Shape], [true, false])
    func prelu(_ shape: Shape, _ shared: Bool) throws {
        let x = distinct(shape, seed: 5)
        let slope = random([shared ? 1 : shape.channels], seed: 6)
        let found = try run(.prelu, [x, slope])
        let expected = x.values.enumerated().map { index, value in
            value < 0 ? Double(value) * Double(slope[shared ? 0 : index % shape.channels]) : Double(value)
        }
        expectClose(found.values, expected, "prelu \(shape), shared \(shared)")
        try expectGradients(.prelu, [x, slope], "prelu \(shape), shared \(shared)")
    }

    static let pairs: [(Shape, Shape)] = [
        ([2, 3, 4, 17], [2, 3, 4, 17]), ([2, 3, 4, 9], [9]), ([2, 3, 4, 9], [1, 1, 1, 9]), ([2, 3, 4, 9], [1]),
        ([2, 3, 4, 9], []), ([2, 3, 1, 9], [1, 1, 4, 1]), ([3, 1], [1, 5]), ([2, 4, 5, 3], [2, 1, 1, 3]),
        ([4], [2, 3, 4]), ([1, 6, 6, 1], [1, 6, 6, 5]), ([1], [1]),
    ]

    @Test(arguments: pairs, [Binary.add, .subtract, .multiply, .divide, .power, .minimum, .maximum])
    func binary(_ shapes: (Shape, Shape), _ kind: Binary) throws {
        let positive = kind == .power || kind == .divide
        let a = positive ? random(shapes.0, seed: 7, 0.5, 2) : random(shapes.0, seed: 7)
        let b = positive ? random(shapes.1, seed: 8, 0.5, 2) : random(shapes.1, seed: 8)
        let found = try run(.binary(kind), [a, b])
        let expected = Naive.indices(found.shape).map {
            Naive.binary(kind, Naive.broadcast(a, at: $0), Naive.broadcast(b, at: $0))
        }
        expectClose(found.values, expected, "\(kind) \(shapes)")
        // Ties are kinks of minimum and maximum: values a step apart are needed.
        let choice = kind == .minimum || kind == .maximum
        try expectGradients(
            .binary(kind),
            choice
                ? [
                    distinct(shapes.0, seed: 7),
                    Tensor(shapes.1, distinct(shapes.1, seed: 8).values.map { $0 + 0.0125 }),
                ]
                : [a, b], step: 5e-3, "\(kind) \(shapes)")
    }

    @Test func bothOperandsMayBeTheSameValue() throws {
        var graph = Graph()
        let x = graph.input("x")
        graph.output("y", graph.binary(.multiply, x, x))
        let executor = try Executor(graph, inputShapes: ["x": [5]], gradients: .inputs, threads: pool)
        executor.input("x").assign([1, 2, 3, 4, 5])
        executor.forward()
        #expect(executor.output("y").values == [1, 4, 9, 16, 25])
        executor.seed("y").fill(1)
        executor.backward()
        #expect(executor.inputGradient("x").values == [2, 4, 6, 8, 10])
    }

    @Test func shapesThatDoNotBroadcastAreRefused() {
        #expect(throws: NetsError.self) { try run(.binary(.add), [Tensor([3]), Tensor([4])]) }
    }

    @Test(
        arguments: shapes.dropLast(),
        [Unary.squareRoot, .reciprocal, .negate, .absolute, .exponential, .logarithm, .square])
    func unary(_ shape: Shape, _ kind: Unary) throws {
        let x = random(shape, seed: 9, 0.5, 2)
        let found = try run(.unary(kind), [x])
        expectClose(found.values, x.values.map { Naive.unary(kind, Double($0)) }, "\(kind) \(shape)")
        try expectGradients(.unary(kind), [x], step: 5e-3, "\(kind) \(shape)")
    }

    @Test(arguments: [FakeQuantize.Grid.int8, .uint8], [-7, 0, 100])
    func fakeQuantize(_ grid: FakeQuantize.Grid, _ zeroPoint: Int) throws {
        guard grid == .int8 || zeroPoint >= 0 else {
            #expect(throws: NetsError.self) {
                try run(.fakeQuantize(.init(scale: 1, zeroPoint: zeroPoint, grid: grid)), [Tensor([1])])
            }
            return
        }
        let parameters = FakeQuantize(scale: 0.5, zeroPoint: zeroPoint, grid: grid)
        let bounds = grid == .int8 ? (-128.0, 127.0) : (0.0, 255.0)
        // Includes ties (quarters of the scale) and values beyond both ends.
        let x = Tensor([2001], (-1000...1000).map { Float($0) * 0.25 })
        let found = try run(.fakeQuantize(parameters), [x])
        let expected = x.values.map { value in
            let steps = (Double(value) / 0.5).rounded(.toNearestOrEven) + Double(zeroPoint)
            return (min(max(steps, bounds.0), bounds.1) - Double(zeroPoint)) * 0.5
        }
        expectClose(found.values, expected, tolerance: 0, "\(parameters)")
        let executor = try makeExecutor(.fakeQuantize(parameters), [x], gradients: .inputs)
        executor.forward()
        executor.seed("y").fill(2)
        executor.backward()
        let inside = x.values.map { value -> Double in
            let steps = Double(value) / 0.5 + Double(zeroPoint)
            return steps >= bounds.0 && steps <= bounds.1 ? 2 : 0
        }
        expectClose(executor.inputGradient("0").values, inside, tolerance: 0, "gradient of \(parameters)")
    }
}
