import Testing

@testable import Nets

@Suite struct SpatialTests {
    static let pools: [Pool] = [
        .init(.max, window: .init(2), stride: .init(2)),
        .init(.max, window: .init(3), stride: .init(2)),
        .init(.max, window: .init(3), stride: .init(1), padding: .init(1)),
        .init(.max, window: .init(3, 2), stride: .init(2, 1), padding: .init(top: 0, left: 1, bottom: 1, right: 0)),
        .init(.max, window: .init(2), stride: .init(2), roundsUp: true),
        .init(.average, window: .init(2), stride: .init(2)),
        .init(.average, window: .init(3), stride: .init(2), padding: .init(1)),
        .init(.average, window: .init(3), stride: .init(2), padding: .init(1), countsPadding: true),
        .init(.average, window: .init(3), stride: .init(2), padding: .init(1), roundsUp: true, countsPadding: true),
        .init(.average, window: .init(3), stride: .init(3), roundsUp: true),
        .init(.l2, window: .init(2), stride: .init(2)),
        .init(.l2, window: .init(3), stride: .init(2), padding: .init(1), countsPadding: true),
    ]

    @Test(
        arguments: [[1, 4, 4, 3], [2, 7, 9, 17], [1, 8, 5, 8], [1, 130, 70, 33], [2, 9, 7, 32]] as [Shape], pools)
    func poolForward(_ shape: Shape, _ pool: Pool) throws {
        let x = random(shape, seed: 1)
        let found = try run(.pool(pool), [x])
        let expected = Naive.pool(x, pool, height: found.shape.height, width: found.shape.width)
        expectClose(found.values, expected, "\(pool) \(shape)")
    }

    @Test(arguments: [[1, 4, 4, 3], [2, 7, 6, 9], [1, 11, 5, 2], [2, 9, 7, 16], [1, 4, 6, 32]] as [Shape], pools)
    func poolGradient(_ shape: Shape, _ pool: Pool) throws {
        try expectGradients(.pool(pool), [distinct(shape, seed: 2)], "\(pool) \(shape)")
    }

    /// Where a window is nothing its root has no slope.
    @Test func nothingHasNoGradientThroughARoot() throws {
        let executor = try makeExecutor(
            .pool(.init(.l2, window: .init(2), stride: .init(2))), [Tensor([1, 4, 4, 9])], gradients: .inputs)
        executor.forward()
        executor.seed("y").fill(1)
        executor.backward()
        #expect(executor.output("y").values.allSatisfy { $0 == 0 })
        #expect(executor.inputGradient("0").values.allSatisfy { $0 == 0 })
    }

    /// Large enough for several pieces: each output's gradient lands on exactly one input.
    @Test func maximumHandsOnTheWholeGradient() throws {
        let pool = Pool(.max, window: .init(3), stride: .init(2), padding: .init(1))
        let x = random([1, 129, 65, 40], seed: 3)
        let executor = try makeExecutor(.pool(pool), [x], gradients: .inputs)
        executor.forward()
        executor.seed("y").fill(1)
        executor.backward()
        let total = executor.inputGradient("0").values.reduce(0) { $0 + Double($1) }
        #expect(total == Double(executor.output("y").count))
    }

    @Test func torchCountsOfPartialWindows() throws {
        // A last window that would start beyond the padded picture is dropped.
        let y = try run(
            .pool(.init(.max, window: .init(2), stride: .init(3), roundsUp: true)), [random([1, 6, 8, 1], seed: 4)])
        #expect(y.shape == [1, 2, 3, 1])
    }

    static let resizes: [Resize] = {
        var all: [Resize] = []
        for target in [
            Resize.Target.scale(height: 2, width: 2), .size(height: 5, width: 11), .size(height: 1, width: 3),
            .scale(height: 0.625, width: 1.75),
        ] {
            for alignment in [Resize.Alignment.asymmetric, .halfPixel, .torchHalfPixel, .corners] {
                for kind in [
                    Resize.Interpolation.nearest(.floor), .nearest(.ceiling), .nearest(.preferFloor),
                    .nearest(.preferCeiling), .linear,
                ] { all.append(Resize(target, interpolation: kind, alignment: alignment)) }
            }
        }
        return all
    }()

    @Test(arguments: [[1, 4, 6, 3], [2, 5, 3, 18]] as [Shape], resizes)
    func resize(_ shape: Shape, _ parameters: Resize) throws {
        let x = random(shape, seed: 5)
        let found = try run(.resize(parameters), [x])
        var scales = (
            Double(found.shape.height) / Double(shape.height), Double(found.shape.width) / Double(shape.width)
        )
        if case .scale(let height, let width) = parameters.target { scales = (Double(height), Double(width)) }
        let rows = Naive.resampled(
            shape.height, found.shape.height, scales.0, parameters.interpolation, parameters.alignment)
        let columns = Naive.resampled(
            shape.width, found.shape.width, scales.1, parameters.interpolation, parameters.alignment)
        let source = Naive.Array4(x)
        let expected = Naive.indices(found.shape).map { index in
            var sum = 0.0
            for (row, down) in rows[index[1]] {
                for (column, across) in columns[index[2]] {
                    sum += down * across * source[index[0], row, column, index[3]]
                }
            }
            return sum
        }
        expectClose(found.values, expected, tolerance: 2e-5, "\(parameters) \(shape)")
    }

    @Test(arguments: resizes)
    func resizeGradient(_ parameters: Resize) throws {
        try expectGradients(.resize(parameters), [random([2, 4, 5, 9], seed: 6)], "\(parameters)")
    }

    static let pads: [Pad] = [
        .init(.init(1), mode: .constant(0.5)), .init(.init(2), mode: .reflect), .init(.init(3), mode: .edge),
        .init(.init(top: 0, left: 2, bottom: 1, right: 0), mode: .reflect),
        .init(before: [1, 0, 2, 1], after: [0, 1, 0, 2], mode: .constant(0)),
        .init(before: [0, 1, -1, 1], after: [1, -2, 1, 1], mode: .edge),
    ]

    @Test(arguments: [[1, 4, 5, 3], [2, 7, 3, 9]] as [Shape], pads)
    func pad(_ shape: Shape, _ parameters: Pad) throws {
        let x = random(shape, seed: 7)
        let found = try run(.pad(parameters), [x])
        let expected = Naive.indices(found.shape).map { index -> Double in
            var source: [Int] = []
            for axis in 0..<4 {
                var at = index[axis] - parameters.before[axis]
                if at < 0 || at >= shape[axis] {
                    switch parameters.mode {
                    case .constant(let value): return Double(value)
                    case .edge: at = at < 0 ? 0 : shape[axis] - 1
                    case .reflect: at = at < 0 ? -at : 2 * shape[axis] - 2 - at
                    }
                }
                source.append(at)
            }
            return Double(x[Naive.flat(source, shape)])
        }
        expectClose(found.values, expected, tolerance: 0, "\(parameters) \(shape)")
        try expectGradients(.pad(parameters), [x], "\(parameters) \(shape)")
    }

    @Test func reflectionNeedsEnoughPixels() {
        #expect(throws: NetsError.self) { try run(.pad(.init(.init(4), mode: .reflect)), [Tensor([1, 4, 9, 1])]) }
    }

    @Test(
        arguments: [([1, 1, 1, 4], 2), ([2, 3, 5, 12], 2), ([1, 2, 3, 9], 3), ([1, 4, 4, 5], 1)] as [(Shape, Int)])
    func depthToSpace(_ shape: Shape, _ block: Int) throws {
        let x = random(shape, seed: 9)
        let found = try run(.depthToSpace(.init(block: block)), [x])
        let source = Naive.Array4(x)
        let depth = shape.channels / (block * block)
        #expect(found.shape == .nhwc(shape.batch, shape.height * block, shape.width * block, depth))
        let expected = Naive.indices(found.shape).map { index in
            let place = (index[1] % block) * block + index[2] % block
            return source[index[0], index[1] / block, index[2] / block, place * depth + index[3]]
        }
        expectClose(found.values, expected, tolerance: 0, "blocks of \(block) from \(shape)")
        try expectGradients(.depthToSpace(.init(block: block)), [x], "blocks of \(block) from \(shape)")
        #expect(throws: NetsError.self) { try run(.depthToSpace(.init(block: block + 6)), [x]) }
    }

    @Test(arguments: [[1, 1, 1, 1], [2, 5, 7, 19], [1, 70, 64, 8]] as [Shape])
    func globalAverage(_ shape: Shape) throws {
        let x = random(shape, seed: 8)
        let found = try run(.globalAveragePool, [x])
        let source = Naive.Array4(x)
        let expected = Naive.indices(found.shape).map { index in
            var sum = 0.0
            for y in 0..<shape.height { for x in 0..<shape.width { sum += source[index[0], y, x, index[3]] } }
            return sum / Double(shape.height * shape.width)
        }
        expectClose(found.values, expected, "global average \(shape)")
        if shape.count < 2000 { try expectGradients(.globalAveragePool, [x], "global average \(shape)") }
    }
}
