/// An element-wise operation of two values that are broadcast against each other as in NumPy:
/// shapes are aligned at their last axes, and an extent of 1 repeats.
package enum Binary: String, Hashable, Sendable, Codable {
    case add, subtract, multiply, divide
    /// `a` to the power `b`. The gradient with respect to `b` needs positive `a`.
    case power
    case minimum, maximum
}

extension Binary: Operation {
    var arity: ClosedRange<Int> { 2...2 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard let shape = BroadcastLoop.shape(inputs[0], inputs[1]) else {
            throw Misfit("the shapes do not broadcast")
        }
        return shape
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        switch self {
        case .add, .subtract: BackwardReads()
        case .multiply: BackwardReads(inputs: Set((wanted[0] ? [1] : []) + (wanted[1] ? [0] : [])))
        case .divide: BackwardReads(inputs: wanted[1] ? [0, 1] : [1])
        case .power, .minimum, .maximum: BackwardReads(inputs: [0, 1])
        }
    }

    func forward(at site: Site) -> Step {
        let loop = BroadcastLoop(site.inputs[0].shape, site.inputs[1].shape, output: site.output.shape)
        let kernel = BinaryKernel(kind: self)
        let (a, b, y) = (site.inputs[0].pointer, site.inputs[1].pointer, site.output.pointer)
        let threads = site.threads
        if loop.outer == 1 {
            let pieces = Pieces(loop.inner, size: Pieces.elements)
            return {
                threads.parallel(pieces.count) { piece, _ in
                    let range = pieces.range(piece)
                    kernel.run(
                        a + (loop.movesA ? range.lowerBound : 0), moves: loop.movesA,
                        b + (loop.movesB ? range.lowerBound : 0), moves: loop.movesB, into: y + range.lowerBound,
                        count: range.count)
                }
            }
        }
        let steps = Pieces.balanced(loop.outer, cost: loop.inner)
        return {
            threads.parallel(steps.count) { piece, _ in
                for step in steps.range(piece) {
                    let offsets = loop.offsets(step)
                    kernel.run(
                        a + offsets.a, moves: loop.movesA, b + offsets.b, moves: loop.movesB,
                        into: y + step &* loop.inner, count: loop.inner)
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        var steps: [Step] = []
        let (a, b, d) = (site.inputs[0], site.inputs[1], site.outputGradient!)
        for side in 0...1 {
            guard let target = site.inputGradients[side] else { continue }
            let kernel = BinaryKernel(kind: self)
            let term: (Int, Int, Int) -> Float = { kernel.partial(side, a.pointer[$0], b.pointer[$1], d[$2]) }
            let own = site.inputs[side].shape
            let loop = BroadcastLoop(a.shape, b.shape, output: site.output.shape)
            if own.count == site.output.count {
                steps.append(Self.direct(loop, target, threads: site.threads, term))
            } else {
                steps.append(Self.reduced(loop, side: side, count: own.count, target, term))
            }
        }
        return { for step in steps { step() } }
    }

    /// The operand is as large as the result: element by element.
    private static func direct(
        _ loop: BroadcastLoop, _ target: GradientTarget, threads: ThreadPool, _ term: @escaping (Int, Int, Int) -> Float
    ) -> Step {
        let total = loop.outer * loop.inner
        let pieces = Pieces(total, size: Pieces.elements)
        return {
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                var index = range.lowerBound
                while index < range.upperBound {
                    let (step, within) = (index / loop.inner, index % loop.inner)
                    let offsets = loop.offsets(step)
                    let end = min(range.upperBound, (step &+ 1) &* loop.inner)
                    var inner = within
                    while index < end {
                        target.put(
                            term(
                                loop.movesA ? offsets.a &+ inner : offsets.a,
                                loop.movesB ? offsets.b &+ inner : offsets.b, index), at: index)
                        inner &+= 1
                        index &+= 1
                    }
                }
            }
        }
    }

    /// The operand was repeated: its gradient is a sum over the repetitions, in float64.
    private static func reduced(
        _ loop: BroadcastLoop, side: Int, count: Int, _ target: GradientTarget,
        _ term: @escaping (Int, Int, Int) -> Float
    ) -> Step {
        let totals = DoubleStorage(count: count)
        return {
            let sums = totals.buffer
            sums.initialize(repeating: 0)
            for step in 0..<loop.outer {
                let offsets = loop.offsets(step)
                for inner in 0..<loop.inner {
                    let a = loop.movesA ? offsets.a &+ inner : offsets.a
                    let b = loop.movesB ? offsets.b &+ inner : offsets.b
                    sums[side == 0 ? a : b] += Double(term(a, b, step &* loop.inner &+ inner))
                }
            }
            for index in 0..<count { target.put(Float(sums[index]), at: index) }
        }
    }
}
