import Foundation
import Testing

@testable import Nets

/// Values that `Golden/make-golden.py` got from PyTorch.
enum Golden {
    static func read<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// The hash from which the script draws weights and inputs.
    static func value(_ index: Int, _ seed: Int) -> Double {
        var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ seed &* 40503 &+ 12345)
        h ^= h >> 16
        h = h &* 2_246_822_519
        h ^= h >> 13
        return Double(h) / 4_294_967_296 - 0.5
    }

    static func tensor(_ shape: Shape, _ seed: Int, _ scale: Double = 1) -> Tensor {
        Tensor(shape, (0..<shape.count).map { Float(value($0, seed) * scale) })
    }

    struct Networks: Decodable {
        let vggLike: VGGLike
        let mixed: Mixed
    }

    struct VGGLike: Decodable {
        let loss: Double
        let features: [[Double]]
        let gram: [Double]
        let inputGradient: [Double]
    }

    struct Mixed: Decodable {
        let output, inputGradient, stem, depthwise, grouped, slope, scale, offset, dense: [Double]
    }
}

/// Relative to the greatest magnitude, whatever that is.
private func expectRelative(
    _ found: [Float], _ expected: [Double], _ tolerance: Double, _ what: String,
    location: SourceLocation = #_sourceLocation
) {
    let scale = expected.reduce(Double.leastNormalMagnitude) { max($0, abs($1)) }
    #expect(found.count == expected.count, "\(what)", sourceLocation: location)
    let worst = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / scale
    #expect(worst <= tolerance, "\(what): relative difference \(worst)", sourceLocation: location)
}

@Suite struct GoldenTests {
    @Test func featuresLossesAndPixelGradientsAreThoseOfTorch() throws {
        let golden = try Golden.read("networks.json", as: Golden.Networks.self).vggLike
        var graph = Graph()
        var h = graph.input("image", dims: [1, nil, nil, 3])
        for (number, (inputs, outputs)) in [(3, 8), (8, 16), (16, 20), (20, 24)].enumerated() {
            let weights = Golden.tensor([3, 3, inputs, outputs], 10 + number, 3.4 / Double(inputs).squareRoot())
            let w = graph.constant("w\(number)", weights)
            let b = graph.constant("b\(number)", Golden.tensor([outputs], 20 + number, 0.2))
            h = graph.relu(graph.convolution(h, weights: w, bias: b, .init(padding: .init(1))))
            graph.output("relu\(number)", h)
            if number == 0 || number == 2 { graph.output("gram\(number)", graph.add(.gramMatrix, [h])) }
            if number == 1 || number == 2 { h = graph.pool(h, .init(.max, window: .init(2), stride: .init(2))) }
        }
        let executor = try Executor(
            graph, inputShapes: ["image": .nhwc(1, 20, 26, 3)], gradients: .inputs, seeds: ["gram0", "gram2", "relu3"],
            threads: pool)
        executor.input("image").assign(Golden.tensor([1, 20, 26, 3], 1, 4))
        for _ in 0..<2 {  // The second round must not see anything of the first.
            executor.forward()
            for number in 0..<4 {
                expectRelative(
                    Array(executor.output("relu\(number)").values.prefix(golden.features[number].count)),
                    golden.features[number], 1e-5, "relu\(number)")
            }
            var loss = 0.0
            for number in [0, 2] {
                let (matrix, gradient) = (executor.output("gram\(number)"), executor.seed("gram\(number)"))
                if number == 2 { expectRelative(matrix.values, golden.gram, 1e-5, "Gram matrix") }
                let target = Golden.tensor(matrix.shape, 30 + number)
                for index in 0..<matrix.count {
                    let difference = matrix[index] - target[index]
                    loss += 100 * Double(difference * difference) / Double(matrix.count)
                    gradient[index] = 200 * difference / Float(matrix.count)
                }
            }
            let features = executor.output("relu3")
            let content = Golden.tensor(features.shape, 40)
            for index in 0..<features.count {
                let difference = features[index] - content[index]
                loss += Double(difference * difference) / Double(features.count)
                executor.seed("relu3")[index] = 2 * difference / Float(features.count)
            }
            executor.backward()
            #expect(abs(loss - golden.loss) < 1e-5 * golden.loss)
            expectRelative(executor.inputGradient("image").values, golden.inputGradient, 1e-4, "pixel gradient")
        }
    }

    @Test func everyWeightGradientIsThatOfTorch() throws {
        let golden = try Golden.read("networks.json", as: Golden.Networks.self).mixed
        var graph = Graph()
        let x = graph.input("x")
        let stem = graph.constant("stem", Golden.tensor([3, 3, 6, 12], 50))
        let depthwise = graph.constant("depthwise", Golden.tensor([3, 3, 1, 12], 51, 2))
        let grouped = graph.constant("grouped", Golden.tensor([3, 3, 4, 9], 52))
        let slope = graph.constant("slope", Golden.tensor([12], 53, 0.8))
        let scale = graph.constant("scale", Golden.tensor([9], 54, 2))
        let offset = graph.constant("offset", Golden.tensor([9], 55, 2))
        let dense = graph.constant("dense", Golden.tensor([7, 9], 56, 2))
        var h = graph.convolution(x, weights: stem, .init(stride: .init(2), padding: .init(1)))
        h = graph.add(.prelu, [h, slope])
        h = graph.convolution(h, weights: depthwise, .init(padding: .init(2), dilation: .init(2), groups: 12))
        h = graph.activation(h, .clip(low: -1, high: 1))
        h = graph.convolution(h, weights: grouped, .init(padding: .init(1), groups: 3))
        h = graph.add(.instanceNorm(.init(epsilon: 1e-3)), [h, scale, offset])
        h = graph.add(
            .resize(.init(.scale(height: 2, width: 2), interpolation: .linear, alignment: .halfPixel)), [h])
        h = graph.pool(h, .init(.average, window: .init(3), stride: .init(2), padding: .init(1)))
        h = graph.binary(.multiply, graph.activation(h, .sigmoid), graph.activation(h, .tanh))
        h = graph.add(.reduce(.init(.mean, axes: [1, 2], keepsAxes: false)), [h])
        h = graph.gemm(h, dense, nil, .init(transposeB: true))
        graph.output("y", graph.add(.softmax(.init()), [h]))
        let executor = try Executor(
            graph, inputShapes: ["x": [2, 13, 11, 6]], gradients: .inputsAndWeights, threads: pool)
        executor.input("x").assign(Golden.tensor([2, 13, 11, 6], 2, 4))
        for _ in 0..<2 {
            executor.forward()
            expectRelative(executor.output("y").values, golden.output, 1e-5, "output")
            executor.seed("y").assign(Golden.tensor([2, 7], 57))
            executor.backward()
            expectRelative(executor.inputGradient("x").values, golden.inputGradient, 1e-4, "input gradient")
            for (name, expected) in [
                ("stem", golden.stem), ("depthwise", golden.depthwise), ("grouped", golden.grouped),
                ("slope", golden.slope), ("scale", golden.scale), ("offset", golden.offset), ("dense", golden.dense),
            ] { expectRelative(executor.weightGradient(name).values, expected, 1e-4, "gradient of \(name)") }
        }
    }
}
