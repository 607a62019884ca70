import Testing

@testable import Nets

@Suite struct LayoutTests {
    @Test(
        arguments: [
            ([2, 3], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([1, 5, 4, 3], [0, 3, 1, 2]), ([2, 3, 4, 5], [3, 2, 1, 0]),
            ([4], [0]),
        ] as [(Shape, [Int])])
    func transpose(_ shape: Shape, _ permutation: [Int]) throws {
        let x = random(shape, seed: 1)
        let found = try run(.transpose(.init(permutation)), [x])
        let expected = Naive.indices(found.shape).map { index in
            var source = index
            for (axis, from) in permutation.enumerated() { source[from] = index[axis] }
            return Double(x[Naive.flat(source, shape)])
        }
        expectClose(found.values, expected, tolerance: 0, "transpose \(shape) by \(permutation)")
        try expectGradients(.transpose(.init(permutation)), [x], "transpose \(shape) by \(permutation)")
    }

    @Test(
        arguments: [
            ([2, 3, 4], [2, -1], [2, 12]), ([2, 3, 4], [0, 0, 2, 2], [2, 3, 2, 2]), ([1, 1, 6], [-1], [6]),
        ] as [(Shape, [Int], Shape)])
    func reshape(_ shape: Shape, _ dims: [Int], _ expected: Shape) throws {
        let x = random(shape, seed: 2)
        let found = try run(.reshape(.init(dims)), [x])
        #expect(found.shape == expected)
        #expect(found.values == x.values)
        try expectGradients(.reshape(.init(dims)), [x], "reshape \(shape) to \(dims)")
    }

    @Test(arguments: [[7], [-1, -1], [5, -1], [0, 0, 0, 0]])
    func reshapesThatDoNotFitAreRefused(_ dims: [Int]) {
        #expect(throws: NetsError.self) { try run(.reshape(.init(dims)), [Tensor([2, 3])]) }
    }

    @Test(arguments: [0, 1, 2, -1])
    func concat(_ axis: Int) throws {
        let at = axis < 0 ? axis + 3 : axis
        let inputs = [2, 1, 9].enumerated().map { number, extent in
            var dims = [3, 4, 5]
            dims[at] = extent
            return random(Shape(dims), seed: UInt64(number))
        }
        let found = try run(.concat(.init(axis: axis)), inputs)
        let expected = Naive.indices(found.shape).map { index -> Double in
            var source = index
            for input in inputs {
                if source[at] < input.shape[at] { return Double(input[Naive.flat(source, input.shape)]) }
                source[at] -= input.shape[at]
            }
            return .nan
        }
        expectClose(found.values, expected, tolerance: 0, "concat along \(axis)")
        try expectGradients(.concat(.init(axis: axis)), inputs, "concat along \(axis)")
    }

    @Test(
        arguments: [
            ([.init(axis: 1, start: 1, end: 3)], [[0, 1], [1, 2], [0, 1, 2, 3, 4]]),
            ([.init(axis: -1, start: -1, end: -100, step: -2)], [[0, 1], [0, 1, 2, 3], [4, 2, 0]]),
            (
                [.init(axis: 2, start: 1, end: Int.max, step: 3), .init(axis: 0, start: 1, end: 9)],
                [[1], [0, 1, 2, 3], [1, 4]]
            ),
            ([.init(axis: 1, start: -1, end: Int.min + 1, step: -1)], [[0, 1], [3, 2, 1, 0], [0, 1, 2, 3, 4]]),
        ] as [([Slice.Range], [[Int]])])
    func slice(_ ranges: [Slice.Range], _ chosen: [[Int]]) throws {
        let shape: Shape = [2, 4, 5]
        let x = random(shape, seed: 3)
        let found = try run(.slice(.init(ranges)), [x])
        #expect(found.shape.dims == chosen.map(\.count))
        let expected = Naive.indices(found.shape).map { index in
            Double(x[Naive.flat(zip(chosen, index).map { $0[$1] }, shape)])
        }
        expectClose(found.values, expected, tolerance: 0, "slice \(ranges)")
        try expectGradients(.slice(.init(ranges)), [x], "slice \(ranges)")
    }

    /// Inside, at the end, and held where a place lies outside or is none.
    @Test(
        arguments: [
            ([1, 2], [1, 2]), ([0, 0], [0, 0]), ([9, 3], [2, 3]), ([-4, 1.4], [0, 1]), ([.nan, .infinity], [0, 3]),
        ] as [([Float], [Int])])
    func window(_ place: [Float], _ start: [Int]) throws {
        let shape: Shape = [2, 5, 7, 3]
        let x = random(shape, seed: 3)
        let at = Tensor([2])
        (at[0], at[1]) = (place[0], place[1])
        let found = try run(.window(.init(.init(3, 4))), [x, at])
        #expect(found.shape.dims == [2, 3, 4, 3])
        let expected = Naive.indices(found.shape).map { index in
            Double(x[Naive.flat([index[0], index[1] + start[0], index[2] + start[1], index[3]], shape)])
        }
        expectClose(found.values, expected, tolerance: 0, "window at \(place)")
        guard place.allSatisfy(\.isFinite) else { return }
        try expectGradients(.window(.init(.init(3, 4))), [x, at], "window at \(place)")
    }

    @Test func aWindowMovesBetweenPasses() throws {
        var graph = Graph()
        let x = graph.input("x", dims: [1, nil, nil, 2])
        let at = Tensor([2])
        // Both see the same: its gradient is the sum of the two.
        let part = graph.add(.window(.init(.init(2, 2))), [x, graph.constant("place", at)])
        graph.output("part", part)
        graph.output("whole", graph.relu(x, name: "relu"))
        let executor = try Executor(
            graph, inputShapes: ["x": [1, 4, 5, 2]], gradients: .inputs, threads: ThreadPool(threads: 2))
        let pixels = random([1, 4, 5, 2], seed: 8)
        executor.input("x").assign(pixels)
        for (row, column) in [(0, 0), (2, 3), (1, 1)] {
            (at[0], at[1]) = (Float(row), Float(column))
            executor.forward()
            executor.seed("part").fill(2)
            executor.seed("whole").fill(3)
            executor.backward()
            for (flat, index) in Naive.indices([1, 4, 5, 2]).enumerated() {
                let isInside = (row..<row + 2).contains(index[1]) && (column..<column + 2).contains(index[2])
                let slope: Float = (isInside ? 2 : 0) + (pixels[flat] > 0 ? 3 : 0)
                #expect(executor.inputGradient("x")[flat] == slope, "\(index) with the part at \(row), \(column)")
            }
        }
        #expect(throws: NetsError.self) { try run(.window(.init(.init(5, 2))), [pixels, at]) }
        #expect(throws: NetsError.self) { try run(.window(.init(.init(0, 2))), [pixels, at]) }
        #expect(throws: NetsError.self) { try run(.window(.init(.init(2, 2))), [pixels, pixels]) }
    }

    @Test(arguments: [[0], [1, 2], [-1], [0, 2], [0, 1, 2, 3], [1, 3]], [Reduce.Kind.sum, .mean])
    func reduce(_ axes: [Int], _ kind: Reduce.Kind) throws {
        let shape: Shape = [2, 3, 4, 17]
        let x = random(shape, seed: 4)
        for keeps in [true, false] {
            let found = try run(.reduce(.init(kind, axes: axes, keepsAxes: keeps)), [x])
            let reduced = Set(axes.map { $0 < 0 ? $0 + 4 : $0 })
            let kept = Shape(shape.dims.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element })
            #expect(found.shape.rank == (keeps ? 4 : 4 - reduced.count))
            var sums = [Double](repeating: 0, count: kept.count)
            for (flat, index) in Naive.indices(shape).enumerated() {
                sums[Naive.flat(index.enumerated().map { reduced.contains($0.offset) ? 0 : $0.element }, kept)] +=
                    Double(x[flat])
            }
            let terms = kind == .mean ? Double(shape.count / kept.count) : 1
            expectClose(found.values, sums.map { $0 / terms }, "\(kind) over \(axes)")
        }
        try expectGradients(.reduce(.init(kind, axes: axes, keepsAxes: false)), [x], "\(kind) over \(axes)")
    }

    static let gemms: [(m: Int, k: Int, n: Int)] = [(1, 5, 7), (1, 300, 130), (3, 4, 5), (70, 33, 18), (18, 33, 150)]

    @Test(arguments: gemms, [(false, false), (true, false), (false, true), (true, true)])
    func gemm(_ size: (m: Int, k: Int, n: Int), _ order: (Bool, Bool)) throws {
        let (m, k, n) = size
        let a = random(order.0 ? [k, m] : [m, k], seed: 5)
        let b = random(order.1 ? [n, k] : [k, n], seed: 6)
        let parameters = Gemm(transposeA: order.0, transposeB: order.1, alpha: 0.7, beta: 1.3)
        for c in [nil, random([n], seed: 7), random([m, 1], seed: 8), random([m, n], seed: 9), random([], seed: 10)] {
            let inputs = [a, b] + (c.map { [$0] } ?? [])
            let found = try run(.gemm(parameters), inputs)
            expectClose(found.values, Naive.gemm(a, b, c, parameters), "gemm \(size) \(order), c \(c?.shape as Any)")
            try expectGradients(
                .gemm(parameters), inputs, step: 5e-3, samples: 50, "gemm \(size) \(order), c \(c?.shape as Any)")
        }
    }
}
