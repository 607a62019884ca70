import Testing

@testable import Nets

struct WinogradCase: Sendable, CustomTestStringConvertible {
    var x: Shape
    var outputs: Int
    var padding = Margins(1)
    var rectifies = false

    var testDescription: String { "x \(x), \(outputs) outputs, \(padding), rectified: \(rectifies)" }

    /// Whole and cut tiles, one tile, odd sizes, channels and outputs that fill no vector, several pictures and blocks.
    static let grid: [WinogradCase] = [
        .init(x: [1, 8, 8, 16], outputs: 32), .init(x: [1, 4, 4, 32], outputs: 16, rectifies: true),
        .init(x: [1, 7, 9, 16], outputs: 16), .init(x: [1, 1, 1, 16], outputs: 16),
        .init(x: [1, 13, 6, 5], outputs: 3), .init(x: [2, 10, 11, 17], outputs: 33, rectifies: true),
        .init(x: [3, 9, 14, 48], outputs: 40, padding: .none), .init(x: [1, 37, 41, 64], outputs: 64),
        .init(x: [1, 12, 12, 24], outputs: 20, padding: .init(top: 0, left: 2, bottom: 1, right: 0)),
        .init(x: [1, 30, 30, 300], outputs: 260), .init(x: [1, 6, 6, 520], outputs: 520),
    ]

    /// More tiles than one pass over weights that are not kept.
    static let passes = WinogradCase(x: [1, 66, 67, 340], outputs: 350, rectifies: true)
}

@Suite struct WinogradConvolutionTests {
    private func geometry(_ item: WinogradCase) -> ConvolutionGeometry {
        ConvolutionGeometry(
            Convolution(padding: item.padding), x: item.x, weights: [3, 3, item.x.channels, item.outputs])
    }

    /// Runs one set of kernels on given weights; `turned` takes them for those of the adjoint.
    private func run(
        _ geometry: ConvolutionGeometry, _ kernels: KernelSet, _ x: Tensor, mask: Tensor? = nil, _ weights: Tensor,
        bias: Tensor? = nil, _ activation: Activation? = nil, turned: Bool = false, onto start: Float? = nil
    ) -> Tensor {
        let convolution = WinogradConvolution(geometry, kernels: kernels)
        let transformed = AlignedStorage(count: convolution.keepsWeights ? convolution.weightCount : 0)
        if convolution.keepsWeights {
            let scratch = AlignedStorage(count: pool.threads * convolution.tapCount)
            convolution.transform(
                weights.pointer, turned: turned, into: transformed.pointer, scratch: scratch.pointer, threads: pool)
        }
        let finish = ConvolutionFinish(
            outputs: geometry.outChannels, bias: bias?.pointer, slopes: nil, activation)
        finish.prepare()
        let workspace = Workspace(workers: pool.threads)
        convolution.reserve(workspace)
        workspace.seal()
        let y = Tensor(.nhwc(geometry.batch, geometry.outHeight, geometry.outWidth, geometry.outChannels))
        for index in 0..<y.count { y[index] = start ?? .nan }
        convolution.run(
            x.pointer, mask: mask?.pointer,
            convolution.keepsWeights ? .transformed(transformed.pointer) : .plain(weights.pointer, turned: turned),
            finish, into: y.pointer, accumulates: start != nil, workspace: workspace, threads: pool)
        return y
    }

    @Test(arguments: WinogradCase.grid + [.passes])
    func everySetOfKernelsMatchesTheFormula(_ item: WinogradCase) {
        let x = random(item.x, seed: 1)
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 2)
        let bias = random([item.outputs], seed: 3)
        let parameters = Convolution(padding: item.padding, activation: item.rectifies ? .relu : nil)
        let expected = Naive.convolution(x, weights, bias, parameters)
        for kernels in KernelSet.supported {
            let found = run(
                geometry(item), kernels, x, weights, bias: bias, parameters.activation)
            expectClose(
                found.values, expected, tolerance: 2e-5, "\(kernels.vectorBits) bits, \(item.testDescription)")
            let added = run(
                geometry(item), kernels, x, weights, bias: bias, parameters.activation, onto: 2)
            expectClose(
                added.values, expected.map { $0 + 2 }, tolerance: 2e-5,
                "added, \(kernels.vectorBits) bits, \(item.testDescription)")
        }
    }

    /// Turned weights are those of a kernel turned by 180° with its channel axes exchanged.
    @Test(arguments: WinogradCase.grid)
    func turnedWeightsAreTheAdjoint(_ item: WinogradCase) {
        let channels = item.x.channels
        let weights = random([3, 3, item.outputs, channels], seed: 4)
        let turned = Tensor([3, 3, channels, item.outputs])
        for tap in 0..<9 {
            for channel in 0..<channels {
                for output in 0..<item.outputs {
                    turned[(tap * channels + channel) * item.outputs + output] =
                        weights[((8 - tap) * item.outputs + output) * channels + channel]
                }
            }
        }
        let x = random(item.x, seed: 5)
        let expected = Naive.convolution(x, turned, nil, Convolution(padding: item.padding))
        for kernels in KernelSet.supported {
            let found = run(
                geometry(item), kernels, x, weights, turned: true)
            expectClose(
                found.values, expected, tolerance: 2e-5, "\(kernels.vectorBits) bits, \(item.testDescription)")
        }
    }

    @Test(arguments: WinogradCase.grid)
    func whatIsMaskedCountsAsZero(_ item: WinogradCase) {
        let (x, mask) = (random(item.x, seed: 6), random(item.x, seed: 7))
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 8)
        for index in stride(from: 0, to: mask.count, by: 5) { mask[index] = 0 }
        let masked = Tensor(item.x, zip(x.values, mask.values).map { $1 > 0 ? $0 : 0 })
        for kernels in KernelSet.supported {
            let found = run(geometry(item), kernels, x, mask: mask, weights)
            let expected = run(geometry(item), kernels, masked, weights)
            #expect(found.values == expected.values, "\(kernels.vectorBits) bits, \(item.testDescription)")
        }
    }

    /// The gradient to the input, through the rectifier on the way, is the one that training computes in two steps.
    @Test func theWayToTheInputIsTheSameWithAndWithoutTheWayToTheWeights() throws {
        var graph = Graph()
        let weights = graph.constant("w", random([3, 3, 24, 32], seed: 9))
        let bias = graph.constant("b", random([32], seed: 10))
        let convolution = Convolution(padding: Margins(1), activation: .relu)
        graph.output("y", graph.add(.convolution(convolution), [graph.input("x"), weights, bias]))
        let gradients = try [Executor.Gradients.inputs, .inputsAndWeights].map { wanted in
            let executor = try Executor(
                graph, inputShapes: ["x": [1, 30, 27, 24]], gradients: wanted, threads: pool)
            executor.input("x").assign(random([1, 30, 27, 24], seed: 11))
            executor.forward()
            executor.seed("y").assign(random([1, 30, 27, 32], seed: 12))
            executor.backward()
            return executor.inputGradient("x").values
        }
        #expect(gradients[0].contains { $0 != 0 })
        #expect(gradients[0] == gradients[1])
    }

    /// Without vectors of 128 bits nothing would have been tested.
    @Test func thePortableKernelsAreAlwaysThere() {
        #expect(KernelSet.supported.last?.vectorBits == 128)
    }
}
