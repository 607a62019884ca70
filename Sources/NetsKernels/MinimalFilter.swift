/// One dimension of Winograd's minimal filtering F(m, 3): m outputs of a filter of 3 taps with m + 2 multiplications,
/// as many as there are interpolation points. Lavin, Gray 2016, section 4; Barabasz et al. 2018 on the choice of points.
///
/// Each function reads and writes by index, so that it works on rows and columns of a tile alike.
protocol MinimalFilter {
    /// m.
    static var side: Int { get }

    /// `Gg`: three taps in the transformed domain.
    static func weights(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ put: (Int, Lanes) -> Void)

    /// `Bᵀd`.
    static func input(_ d: (Int) -> Lanes, _ put: (Int, Lanes) -> Void)

    /// `Aᵀm`, and a bias.
    static func output(_ m: (Int) -> Lanes, bias: Lanes?, _ put: (Int, Lanes) -> Void)

    /// `Ay`: m gradients of outputs in the transformed domain.
    static func outputAdjoint(_ y: (Int) -> Lanes, _ put: (Int, Lanes) -> Void)

    /// `Gᵀm`: the gradients of three taps.
    static func weightsAdjoint(_ m: (Int) -> Lanes, _ put: (Int, Lanes) -> Void)
}

extension MinimalFilter {
    /// The two values of a point and its negative, whose even parts are the same and whose odd parts are opposite.
    @inline(__always)
    static func pair(_ first: Int, _ even: Lanes, _ odd: Lanes, _ put: (Int, Lanes) -> Void) {
        put(first, even + odd)
        put(first + 1, even - odd)
    }

    /// m + 2.
    static var reach: Int { side &+ 2 }
}

/// F(4, 3) at the points 0, ±√½, ±√2 and ∞ instead of the usual 0, ±1, ±2 and ∞: half the rounding error for the same
/// work.
enum FourOutputs: MinimalFilter {
    static let side = 4

    /// The inner and the outer point.
    private static var inner: Float { 0.70710678 }
    private static var outer: Float { 1.41421356 }

    @inline(__always)
    static func weights(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ put: (Int, Lanes) -> Void) {
        let (even, odd) = ((a + c * 0.5) * (-2 / 3), b * (-2 / 3 * inner))
        let (evenOuter, oddOuter) = ((a + c * 2) * (1 / 6), b * (outer / 6))
        put(0, a)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        put(5, c)
    }

    @inline(__always)
    static func input(_ d: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (d0, d1, d2, d3, d4, d5) = (d(0), d(1), d(2), d(3), d(4), d(5))
        let (even, odd) = (d4 - d2 * 2, (d3 - d1 * 2) * inner)
        let (evenOuter, oddOuter) = (d4 - d2 * 0.5, (d3 - d1 * 0.5) * outer)
        put(0, d0 - d2 * 2.5 + d4)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        put(5, d1 - d3 * 2.5 + d5)
    }

    @inline(__always)
    static func output(_ m: (Int) -> Lanes, bias: Lanes?, _ put: (Int, Lanes) -> Void) {
        let (m1, m2, m3, m4) = (m(1), m(2), m(3), m(4))
        let (sum, difference) = (m1 + m2, (m1 - m2) * inner)
        let (sumOuter, differenceOuter) = (m3 + m4, (m3 - m4) * outer)
        @inline(__always)
        func biased(_ value: Lanes) -> Lanes { bias.map { value + $0 } ?? value }
        put(0, biased(m(0) + sum + sumOuter))
        put(1, biased(difference + differenceOuter))
        put(2, biased(sum * 0.5 + sumOuter * 2))
        put(3, biased(difference * 0.5 + differenceOuter * 2 + m(5)))
    }

    @inline(__always)
    static func outputAdjoint(_ y: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (y0, y1, y2, y3) = (y(0), y(1), y(2), y(3))
        let (even, odd) = (y0 + y2 * 0.5, (y1 + y3 * 0.5) * inner)
        let (evenOuter, oddOuter) = (y0 + y2 * 2, (y1 + y3 * 2) * outer)
        put(0, y0)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        put(5, y3)
    }

    @inline(__always)
    static func weightsAdjoint(_ m: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (m1, m2, m3, m4) = (m(1), m(2), m(3), m(4))
        let (sum, difference) = (m1 + m2, m1 - m2)
        let (sumOuter, differenceOuter) = (m3 + m4, m3 - m4)
        put(0, m(0) + sum * (-2 / 3) + sumOuter * (1 / 6))
        put(1, difference * (-2 / 3 * inner) + differenceOuter * (outer / 6))
        put(2, (sumOuter - sum) * (1 / 3) + m(5))
    }
}

/// F(6, 3) at the points 0, ±1, ±2, ±½ and ∞.
enum SixOutputs: MinimalFilter {
    static let side = 6

    @inline(__always)
    static func weights(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ put: (Int, Lanes) -> Void) {
        let (even, odd) = ((a + c) * (-2 / 9), b * (-2 / 9))
        let (evenOuter, oddOuter) = ((a + c * 4) * (1 / 90), b * (1 / 45))
        let (evenInner, oddInner) = ((a + c * 0.25) * (32 / 45), b * (16 / 45))
        put(0, a)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        pair(5, evenInner, oddInner, put)
        put(7, c)
    }

    @inline(__always)
    static func input(_ d: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (d0, d1, d2, d3, d4, d5, d6, d7) = (d(0), d(1), d(2), d(3), d(4), d(5), d(6), d(7))
        let (even, odd) = (d2 + d6 - d4 * 4.25, d1 + d5 - d3 * 4.25)
        let (evenOuter, oddOuter) = (d6 + d2 * 0.25 - d4 * 1.25, d5 * 2 + d1 * 0.5 - d3 * 2.5)
        let (evenInner, oddInner) = (d6 + d2 * 4 - d4 * 5, d5 * 0.5 + d1 * 2 - d3 * 2.5)
        put(0, d0 - d6 + (d4 - d2) * 5.25)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        pair(5, evenInner, oddInner, put)
        put(7, d7 - d1 + (d3 - d5) * 5.25)
    }

    @inline(__always)
    static func output(_ m: (Int) -> Lanes, bias: Lanes?, _ put: (Int, Lanes) -> Void) {
        let (m1, m2, m3, m4, m5, m6) = (m(1), m(2), m(3), m(4), m(5), m(6))
        let (sumOuter, differenceOuter) = (m3 + m4, m3 - m4)
        let (sumInner, differenceInner) = (m5 + m6, m5 - m6)
        var (sum, difference) = (m1 + m2, m1 - m2)
        if let bias { (sum, difference) = (sum + bias, difference + bias) }
        put(0, m(0) + sum + (sumOuter + sumInner))
        put(1, difference + differenceOuter * 2 + differenceInner * 0.5)
        put(2, sum + sumOuter * 4 + sumInner * 0.25)
        put(3, difference + differenceOuter * 8 + differenceInner * 0.125)
        put(4, sum + sumOuter * 16 + sumInner * 0.0625)
        put(5, difference + differenceOuter * 32 + differenceInner * 0.03125 + m(7))
    }

    @inline(__always)
    static func outputAdjoint(_ y: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (y0, y1, y2, y3, y4, y5) = (y(0), y(1), y(2), y(3), y(4), y(5))
        let (even, odd) = (y0 + y2 + y4, y1 + y3 + y5)
        let (evenOuter, oddOuter) = (y0 + y2 * 4 + y4 * 16, y1 * 2 + y3 * 8 + y5 * 32)
        let (evenInner, oddInner) = (y0 + y2 * 0.25 + y4 * 0.0625, y1 * 0.5 + y3 * 0.125 + y5 * 0.03125)
        put(0, y0)
        pair(1, even, odd, put)
        pair(3, evenOuter, oddOuter, put)
        pair(5, evenInner, oddInner, put)
        put(7, y5)
    }

    @inline(__always)
    static func weightsAdjoint(_ m: (Int) -> Lanes, _ put: (Int, Lanes) -> Void) {
        let (m1, m2, m3, m4, m5, m6) = (m(1), m(2), m(3), m(4), m(5), m(6))
        let (sum, difference) = ((m1 + m2) * (-2 / 9), (m1 - m2) * (-2 / 9))
        let (sumOuter, differenceOuter) = ((m3 + m4) * (1 / 90), (m3 - m4) * (1 / 45))
        let (sumInner, differenceInner) = ((m5 + m6) * (8 / 45), (m5 - m6) * (16 / 45))
        put(0, m(0) + sum + sumOuter + sumInner * 4)
        put(1, difference + differenceOuter + differenceInner)
        put(2, sum + sumOuter * 4 + sumInner + m(7))
    }
}
