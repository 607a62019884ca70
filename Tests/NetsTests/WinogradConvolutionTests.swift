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

    /// Extents for pooling: whole and cut tiles and windows, several panels, weights that are not kept.
    static let pooled: [WinogradCase] = [
        .init(x: [1, 8, 8, 16], outputs: 32), .init(x: [1, 22, 24, 32], outputs: 16),
        .init(x: [2, 23, 25, 16], outputs: 48), .init(x: [1, 26, 37, 64], outputs: 64),
        .init(x: [1, 19, 18, 352], outputs: 352), .init(x: [1, 2, 3, 16], outputs: 16),
    ]

    /// More tiles than one pass over weights that are not kept.
    static let passes = WinogradCase(x: [1, 66, 67, 340], outputs: 350, rectifies: true)
}

@Suite struct WinogradConvolutionTests {
    private static let variants = KernelSet.supported.flatMap { kernels in [4, 6].map { (kernels, $0) } }

    /// Of the greatest result; the points of larger tiles lie further apart.
    private static func tolerance(_ side: Int) -> Double { side == 6 ? 5e-5 : 2e-5 }

    private func geometry(_ item: WinogradCase) -> ConvolutionGeometry {
        ConvolutionGeometry(
            Convolution(padding: item.padding), x: item.x, weights: [3, 3, item.x.channels, item.outputs])
    }

    /// Runs one set of kernels on given weights; `turned` takes them for those of the adjoint.
    private func run(
        _ geometry: ConvolutionGeometry, _ kernels: KernelSet, _ side: Int, _ x: Tensor,
        mask: ConvolutionGeometry.Mask? = nil, _ weights: Tensor,
        bias: Tensor? = nil, _ activation: Activation? = nil, turned: Bool = false, onto start: Float? = nil
    ) -> Tensor {
        let y = Tensor(.nhwc(geometry.batch, geometry.outHeight, geometry.outWidth, geometry.outChannels))
        for index in 0..<y.count { y[index] = start ?? .nan }
        run(
            geometry, kernels, side, mask.map { .masked(x.pointer, by: $0) } ?? .picture(x.pointer), weights,
            bias: bias, activation, turned: turned,
            into: start == nil ? .picture(y.pointer, routes: nil) : .sum(y.pointer))
        return y
    }

    private func run(
        _ geometry: ConvolutionGeometry, _ kernels: KernelSet, _ side: Int, _ source: WinogradConvolution.Source,
        _ weights: Tensor,
        bias: Tensor? = nil, _ activation: Activation? = nil, turned: Bool = false,
        into target: WinogradConvolution.Target
    ) {
        let convolution = WinogradConvolution(geometry, kernels: kernels, side: side)
        let transformed = AlignedStorage(count: convolution.keepsWeights ? convolution.weightCount : 0)
        if convolution.keepsWeights {
            let scratch = AlignedStorage(count: pool.threads * convolution.scratchCount)
            convolution.transform(
                weights.pointer, turned: turned, into: transformed.pointer, scratch: scratch.pointer, threads: pool)
        }
        let finish = ConvolutionFinish(
            outputs: geometry.outChannels, bias: bias?.pointer, slopes: nil, activation)
        finish.prepare()
        let workspace = Workspace(workers: pool.threads)
        convolution.reserve(workspace)
        workspace.seal()
        convolution.run(
            source,
            convolution.keepsWeights ? .transformed(transformed.pointer) : .plain(weights.pointer, turned: turned),
            finish, into: target, workspace: workspace, threads: pool)
    }

    @Test(arguments: WinogradCase.grid + [.passes])
    func everySetOfKernelsMatchesTheFormula(_ item: WinogradCase) {
        let x = random(item.x, seed: 1)
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 2)
        let bias = random([item.outputs], seed: 3)
        let parameters = Convolution(padding: item.padding, activation: item.rectifies ? .relu : nil)
        let expected = Naive.convolution(x, weights, bias, parameters)
        for (kernels, side) in Self.variants {
            let found = run(
                geometry(item), kernels, side, x, weights, bias: bias, parameters.activation)
            expectClose(
                found.values, expected, tolerance: Self.tolerance(side),
                "\(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)")
            let added = run(
                geometry(item), kernels, side, x, weights, bias: bias, parameters.activation, onto: 2)
            expectClose(
                added.values, expected.map { $0 + 2 }, tolerance: Self.tolerance(side),
                "added, \(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)")
        }
    }

    /// In one pass and in several, from the masked gradient, onto what is there; and the bias's along with it.
    @Test(arguments: WinogradCase.grid + [.init(x: [1, 70, 66, 300], outputs: 100)], [false, true])
    func theGradientOfTheWeightsMatchesTheFormula(_ item: WinogradCase, isMasked: Bool) {
        let geometry = geometry(item)
        let x = random(item.x, seed: 31)
        let out = Shape.nhwc(geometry.batch, geometry.outHeight, geometry.outWidth, item.outputs)
        let (gradient, output) = (random(out, seed: 32), random(out, seed: 33))
        let masked = isMasked ? Tensor(out, zip(gradient.values, output.values).map { $1 > 0 ? $0 : 0 }) : gradient
        let shape: Shape = [3, 3, item.x.channels, item.outputs]
        let expected = Naive.weightGradient(x, masked, weights: shape, Convolution(padding: item.padding))
        let pixels = (0..<item.outputs).map { output in
            stride(from: output, to: masked.count, by: item.outputs).reduce(0.0) { $0 + Double(masked[$1]) }
        }
        for (kernels, side) in Self.variants {
            let sums = WinogradWeightGradient(geometry, kernels: kernels, side: side)
            let workspace = Workspace(workers: pool.threads)
            sums.reserve(workspace)
            workspace.seal()
            for start in [nil, Float(2)] {
                let weights = Tensor(shape, repeating: start ?? .nan)
                let bias = Tensor([item.outputs], repeating: start ?? .nan)
                sums.run(
                    x.pointer, gradient.pointer, mask: isMasked ? output.pointer : nil,
                    into: GradientTarget(pointer: weights.pointer, accumulates: start != nil),
                    bias: GradientTarget(pointer: bias.pointer, accumulates: start != nil), workspace: workspace,
                    threads: pool)
                let what = "onto \(start ?? 0), \(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)"
                expectClose(
                    weights.values, expected.map { $0 + Double(start ?? 0) }, tolerance: Self.tolerance(side), what)
                expectClose(bias.values, pixels.map { $0 + Double(start ?? 0) }, "bias, \(what)")
            }
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
        for (kernels, side) in Self.variants {
            let found = run(
                geometry(item), kernels, side, x, weights, turned: true)
            expectClose(
                found.values, expected, tolerance: Self.tolerance(side),
                "\(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)")
        }
    }

    @Test(arguments: WinogradCase.grid)
    func whatIsMaskedCountsAsZero(_ item: WinogradCase) {
        let (x, mask) = (random(item.x, seed: 6), random(item.x, seed: 7))
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 8)
        for index in stride(from: 0, to: mask.count, by: 5) { mask[index] = 0 }
        let masked = Tensor(item.x, zip(x.values, mask.values).map { $1 > 0 ? $0 : 0 })
        var routes = mask.values.map { $0 > 0 ? UInt8(1) : 0 }
        for (kernels, side) in Self.variants {
            let expected = run(geometry(item), kernels, side, masked, weights).values
            let found = run(geometry(item), kernels, side, x, mask: .output(mask.pointer), weights).values
            let routed = routes.withUnsafeMutableBufferPointer {
                run(geometry(item), kernels, side, x, mask: .routes($0.baseAddress!), weights).values
            }
            let what = "\(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)"
            #expect(found == expected, "\(what)")
            #expect(routed == expected, "by routes, \(what)")
        }
    }

    @Test(arguments: WinogradCase.grid)
    func routesLeadWhereTheRectifierLetsThrough(_ item: WinogradCase) {
        let x = random(item.x, seed: 6)
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 8)
        for (kernels, side) in Self.variants {
            let expected = run(geometry(item), kernels, side, x, weights, .relu)
            let found = Tensor(expected.shape, repeating: .nan)
            var routes = [UInt8](repeating: 255, count: found.count)
            routes.withUnsafeMutableBufferPointer {
                run(
                    geometry(item), kernels, side, .picture(x.pointer), weights, .relu,
                    into: .picture(found.pointer, routes: $0.baseAddress!))
            }
            let what = "\(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)"
            #expect(found.values == expected.values, "\(what)")
            #expect(routes == expected.values.map { $0 > 0 ? 1 : 0 }, "\(what)")
        }
    }

    /// Convolution, rectifier and pooling in one are the three after each other, and every window's route leads to the
    /// pixels that its value is from.
    @Test(arguments: WinogradCase.pooled, [Pool.Kind.max, .average])
    func poolingInTheSamePass(_ item: WinogradCase, _ kind: Pool.Kind) {
        let x = random(item.x, seed: 13)
        let weights = random([3, 3, item.x.channels, item.outputs], seed: 14)
        let bias = random([item.outputs], seed: 15)
        let geometry = geometry(item)
        let (height, width) = (geometry.outHeight / 2, geometry.outWidth / 2)
        let windows = Shape.nhwc(geometry.batch, height, width, item.outputs)
        for (kernels, side) in Self.variants {
            let what = "\(kernels.vectorBits) bits, tiles of \(side), \(kind), \(item.testDescription)"
            let rectified = run(geometry, kernels, side, x, weights, bias: bias, .relu)
            let expected = Naive.pool(
                rectified, Pool(kind, window: Extent2(2), stride: Extent2(2)), height: height, width: width)
            let found = Tensor(windows, repeating: .nan)
            var routes = [UInt8](repeating: 255, count: found.count)
            routes.withUnsafeMutableBufferPointer {
                run(
                    geometry, kernels, side, .picture(x.pointer), weights, bias: bias, .relu,
                    into: .pooled(found.pointer, routes: $0.baseAddress!, averages: kind == .average))
            }
            expectClose(found.values, expected, tolerance: 1e-6, what)
            var wrong = 0
            for index in 0..<found.count {
                let (pixel, channel) = (index / item.outputs, index % item.outputs)
                let (line, column) = (pixel / width % height, pixel % width)
                let picture = pixel / width / height
                let values = (0..<4).map { place in
                    rectified[
                        ((picture * geometry.outHeight + 2 * line + place / 2) * geometry.outWidth + 2 * column + place
                            % 2) * item.outputs + channel]
                }
                let best = values.max()!
                let route: UInt8 =
                    if kind == .average {
                        (0..<4).reduce(0) { $0 | (values[$1] > 0 ? 1 << UInt8($1) : 0) }
                    } else {
                        best > 0 ? 1 << UInt8(values.firstIndex(of: best)!) : 0
                    }
                wrong += routes[index] == route ? 0 : 1
            }
            #expect(wrong == 0, "\(what): wrong routes of \(found.count)")
        }
    }

    /// Gradients that come by the routes of a pooling are those of the picture that they stand for.
    @Test(arguments: WinogradCase.pooled)
    func gradientsThatComeByRoutes(_ item: WinogradCase) {
        let (x, outputs) = (item.x, item.outputs)
        let windows = Shape.nhwc(x.batch, x.height / 2, x.width / 2, x.channels)
        let gradient = random(windows, seed: 16)
        var generator = SeededGenerator(seed: 17)
        var routes = (0..<windows.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) & 15 }
        let picture = Tensor(x)
        for index in 0..<windows.count {
            let (pixel, channel) = (index / x.channels, index % x.channels)
            let (line, column) = (pixel / windows.width % windows.height, pixel % windows.width)
            for place in 0..<4 where routes[index] & (1 << UInt8(place)) != 0 {
                let row = (pixel / windows.width / windows.height) * x.height + 2 * line + place / 2
                picture[(row * x.width + 2 * column + place % 2) * x.channels + channel] = gradient[index] * 0.25
            }
        }
        let weights = random([3, 3, outputs, x.channels], seed: 18)
        for (kernels, side) in Self.variants {
            let expected = run(geometry(item), kernels, side, picture, weights, turned: true)
            let found = Tensor(expected.shape, repeating: .nan)
            routes.withUnsafeMutableBufferPointer {
                run(
                    geometry(item), kernels, side, .pooled(gradient.pointer, routes: $0.baseAddress!, scale: 0.25),
                    weights,
                    turned: true, into: .picture(found.pointer, routes: nil))
            }
            #expect(
                found.values == expected.values, "\(kernels.vectorBits) bits, tiles of \(side), \(item.testDescription)"
            )
        }
    }

    /// With weights that are trained nothing is pooled on the way; the gradient to the input is the same.
    @Test(arguments: [Pool.Kind.max, .average])
    func theWayToTheInputIsTheSameThroughPoolingOnTheWay(_ kind: Pool.Kind) throws {
        var graph = Graph()
        var value = graph.input("x")
        for (number, channels) in [(1, 16), (2, 32)] {
            let weights = graph.constant("w\(number)", random([3, 3, channels, 32], seed: UInt64(number)))
            let bias = graph.constant("b\(number)", random([32], seed: 20))
            value = graph.add(
                .convolution(Convolution(padding: Margins(1), activation: .relu)), [value, weights, bias])
            value = graph.add(.pool(Pool(kind, window: Extent2(2), stride: Extent2(2))), [value])
        }
        graph.output("y", value)
        let x = random([1, 45, 54, 16], seed: 21)
        #expect(try graph.fusingPools(["x": x.shape]).nodes.count == 2)
        let gradients = try [Executor.Gradients.inputs, .inputsAndWeights].map { wanted in
            let executor = try Executor(graph, inputShapes: ["x": x.shape], gradients: wanted, threads: pool)
            executor.input("x").assign(x)
            executor.forward()
            executor.seed("y").assign(random(executor.output("y").shape, seed: 22))
            executor.backward()
            return executor.output("y").values + executor.inputGradient("x").values
        }
        #expect(gradients[0].contains { $0 < 0 })
        #expect(gradients[0] == gradients[1])
    }

    /// Of three rectified convolutions the second one is read by nothing on the way back but its own step: its routes do.
    @Test func routesStandInForOutputsThatNothingElseReads() throws {
        func graph(reading: Bool) -> Graph {
            var graph = Graph()
            var value = graph.input("x")
            for number in 1...3 {
                let weights = graph.constant("w\(number)", random([3, 3, 32, 32], seed: UInt64(number)))
                let bias = graph.constant("b\(number)", random([32], seed: 20))
                value = graph.add(
                    .convolution(Convolution(padding: Margins(1), activation: .relu)), [value, weights, bias])
                if number == 2, reading { graph.output("middle", value) }
            }
            graph.output("y", value)
            return graph
        }
        let x = random([1, 45, 54, 32], seed: 21)
        let runs = try [(false, Executor.Gradients.inputs), (true, .inputs), (false, .inputsAndWeights)].map {
            let executor = try Executor(
                graph(reading: $0), inputShapes: ["x": x.shape], gradients: $1, seeds: ["y"], threads: pool)
            executor.input("x").assign(x)
            executor.forward()
            executor.seed("y").assign(random(executor.output("y").shape, seed: 22))
            executor.backward()
            return (gradient: executor.inputGradient("x").values, bytes: executor.bytes)
        }
        #expect(runs[0].gradient.contains { $0 < 0 })
        #expect(runs[0].gradient == runs[1].gradient)
        #expect(runs[0].gradient == runs[2].gradient)
        let saved = runs[1].bytes - runs[0].bytes
        #expect(saved >= x.count * 2, "\(saved) bytes less for \(x.count) values")
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
