extension PanelProduct {
    /// Rows that one block of registers holds: with two vectors each, 24 of 32.
    package static let rows = 12

    /// 12 rows of one panel. Written out, since only named values are sure to stay in registers.
    @inline(__always)
    static func block(_ depth: Int, _ a: Floats, _ aStride: Int, _ b: Floats, _ c: Floats, _ cStride: Int) {
        let width = Lanes.scalarCount
        var (low0, high0) = (Lanes.zero, Lanes.zero)
        var (low1, high1) = (Lanes.zero, Lanes.zero)
        var (low2, high2) = (Lanes.zero, Lanes.zero)
        var (low3, high3) = (Lanes.zero, Lanes.zero)
        var (low4, high4) = (Lanes.zero, Lanes.zero)
        var (low5, high5) = (Lanes.zero, Lanes.zero)
        var (low6, high6) = (Lanes.zero, Lanes.zero)
        var (low7, high7) = (Lanes.zero, Lanes.zero)
        var (low8, high8) = (Lanes.zero, Lanes.zero)
        var (low9, high9) = (Lanes.zero, Lanes.zero)
        var (low10, high10) = (Lanes.zero, Lanes.zero)
        var (low11, high11) = (Lanes.zero, Lanes.zero)
        let a0 = a
        let a3 = a + 3 &* aStride
        let a6 = a + 6 &* aStride
        let a9 = a + 9 &* aStride
        var panel = b
        for k in 0..<depth {
            let (low, high) = (panel.lanes(0), panel.lanes(width))
            var factor = Lanes(repeating: a0[k])
            (low0, high0) = (fused(low0, factor, low), fused(high0, factor, high))
            factor = Lanes(repeating: a0[k &+ aStride])
            (low1, high1) = (fused(low1, factor, low), fused(high1, factor, high))
            factor = Lanes(repeating: a0[k &+ 2 &* aStride])
            (low2, high2) = (fused(low2, factor, low), fused(high2, factor, high))
            factor = Lanes(repeating: a3[k])
            (low3, high3) = (fused(low3, factor, low), fused(high3, factor, high))
            factor = Lanes(repeating: a3[k &+ aStride])
            (low4, high4) = (fused(low4, factor, low), fused(high4, factor, high))
            factor = Lanes(repeating: a3[k &+ 2 &* aStride])
            (low5, high5) = (fused(low5, factor, low), fused(high5, factor, high))
            factor = Lanes(repeating: a6[k])
            (low6, high6) = (fused(low6, factor, low), fused(high6, factor, high))
            factor = Lanes(repeating: a6[k &+ aStride])
            (low7, high7) = (fused(low7, factor, low), fused(high7, factor, high))
            factor = Lanes(repeating: a6[k &+ 2 &* aStride])
            (low8, high8) = (fused(low8, factor, low), fused(high8, factor, high))
            factor = Lanes(repeating: a9[k])
            (low9, high9) = (fused(low9, factor, low), fused(high9, factor, high))
            factor = Lanes(repeating: a9[k &+ aStride])
            (low10, high10) = (fused(low10, factor, low), fused(high10, factor, high))
            factor = Lanes(repeating: a9[k &+ 2 &* aStride])
            (low11, high11) = (fused(low11, factor, low), fused(high11, factor, high))
            panel += 2 &* width
        }
        var row = c
        put(low0, high0, row)
        row += cStride
        put(low1, high1, row)
        row += cStride
        put(low2, high2, row)
        row += cStride
        put(low3, high3, row)
        row += cStride
        put(low4, high4, row)
        row += cStride
        put(low5, high5, row)
        row += cStride
        put(low6, high6, row)
        row += cStride
        put(low7, high7, row)
        row += cStride
        put(low8, high8, row)
        row += cStride
        put(low9, high9, row)
        row += cStride
        put(low10, high10, row)
        row += cStride
        put(low11, high11, row)
    }

    @inline(__always)
    private static func put(_ low: Lanes, _ high: Lanes, _ target: Floats) {
        target.store(low, 0)
        target.store(high, Lanes.scalarCount)
    }
}
