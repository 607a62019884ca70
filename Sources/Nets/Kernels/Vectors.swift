/// Arithmetic of long vectors, shared out in pieces of fixed size so that sums do not depend on the threads.
struct Vectors {
    let count: Int
    private let pieces: Pieces
    private let threads: ThreadPool?
    private let partial: DoubleStorage

    init(_ count: Int, threads: ThreadPool?) {
        self.count = count
        self.threads = threads
        pieces = Pieces(count, size: Pieces.elements)
        partial = DoubleStorage(count: pieces.count)
    }

    /// Σ aᵢ bᵢ, in float32 over 1024 products, in float64 over those.
    func dot(_ a: Floats, _ b: Floats) -> Double {
        reduce { range in
            var total = 0.0
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(range.upperBound, start + 1024)
                var lanes = Lanes.zero
                var rest: Float = 0
                sweep(end - start) {
                    lanes += a.lanes(start &+ $0) * b.lanes(start &+ $0)
                } scalar: {
                    rest += a[start &+ $0] * b[start &+ $0]
                }
                total += Double(lanes.sum() + rest)
                start = end
            }
            return total
        }
    }

    /// Σ gᵢ (bᵢ − aᵢ): what a gradient promises of the way from a to b. Summed in float64 where it is summed at all: of two
    /// points close to each other much cancels.
    func slope(_ g: Floats, from a: Floats, to b: Floats) -> Double {
        reduce { range in
            var total = 0.0
            for index in range { total += Double(g[index]) * Double(b[index] - a[index]) }
            return total
        }
    }

    /// Σ aᵢ bᵢ maskᵢ, summed as ``dot(_:_:)`` does.
    func dot(_ a: Floats, _ b: Floats, where mask: Floats) -> Double {
        reduce { range in
            var total = 0.0
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(range.upperBound, start + 1024)
                var lanes = Lanes.zero
                var rest: Float = 0
                sweep(end - start) {
                    lanes += a.lanes(start &+ $0) * b.lanes(start &+ $0) * mask.lanes(start &+ $0)
                } scalar: {
                    rest += a[start &+ $0] * b[start &+ $0] * mask[start &+ $0]
                }
                total += Double(lanes.sum() + rest)
                start = end
            }
            return total
        }
    }

    /// `y = x + factor · d`; y may be x or d.
    func combine(_ x: Floats, _ factor: Float, _ d: Floats, into y: Floats) {
        run { range in
            sweep(range.count) {
                let index = range.lowerBound &+ $0
                y.store(x.lanes(index) + factor * d.lanes(index), index)
            } scalar: {
                let index = range.lowerBound &+ $0
                y[index] = x[index] + factor * d[index]
            }
        }
    }

    /// `y = x + factor · d · mask`; y may be x or d.
    func combine(_ x: Floats, _ factor: Float, _ d: Floats, where mask: Floats, into y: Floats) {
        run { range in
            sweep(range.count) {
                let index = range.lowerBound &+ $0
                y.store(x.lanes(index) + factor * d.lanes(index) * mask.lanes(index), index)
            } scalar: {
                let index = range.lowerBound &+ $0
                y[index] = x[index] + factor * d[index] * mask[index]
            }
        }
    }

    /// `y = x + factor · d`, held within bounds; y may not be d.
    func advance(_ x: Floats, _ factor: Float, _ d: Floats, within bounds: ClosedRange<Float>?, into y: Floats) {
        guard let bounds else { return combine(x, factor, d, into: y) }
        let (least, most) = (bounds.lowerBound, bounds.upperBound)
        run { range in for index in range { y[index] = min(max(x[index] + factor * d[index], least), most) } }
    }

    /// `d = 0` where x is at a bound and going down the gradient would leave it.
    func hold(_ d: Floats, at x: Floats, gradient: Floats, within bounds: ClosedRange<Float>) {
        let (least, most) = (bounds.lowerBound, bounds.upperBound)
        run { range in
            for index in range
            where x[index] <= least && gradient[index] > 0 || x[index] >= most && gradient[index] < 0 { d[index] = 0 }
        }
    }

    /// `y = factor · x · mask`; y may be x.
    func multiply(_ x: Floats, _ mask: Floats, by factor: Float, into y: Floats) {
        run { range in for index in range { y[index] = factor * x[index] * mask[index] } }
    }

    /// `y = factor · x`; y may be x.
    func scale(_ x: Floats, by factor: Float, into y: Floats) {
        run { range in for index in range { y[index] = factor * x[index] } }
    }

    private func reduce(_ body: (Range<Int>) -> Double) -> Double {
        each(body)
        var total = 0.0
        for piece in 0..<pieces.count { total += partial.buffer[piece] }
        return total
    }

    private func each(_ body: (Range<Int>) -> Double) {
        guard let threads else {
            for piece in 0..<pieces.count { partial.buffer[piece] = body(pieces.range(piece)) }
            return
        }
        threads.parallel(pieces.count) { piece, _ in partial.buffer[piece] = body(pieces.range(piece)) }
    }

    private func run(_ body: (Range<Int>) -> Void) {
        guard let threads else { return body(0..<count) }
        threads.parallel(pieces.count) { piece, _ in body(pieces.range(piece)) }
    }
}
