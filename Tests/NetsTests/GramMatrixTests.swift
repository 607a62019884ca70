import Testing

@testable import Nets

@Suite struct GramMatrixTests {
    @Test(arguments: [[1, 3, 5, 4], [1, 1, 1, 7], [1, 70, 65, 33], [40, 16]] as [Shape])
    func matchesTheFormula(_ shape: Shape) throws {
        let features = random(shape, seed: 1)
        let matrix = try run(.gramMatrix, [features])
        let channels = shape.channels
        let pixels = shape.count / channels
        var expected: [Double] = []
        for row in 0..<channels {
            for column in 0..<channels {
                var sum = 0.0
                for pixel in 0..<pixels {
                    sum += Double(features[pixel * channels + row]) * Double(features[pixel * channels + column])
                }
                expected.append(sum / Double(shape.count))
            }
        }
        #expect(matrix.shape == [channels, channels])
        expectClose(matrix.values, expected, tolerance: 1e-6, "Gram matrix of \(shape)")
        #expect(
            (0..<channels).allSatisfy { i in
                (0..<i).allSatisfy { matrix[i * channels + $0] == matrix[$0 * channels + i] }
            })
    }

    @Test(arguments: [[1, 3, 4, 5], [7, 3]] as [Shape])
    func gradientMatchesFiniteDifferences(_ shape: Shape) throws {
        try expectGradients(.gramMatrix, [random(shape, seed: 2)], tolerance: 1e-3, "Gram matrix of \(shape)")
    }

    /// The gradient is added to that of whoever else reads the features, whichever of the two comes first.
    @Test(arguments: [true, false])
    func sharesItsFeatures(_ comesFirst: Bool) throws {
        let values = random([6, 4], seed: 5)
        var graph = Graph()
        let x = graph.input("x")
        let features = graph.unary(.negate, x)
        if comesFirst { graph.output("gram", graph.add(.gramMatrix, [features])) }
        graph.output("square", graph.unary(.square, features))
        if !comesFirst { graph.output("gram", graph.add(.gramMatrix, [features])) }
        let executor = try Executor(graph, inputShapes: ["x": [6, 4]], gradients: .inputs, threads: pool)
        executor.input("x").assign(values)
        func gradient(gram: Float, square: Float) -> [Float] {
            executor.forward()
            executor.seed("gram").fill(gram)
            executor.seed("square").fill(square)
            executor.backward()
            return executor.inputGradient("x").values
        }
        let (both, one, other) = (
            gradient(gram: 1, square: 1), gradient(gram: 1, square: 0), gradient(gram: 0, square: 1)
        )
        expectClose(both, zip(one, other).map { Double($0) + Double($1) }, tolerance: 1e-6, "sum of both ways")
        #expect(one.contains { $0 != 0 } && other.contains { $0 != 0 })
    }

    /// Doubling the picture by repeating it leaves the matrix alone: weights mean the same at every size.
    @Test func doesNotDependOnTheSize() throws {
        let small = random([1, 8, 8, 6], seed: 4)
        let large = Tensor([1, 16, 8, 6], small.values + small.values)
        let expected = try run(.gramMatrix, [small])
        expectClose(
            try run(.gramMatrix, [large]).values, expected.values.map(Double.init), tolerance: 1e-6, "Gram matrix")
    }

    @Test func refusesABatch() throws {
        #expect(throws: NetsError.self) { try run(.gramMatrix, [random([2, 3, 3, 4], seed: 6)]) }
    }
}
