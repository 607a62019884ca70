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
