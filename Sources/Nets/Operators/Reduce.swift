/// Sum or mean over some axes. Negative axes count from the end.
package struct Reduce: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case sum, mean }

    package var kind: Kind
    package var axes: [Int]
    /// Whether reduced axes stay as extents of 1.
    package var keepsAxes: Bool

    package init(_ kind: Kind, axes: [Int], keepsAxes: Bool = true) {
        self.kind = kind
        self.axes = axes
        self.keepsAxes = keepsAxes
    }
}

extension Reduce: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let reduced = try reducedAxes(rank: inputs[0].rank)
        if keepsAxes { return Shape(inputs[0].dims.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }) }
        return Shape(inputs[0].dims.enumerated().filter { !reduced.contains($0.offset) }.map(\.element))
    }

    private func reducedAxes(rank: Int) throws(Misfit) -> Set<Int> {
        var reduced = Set<Int>()
        for axis in axes {
            let resolved = axis < 0 ? axis + rank : axis
            guard (0..<rank).contains(resolved) else { throw Misfit("there is no axis \(axis)") }
            reduced.insert(resolved)
        }
        return reduced
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    /// The result's shape with reduced axes kept, and how many elements make one of the result's.
    private func layout(_ x: Shape) -> (kept: Shape, terms: Int) {
        // The shape was checked when the graph was laid out.
        let reduced = (try? reducedAxes(rank: x.rank)) ?? []
        let kept = Shape(x.dims.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element })
        return (kept, kept.count == 0 ? 1 : x.count / kept.count)
    }

    func forward(at site: Site) -> Step {
        let shape = site.inputs[0].shape
        let (kept, terms) = layout(shape)
        let scale = kind == .mean ? 1 / Double(max(1, terms)) : 1
        let (x, y) = (site.inputs[0].pointer, site.output.pointer)
        if let (outer, rows, columns) = Self.contiguous(shape, kept) {
            let sums = ColumnSums(rows: rows, columns: columns, threads: site.threads)
            return {
                for index in 0..<outer {
                    sums.run(x + index * rows * columns, into: y + index * columns, scale: scale)
                }
            }
        }
        let loop = BroadcastLoop(shape, kept, output: shape)
        let keeper = DoubleStorage(count: kept.count)
        return {
            let totals = keeper.buffer
            totals.initialize(repeating: 0)
            loop.accumulate(into: totals) { Double(x[$0]) }
            for index in 0..<kept.count { y[index] = Float(totals[index] * scale) }
        }
    }

    /// `x` as `[outer, rows, columns]` of which `rows` is reduced, when the reduced axes are neighbours.
    private static func contiguous(_ x: Shape, _ kept: Shape) -> (outer: Int, rows: Int, columns: Int)? {
        let reduced = x.dims.indices.filter { x[$0] != kept[$0] }
        guard let first = reduced.first, let last = reduced.last else { return (1, 1, x.count) }
        guard (first...last).allSatisfy({ x[$0] != kept[$0] || x[$0] == 1 }) else { return nil }
        return (
            x.dims[..<first].reduce(1, *), x.dims[first...last].reduce(1, *), x.dims[(last + 1)...].reduce(1, *)
        )
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let shape = site.inputs[0].shape
        let (kept, terms) = layout(shape)
        let scale = kind == .mean ? 1 / Float(max(1, terms)) : 1
        let loop = BroadcastLoop(shape, kept, output: shape)
        let steps = Pieces.balanced(loop.outer, cost: loop.inner)
        return { [d = site.outputGradient!, threads = site.threads] in
            threads.parallel(steps.count) { piece, _ in
                for step in steps.range(piece) {
                    let from = loop.offsets(step).b
                    let start = step &* loop.inner
                    for index in 0..<loop.inner {
                        target.put(d[loop.movesB ? from &+ index : from] * scale, at: start &+ index)
                    }
                }
            }
        }
    }
}
