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

    /// Σ |aᵢ|.
    func absoluteSum(_ a: Floats) -> Double {
        reduce { range in
            var total = 0.0
            for index in range { total += Double(abs(a[index])) }
            return total
        }
    }

    /// max |aᵢ|; NaN if any element is.
    func greatestMagnitude(_ a: Floats) -> Double {
        each { range in
            var greatest: Float = 0
            for index in range where !(abs(a[index]) <= greatest) {
                greatest = abs(a[index])
                if greatest.isNaN { break }
            }
            return Double(greatest)
        }
        var greatest = 0.0
        for piece in 0..<pieces.count where !(partial.buffer[piece] <= greatest) { greatest = partial.buffer[piece] }
        return greatest
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

    /// `x += factor · d`, held within bounds; d becomes the way that x went.
    func advance(_ x: Floats, _ factor: Float, _ d: Floats, within bounds: ClosedRange<Float>) {
        let (least, most) = (bounds.lowerBound, bounds.upperBound)
        run { range in
            for index in range {
                let moved = min(max(x[index] + factor * d[index], least), most)
                d[index] = moved - x[index]
                x[index] = moved
            }
        }
    }

    /// `d = 0` where x is at a bound and going down the gradient would leave it.
    func hold(_ d: Floats, at x: Floats, gradient: Floats, within bounds: ClosedRange<Float>) {
        let (least, most) = (bounds.lowerBound, bounds.upperBound)
        run { range in
            for index in range
            where x[index] <= least && gradient[index] > 0 || x[index] >= most && gradient[index] < 0 { d[index] = 0 }
        }
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
