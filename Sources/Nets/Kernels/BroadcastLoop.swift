/// The common walk of two operands and a result under broadcasting: nested loops, merged where memory allows, with an
/// inner loop in which each operand either runs along or stands still.
struct BroadcastLoop {
    /// Outer extents with the operands' strides; the result is contiguous.
    private let extents: [Int]
    private let stridesA: [Int]
    private let stridesB: [Int]
    /// Length of the inner loop, and whether each operand moves in it.
    let inner: Int
    let movesA: Bool
    let movesB: Bool
    let outer: Int

    /// The broadcast shape, or nil when the operands do not fit.
    static func shape(_ a: Shape, _ b: Shape) -> Shape? {
        let rank = max(a.rank, b.rank)
        var dims = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let p = axis - (rank - a.rank)
            let q = axis - (rank - b.rank)
            let (m, n) = (p < 0 ? 1 : a[p], q < 0 ? 1 : b[q])
            guard m == n || m == 1 || n == 1 else { return nil }
            dims[axis] = m == 1 ? n : m
        }
        return Shape(dims)
    }

    init(_ a: Shape, _ b: Shape, output: Shape) {
        var loops: [(extent: Int, a: Int, b: Int)] = []
        let (alongA, alongB) = (Self.strides(a, within: output), Self.strides(b, within: output))
        for axis in 0..<output.rank where output[axis] != 1 {
            let next = (extent: output[axis], a: alongA[axis], b: alongB[axis])
            // Two loops are one when the outer stride is the inner one times its extent, for both operands.
            if let last = loops.last, last.a == next.a * next.extent, last.b == next.b * next.extent {
                loops[loops.count - 1] = (last.extent * next.extent, next.a, next.b)
            } else {
                loops.append(next)
            }
        }
        let innermost = loops.popLast() ?? (extent: output.count, a: 1, b: 1)
        inner = innermost.extent
        movesA = innermost.a != 0
        movesB = innermost.b != 0
        extents = loops.map(\.extent)
        stridesA = loops.map(\.a)
        stridesB = loops.map(\.b)
        outer = extents.reduce(1, *)
    }

    /// Offsets of both operands at one step of the outer loops.
    @inline(__always)
    func offsets(_ step: Int) -> (a: Int, b: Int) {
        var (rest, a, b) = (step, 0, 0)
        for axis in stride(from: extents.count &- 1, through: 0, by: -1) {
            let index = rest % extents[axis]
            rest /= extents[axis]
            a &+= index &* stridesA[axis]
            b &+= index &* stridesB[axis]
        }
        return (a, b)
    }

    /// Strides of an operand along the output's axes, 0 where it repeats.
    static func strides(_ shape: Shape, within output: Shape) -> [Int] {
        let own = shape.strides
        let lead = output.rank - shape.rank
        return (0..<output.rank).map { axis in
            axis < lead || shape[axis - lead] == 1 ? 0 : own[axis - lead]
        }
    }
}

extension BroadcastLoop {
    /// Adds `term(i)` for every element `i` of the result to the element of B that it was made of.
    func accumulate(into totals: UnsafeMutableBufferPointer<Double>, _ term: (Int) -> Double) {
        for step in 0..<outer {
            let start = step &* inner
            let into = offsets(step).b
            for index in 0..<inner { totals[movesB ? into &+ index : into] += term(start &+ index) }
        }
    }
}

/// Float64 sums that live as long as a step.
final class DoubleStorage {
    let buffer: UnsafeMutableBufferPointer<Double>

    init(count: Int) { buffer = .allocate(capacity: max(1, count)) }

    deinit { buffer.deallocate() }
}
