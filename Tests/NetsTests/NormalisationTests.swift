import Testing

@testable import Nets

@Suite struct NormalisationTests {
    @Test(arguments: [[1, 3, 4, 5], [2, 7, 5, 17], [1, 70, 60, 9], [6, 8]] as [Shape])
    func batchNorm(_ shape: Shape) throws {
        let channels = shape.channels
        let inputs = [
            random(shape, seed: 1), random([channels], seed: 2, 0.5, 2), random([channels], seed: 3),
            random([channels], seed: 4), random([channels], seed: 5, 0.5, 2),
        ]
        let found = try run(.batchNorm(.init(epsilon: 1e-3)), inputs)
        let expected = inputs[0].values.enumerated().map { index, value in
            let c = index % channels
            let deviation = (Double(inputs[4][c]) + 1e-3).squareRoot()
            return (Double(value) - Double(inputs[3][c])) / deviation * Double(inputs[1][c]) + Double(inputs[2][c])
        }
        expectClose(found.values, expected, "batchNorm \(shape)")
        if shape.count < 1000 {
            try expectGradients(.batchNorm(.init(epsilon: 1e-3)), inputs, step: 5e-3, "batchNorm \(shape)")
        }
    }

    @Test(
        arguments: [[1, 3, 4, 5], [2, 7, 5, 17], [1, 70, 60, 9], [1, 300, 310, 3], [2, 90, 40, 32]] as [Shape],
        [1, 2, 3])
    func instanceNorm(_ shape: Shape, _ count: Int) throws {
        let inputs = Array(
            [
                random(shape, seed: 1, 3, 5), random([shape.channels], seed: 2, 0.5, 2),
                random([shape.channels], seed: 3),
            ]
            .prefix(count))
        let found = try run(.instanceNorm(.init(epsilon: 1e-3)), inputs)
        let expected = Naive.instanceNorm(
            inputs[0], count > 1 ? inputs[1] : nil, count > 2 ? inputs[2] : nil, epsilon: 1e-3)
        expectClose(found.values, expected, tolerance: 2e-5, "instanceNorm \(shape)")
        if shape.count < 1000 {
            try expectGradients(.instanceNorm(.init(epsilon: 1e-3)), inputs, "instanceNorm \(shape), \(count) inputs")
        }
    }

    @Test(arguments: [([4], 0), ([3, 7], -1), ([2, 3, 4, 5], 2), ([2, 5, 3], 0), ([40, 33], 1)] as [(Shape, Int)])
    func softmax(_ shape: Shape, _ axis: Int) throws {
        let x = random(shape, seed: 6, -4, 4)
        let found = try run(.softmax(.init(axis: axis)), [x])
        let at = axis < 0 ? axis + shape.rank : axis
        let expected = Naive.indices(shape).map { index -> Double in
            var (own, sum) = (0.0, 0.0)
            for term in 0..<shape[at] {
                var other = index
                other[at] = term
                let value = Double(x[Naive.flat(other, shape)])
                if term == index[at] { own = value }
                sum += _exp(value)
            }
            return _exp(own) / sum
        }
        expectClose(found.values, expected, "softmax \(shape) axis \(axis)")
        if shape.count < 1000 { try expectGradients(.softmax(.init(axis: axis)), [x], "softmax \(shape) axis \(axis)") }
    }

    @Test func softmaxOfLargeValuesIsFinite() throws {
        #expect(try run(.softmax(.init()), [Tensor([2], [1000, 1000])]).values == [0.5, 0.5])
    }

    private func _exp(_ x: Double) -> Double { Naive.unary(.exponential, x) }
}
