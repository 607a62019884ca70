import Testing

@testable import Nets

struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    var x: Shape
    var weights: Shape
    var parameters = Convolution()
    var bias = true

    var testDescription: String { "x \(x), weights \(weights), \(parameters), bias \(bias)" }

    func inputs(seed: UInt64 = 1) -> [Tensor] {
        [random(x, seed: seed), random(weights, seed: seed + 1)]
            + (bias ? [random([weights.channels], seed: seed + 2)] : [])
    }

    static let grid: [ConvolutionCase] = [
        .init(x: [1, 5, 7, 3], weights: [3, 3, 3, 5], parameters: .init(padding: .init(1))),
        .init(x: [2, 9, 6, 4], weights: [3, 3, 4, 17], parameters: .init(stride: .init(2), padding: .init(1))),
        .init(x: [1, 8, 8, 16], weights: [1, 1, 16, 24], bias: false),
        .init(x: [2, 3, 5, 19], weights: [1, 1, 19, 7]),
        .init(x: [1, 7, 7, 6], weights: [1, 1, 6, 5], parameters: .init(stride: .init(2))),
        .init(
            x: [1, 11, 10, 3], weights: [3, 2, 3, 4],
            parameters: .init(padding: .init(top: 2, left: 0, bottom: 1, right: 3), dilation: .init(2, 3))),
        .init(x: [1, 13, 12, 2], weights: [5, 5, 2, 3], parameters: .init(stride: .init(3, 2), padding: .init(2))),
        .init(x: [2, 6, 7, 9], weights: [3, 3, 1, 9], parameters: .init(padding: .init(1), groups: 9)),
        .init(
            x: [1, 9, 8, 20], weights: [3, 3, 1, 20],
            parameters: .init(
                stride: .init(2), padding: .init(top: 0, left: 0, bottom: 1, right: 1), groups: 20,
                activation: .clip(low: -0.5, high: 0.5))),
        .init(x: [1, 7, 6, 8], weights: [3, 3, 1, 8], parameters: .init(dilation: .init(2), groups: 8)),
        .init(x: [1, 6, 6, 6], weights: [3, 3, 2, 9], parameters: .init(padding: .init(1), groups: 3)),
        .init(
            x: [2, 7, 5, 8], weights: [3, 3, 4, 2], parameters: .init(stride: .init(2), padding: .init(1), groups: 2)),
        .init(x: [1, 4, 4, 3], weights: [1, 1, 1, 6], parameters: .init(groups: 3)),
        .init(
            x: [1, 6, 5, 4], weights: [3, 3, 4, 8],
            parameters: .init(padding: .init(1), activation: .leakyRelu(slope: 0.2))),
        .init(x: [1, 6, 5, 4], weights: [3, 3, 4, 8], parameters: .init(padding: .init(1), activation: .relu)),
        .init(x: [1, 6, 5, 4], weights: [3, 3, 4, 8], parameters: .init(activation: .tanh)),
        .init(x: [1, 2, 2, 3], weights: [3, 3, 3, 4], parameters: .init(padding: .init(3))),
        // Few outputs, of which neighbouring pixels share a row.
        .init(x: [2, 5, 9, 2], weights: [3, 3, 2, 1], parameters: .init(padding: .init(1), activation: .relu)),
        .init(x: [1, 6, 11, 3], weights: [3, 5, 3, 2], parameters: .init(stride: .init(2))),
        .init(x: [1, 4, 13, 2], weights: [2, 3, 2, 7], parameters: .init(stride: .init(1, 3), padding: .init(1))),
    ]

    /// The derivative of the activation, told from the output.
    func slope(at y: Float) -> Float {
        switch parameters.activation {
        case nil: 1
        case .relu: y > 0 ? 1 : 0
        case .leakyRelu(let slope): y > 0 ? 1 : slope
        default: .nan
        }
    }

    /// Large enough for several blocks of the patch matrix.
    static let large: [ConvolutionCase] = [
        .init(x: [1, 67, 61, 33], weights: [3, 3, 33, 18], parameters: .init(padding: .init(1), activation: .relu)),
        .init(x: [2, 64, 64, 8], weights: [9, 9, 8, 3], parameters: .init(padding: .init(4))),
        .init(x: [1, 63, 65, 3], weights: [11, 11, 3, 16], parameters: .init(stride: .init(4), padding: .init(2))),
        .init(x: [3, 40, 40, 40], weights: [1, 1, 40, 50]),
        .init(
            x: [1, 37, 29, 32], weights: [3, 3, 32, 24],
            parameters: .init(padding: .init(1), activation: .leakyRelu(slope: 0.2))),
        .init(x: [1, 40, 43, 16], weights: [3, 3, 16, 3], parameters: .init(padding: .init(1), activation: .relu)),
        .init(x: [1, 24, 64, 4], weights: [9, 9, 4, 4]),
        // Windows of few inputs, of which all taps share a panel.
        .init(x: [2, 61, 33, 3], weights: [3, 3, 3, 20], parameters: .init(padding: .init(1), activation: .relu)),
        .init(
            x: [1, 33, 30, 6], weights: [3, 3, 2, 9],
            parameters: .init(stride: .init(2), padding: .init(1), groups: 3, activation: .relu)),
        .init(x: [2, 21, 22, 16], weights: [3, 3, 16, 16], parameters: .init(padding: .init(1), activation: .relu)),
        // More weights than chunks of pixels have sums for.
        .init(
            x: [2, 13, 15, 180], weights: [3, 3, 180, 170],
            parameters: .init(stride: .init(2), padding: .init(1), activation: .relu)),
    ]
}

@Suite struct ConvolutionTests {
    @Test(arguments: ConvolutionCase.grid + ConvolutionCase.large)
    func forwardMatchesTheFormula(_ item: ConvolutionCase) throws {
        let inputs = item.inputs()
        let found = try run(.convolution(item.parameters), inputs)
        let expected = Naive.convolution(inputs[0], inputs[1], item.bias ? inputs[2] : nil, item.parameters)
        expectClose(found.values, expected, item.testDescription)
    }

    @Test(arguments: ConvolutionCase.grid)
    func gradientsMatchFiniteDifferences(_ item: ConvolutionCase) throws {
        try expectGradients(.convolution(item.parameters), item.inputs(seed: 11), step: 2e-3, item.testDescription)
    }

    /// ⟨dY, conv(X)⟩ = ⟨dX, X⟩ without a bias: catches what the small shapes of the differences do not reach.
    @Test(arguments: ConvolutionCase.large)
    func inputGradientIsTheAdjoint(_ item: ConvolutionCase) throws {
        var item = item
        item.bias = false
        item.parameters.activation = nil
        let inputs = item.inputs(seed: 21)
        let executor = try makeExecutor(.convolution(item.parameters), inputs, gradients: .inputs)
        executor.forward()
        let seed = random(executor.output("y").shape, seed: 5)
        executor.seed("y").assign(seed)
        let y = executor.output("y").values
        executor.backward()
        func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        let byOutput = dot(seed.values, y)
        for (index, input) in inputs.enumerated() {
            let byInput = dot(executor.inputGradient("\(index)").values, input.values)
            #expect(
                abs(byOutput - byInput) < 1e-4 * max(1, abs(byOutput)) + 1e-2, "input \(index), \(item.testDescription)"
            )
        }
    }

    /// The gradients of weights and bias by every way there is, through the activation, alone and beside the input's.
    @Test(arguments: ConvolutionCase.large, [false, true])
    func weightGradientMatchesTheFormula(_ item: ConvolutionCase, alone: Bool) throws {
        let inputs = item.inputs(seed: 41)
        var graph = Graph()
        let constants = inputs.dropFirst().enumerated().map { graph.constant("\($0.offset)", $0.element) }
        graph.output("y", graph.add(.convolution(item.parameters), [graph.input("x")] + constants))
        let executor = try Executor(
            graph, inputShapes: ["x": item.x], gradients: alone ? .weights(graph.parameterNames) : .inputsAndWeights,
            threads: pool)
        executor.input("x").assign(inputs[0])
        executor.forward()
        let y = executor.output("y")
        let seed = random(y.shape, seed: 7)
        executor.seed("y").assign(seed)
        let handed = Tensor(y.shape, zip(seed.values, y.values).map { item.slope(at: $1) * $0 })
        executor.backward()
        expectClose(
            executor.weightGradient("0").values,
            Naive.weightGradient(inputs[0], handed, weights: item.weights, item.parameters), tolerance: 2e-5,
            item.testDescription)
        if !item.bias { return }
        expectClose(
            executor.weightGradient("1").values,
            (0..<item.weights.channels).map { output in
                stride(from: output, to: handed.count, by: item.weights.channels).reduce(0.0) {
                    $0 + Double(handed[$1])
                }
            }, "bias, \(item.testDescription)")
    }

    /// Where only the input's gradient is wanted, it is led through the rectifier on its way.
    @Test(arguments: (ConvolutionCase.grid + ConvolutionCase.large).filter { $0.parameters.activation == .relu })
    func rectifiersAreUndoneOnTheWayBack(_ item: ConvolutionCase) throws {
        let inputs = item.inputs(seed: 31)
        let apart = try makeExecutor(.convolution(item.parameters), inputs, gradients: .inputs)
        var graph = Graph()
        let constants = inputs.dropFirst().enumerated().map { graph.constant("\($0.offset)", $0.element) }
        graph.output("y", graph.add(.convolution(item.parameters), [graph.input("0")] + constants))
        let fused = try Executor(graph, inputShapes: ["0": item.x], gradients: .inputs, threads: pool)
        fused.input("0").assign(inputs[0])
        for executor in [apart, fused] {
            executor.forward()
            executor.seed("y").assign(random(executor.output("y").shape, seed: 6))
            executor.backward()
        }
        expectClose(
            fused.inputGradient("0").values, apart.inputGradient("0").values.map(Double.init), item.testDescription)
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
        let item = ConvolutionCase.large[0]
        let one = try run(.convolution(item.parameters), item.inputs(), threads: ThreadPool(threads: 1))
        let four = try run(.convolution(item.parameters), item.inputs(), threads: ThreadPool(threads: 4))
        #expect(one.values == four.values)
    }

    @Test(arguments: ConvolutionCase.large)
    func gradientsDoNotDependOnTheNumberOfThreads(_ item: ConvolutionCase) throws {
        let inputs = item.inputs(seed: 51)
        let gradients = try [1, 2, 3].map { threads in
            let executor = try makeExecutor(
                .convolution(item.parameters), inputs, gradients: .inputs, threads: ThreadPool(threads: threads))
            executor.forward()
            executor.seed("y").assign(random(executor.output("y").shape, seed: 8))
            executor.backward()
            return inputs.indices.map { executor.inputGradient("\($0)").values }
        }
        #expect(gradients[0] == gradients[1])
        #expect(gradients[0] == gradients[2])
    }

    @Test func shapesThatDoNotFitAreRefused() {
        let x = Tensor([1, 4, 4, 3])
        #expect(throws: NetsError.self) { try run(.convolution(.init()), [x, Tensor([3, 3, 4, 2])]) }
        #expect(throws: NetsError.self) { try run(.convolution(.init()), [x, Tensor([5, 5, 3, 2])]) }
        #expect(throws: NetsError.self) { try run(.convolution(.init(stride: .init(0))), [x, Tensor([3, 3, 3, 2])]) }
        #expect(throws: NetsError.self) { try run(.convolution(.init()), [x, Tensor([3, 3, 3, 2]), Tensor([3])]) }
        #expect(throws: NetsError.self) { try run(.convolution(.init()), [x]) }
    }
}
