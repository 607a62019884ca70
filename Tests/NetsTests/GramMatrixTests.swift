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

    /// Pixels count twice, once, half and not at all.
    @Test(arguments: [[1, 9, 70, 5], [1, 4, 3, 6]] as [Shape])
    func weightsCountPixels(_ shape: Shape) throws {
        let features = random(shape, seed: 3)
        let weights = Tensor(.nhwc(1, shape.height, shape.width, 1))
        for pixel in 0..<weights.count { weights[pixel] = [2, 1, 0.5, 0][pixel % 4] }
        let channels = shape.channels
        let total = weights.values.reduce(0.0) { $0 + Double($1) }
        var (matrix, mean) = (
            [Double](repeating: 0, count: channels * channels), [Double](repeating: 0, count: channels)
        )
        for pixel in 0..<weights.count {
            for row in 0..<channels {
                let value = Double(weights[pixel]) * Double(features[pixel * channels + row])
                mean[row] += value / total
                for column in 0..<channels {
                    matrix[row * channels + column] +=
                        value * Double(features[pixel * channels + column]) / (total * Double(channels))
                }
            }
        }
        expectClose(try run(.gramMatrix, [features, weights]).values, matrix, tolerance: 1e-6, "weighted Gram matrix")
        expectClose(try run(.globalAveragePool, [features, weights]).values, mean, tolerance: 1e-6, "weighted mean")
        weights.fill(0)
        #expect(try run(.gramMatrix, [features, weights]).values.allSatisfy { $0 == 0 })
        #expect(try run(.globalAveragePool, [features, weights]).values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [.gramMatrix, .globalAveragePool] as [Operator])
    func weightedGradientMatchesFiniteDifferences(_ operation: Operator) throws {
        let features = random([1, 3, 4, 5], seed: 2)
        let weights = random([1, 3, 4, 1], seed: 3, 0, 2)
        weights[5] = 0
        var graph = Graph()
        let x = graph.input("x")
        graph.output("y", graph.add(operation, [x, graph.constant("weights", weights)]))
        let executor = try Executor(graph, inputShapes: ["x": features.shape], gradients: .inputs, threads: pool)
        executor.input("x").assign(features)
        let seed = random(executor.output("y").shape, seed: 99)
        func loss() -> Double {
            executor.forward()
            return zip(executor.output("y").values, seed.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        _ = loss()
        executor.seed("y").assign(seed)
        executor.backward()
        let found = executor.inputGradient("x").values
        let expected = features.values.indices.map { index in
            executor.input("x")[index] = features[index] + 0.01
            let above = loss()
            executor.input("x")[index] = features[index] - 0.01
            let below = loss()
            executor.input("x")[index] = features[index]
            return (above - below) / 0.02
        }
        expectClose(found, expected, tolerance: 1e-3, "\(operation)")
    }

    @Test func refusesWeightsOfAnotherSize() throws {
        #expect(throws: NetsError.self) {
            try run(.gramMatrix, [random([1, 3, 3, 4], seed: 6), random([1, 3, 2, 1], seed: 6)])
        }
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
