import Testing

@testable import Nets

@Suite struct GramMatrixTests {
    @Test(arguments: [[1, 3, 5, 4], [1, 1, 1, 7], [1, 70, 65, 33], [40, 16]] as [Shape])
    func matchesTheFormula(_ shape: Shape) {
        let features = random(shape, seed: 1)
        let gram = GramMatrix(shape, threads: pool)
        let matrix = Tensor([gram.channels, gram.channels], repeating: .nan)
        gram.forward(features, into: matrix)
        let (pixels, channels) = (gram.pixels, gram.channels)
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
        expectClose(matrix.values, expected, tolerance: 1e-6, "Gram matrix of \(shape)")
        #expect(
            (0..<channels).allSatisfy { i in
                (0..<i).allSatisfy { matrix[i * channels + $0] == matrix[$0 * channels + i] }
            })
    }

    @Test(arguments: [true, false])
    func gradientMatchesFiniteDifferences(_ accumulates: Bool) {
        let shape: Shape = [1, 3, 4, 5]
        let features = random(shape, seed: 2)
        let weights = random([5, 5], seed: 3)  // Not symmetric.
        let gram = GramMatrix(shape, threads: pool)
        let matrix = Tensor([5, 5])
        func loss() -> Double {
            gram.forward(features, into: matrix)
            return zip(matrix.values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let target = Tensor(shape, repeating: 2)
        gram.backward(features, gradient: weights.copy(), into: target, accumulates: accumulates)
        let expected = (0..<shape.count).map { index in
            let old = features[index]
            features[index] = old + 0.01
            let above = loss()
            features[index] = old - 0.01
            let below = loss()
            features[index] = old
            return (above - below) / 0.02 + (accumulates ? 2 : 0)
        }
        expectClose(target.values, expected, tolerance: 1e-3, "gradient")
    }

    /// Doubling the picture by repeating it leaves the matrix alone: weights mean the same at every size.
    @Test func doesNotDependOnTheSize() {
        let small = random([1, 8, 8, 6], seed: 4)
        let large = Tensor([1, 16, 8, 6], small.values + small.values)
        let (a, b) = (Tensor([6, 6]), Tensor([6, 6]))
        GramMatrix(small.shape, threads: pool).forward(small, into: a)
        GramMatrix(large.shape, threads: pool).forward(large, into: b)
        expectClose(b.values, a.values.map(Double.init), tolerance: 1e-6, "Gram matrix")
    }
}
