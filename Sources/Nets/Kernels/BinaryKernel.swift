import Foundation

/// The arithmetic of `Binary` over contiguous runs, and its derivatives.
struct BinaryKernel {
    let kind: Binary

    /// `y[i] = a[i] ∘ b[i]`; an operand that does not move is one repeated element.
    func run(_ a: Floats, moves movesA: Bool, _ b: Floats, moves movesB: Bool, into y: Floats, count: Int) {
        switch kind {
        case .add: sweepPairs(a, movesA, b, movesB, y, count, { $0 + $1 }, { $0 + $1 })
        case .subtract: sweepPairs(a, movesA, b, movesB, y, count, { $0 - $1 }, { $0 - $1 })
        case .multiply: sweepPairs(a, movesA, b, movesB, y, count, { $0 * $1 }, { $0 * $1 })
        case .divide: sweepPairs(a, movesA, b, movesB, y, count, { $0 / $1 }, { $0 / $1 })
        case .minimum:
            sweepPairs(
                a, movesA, b, movesB, y, count, { $0.replacing(with: $1, where: $1 .< $0) }, { $1 < $0 ? $1 : $0 })
        case .maximum:
            sweepPairs(
                a, movesA, b, movesB, y, count, { $0.replacing(with: $1, where: $1 .> $0) }, { $1 > $0 ? $1 : $0 })
        case .power:
            for index in 0..<count {
                let (base, exponent) = (a[movesA ? index : 0], b[movesB ? index : 0])
                y[index] = exponent == 2 ? base * base : powf(base, exponent)
            }
        }
    }

    @inline(__always)
    private func sweepPairs(
        _ a: Floats, _ movesA: Bool, _ b: Floats, _ movesB: Bool, _ y: Floats, _ count: Int,
        _ lanes: (Lanes, Lanes) -> Lanes, _ scalar: (Float, Float) -> Float
    ) {
        // A standing operand is read before anything is written: the result may take the other's place.
        let (firstA, firstB) = (a[0], b[0])
        if movesA && movesB {
            sweep(count) {
                y.store(lanes(a.lanes($0), b.lanes($0)), $0)
            } scalar: {
                y[$0] = scalar(a[$0], b[$0])
            }
        } else if movesA {
            let right = Lanes(repeating: firstB)
            sweep(count) {
                y.store(lanes(a.lanes($0), right), $0)
            } scalar: {
                y[$0] = scalar(a[$0], firstB)
            }
        } else if movesB {
            let left = Lanes(repeating: firstA)
            sweep(count) {
                y.store(lanes(left, b.lanes($0)), $0)
            } scalar: {
                y[$0] = scalar(firstA, b[$0])
            }
        } else {
            y.update(repeating: scalar(firstA, firstB), count: count)
        }
    }

    /// The gradient that operand `side` (0 or 1) gets from one element with values a, b and gradient d.
    /// Where minimum and maximum tie, `a` gets it.
    @inline(__always)
    func partial(_ side: Int, _ a: Float, _ b: Float, _ d: Float) -> Float {
        switch kind {
        case .add: d
        case .subtract: side == 0 ? d : -d
        case .multiply: side == 0 ? d * b : d * a
        case .divide: side == 0 ? d / b : -d * a / (b * b)
        case .minimum: (b < a) == (side == 1) ? d : 0
        case .maximum: (b > a) == (side == 1) ? d : 0
        case .power:
            if side == 0 {
                b == 2 ? 2 * d * a : d * b * powf(a, b - 1)
            } else {
                a > 0 ? d * powf(a, b) * logf(a) : 0
            }
        }
    }
}

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

/// A walk over contiguous elements that tells, row by row, where each comes from in another layout.
struct StridedWalk {
    private let extents: [Int]
    private let strides: [Int]
    let inner: Int
    let innerStride: Int
    let outer: Int

    init(extents: [Int], strides: [Int]) {
        inner = extents.last ?? 1
        innerStride = strides.last ?? 1
        self.extents = Array(extents.dropLast())
        self.strides = Array(strides.dropLast())
        outer = self.extents.reduce(1, *)
    }

    /// Where the row `row` starts in the other layout.
    @inline(__always)
    func offset(_ row: Int) -> Int {
        var (rest, offset) = (row, 0)
        for axis in stride(from: extents.count &- 1, through: 0, by: -1) {
            offset &+= rest % extents[axis] &* strides[axis]
            rest /= extents[axis]
        }
        return offset
    }
}
