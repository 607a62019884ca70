extension PanelProduct {
    /// Rows that one block of registers holds: with two vectors each, 12 of the 16 that x86-64 has.
    package static let rows = 6

    /// Rows of a small block, which takes what whole ones leave.
    package static let fewRows = 2

    /// 6 rows of one panel. Written out, since only named values are sure to stay in registers.
    ///
    /// - Parameter put: takes the sums of each row.
    @inline(__always)
    static func block(
        _ window: Window, _ a: Floats, _ aStride: Int, _ b: Floats,
        _ put: (_ row: Int, _ low: Lanes, _ high: Lanes) -> Void
    ) {
        let width = Lanes.scalarCount
        var (low0, high0) = (Lanes.zero, Lanes.zero)
        var (low1, high1) = (Lanes.zero, Lanes.zero)
        var (low2, high2) = (Lanes.zero, Lanes.zero)
        var (low3, high3) = (Lanes.zero, Lanes.zero)
        var (low4, high4) = (Lanes.zero, Lanes.zero)
        var (low5, high5) = (Lanes.zero, Lanes.zero)
        var panel = b
        for segment in 0..<window.segments {
            let a0 = a + window.offsets[segment]
            let a3 = a0 + 3 &* aStride
            for index in 0..<window.depth {
                let k = index &* window.step
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
                panel += window.panelStep
            }
        }
        put(0, low0, high0)
        put(1, low1, high1)
        put(2, low2, high2)
        put(3, low3, high3)
        put(4, low4, high4)
        put(5, low5, high5)
    }

    /// The same of 2 rows.
    @inline(__always)
    static func smallBlock(
        _ window: Window, _ a: Floats, _ aStride: Int, _ b: Floats,
        _ put: (_ row: Int, _ low: Lanes, _ high: Lanes) -> Void
    ) {
        let width = Lanes.scalarCount
        var (low0, high0) = (Lanes.zero, Lanes.zero)
        var (low1, high1) = (Lanes.zero, Lanes.zero)
        var panel = b
        for segment in 0..<window.segments {
            let a0 = a + window.offsets[segment]
            for index in 0..<window.depth {
                let k = index &* window.step
                let (low, high) = (panel.lanes(0), panel.lanes(width))
                var factor = Lanes(repeating: a0[k])
                (low0, high0) = (fused(low0, factor, low), fused(high0, factor, high))
                factor = Lanes(repeating: a0[k &+ aStride])
                (low1, high1) = (fused(low1, factor, low), fused(high1, factor, high))
                panel += window.panelStep
            }
        }
        put(0, low0, high0)
        put(1, low1, high1)
    }

    /// The same of the first half of a panel.
    @inline(__always)
    static func halfBlock(
        _ window: Window, _ a: Floats, _ aStride: Int, _ b: Floats, _ put: (_ row: Int, _ sum: Lanes) -> Void
    ) {
        var sum0 = Lanes.zero
        var sum1 = Lanes.zero
        var sum2 = Lanes.zero
        var sum3 = Lanes.zero
        var sum4 = Lanes.zero
        var sum5 = Lanes.zero
        var panel = b
        for segment in 0..<window.segments {
            let a0 = a + window.offsets[segment]
            let a3 = a0 + 3 &* aStride
            for index in 0..<window.depth {
                let k = index &* window.step
                let low = panel.lanes(0)
                sum0 = fused(sum0, Lanes(repeating: a0[k]), low)
                sum1 = fused(sum1, Lanes(repeating: a0[k &+ aStride]), low)
                sum2 = fused(sum2, Lanes(repeating: a0[k &+ 2 &* aStride]), low)
                sum3 = fused(sum3, Lanes(repeating: a3[k]), low)
                sum4 = fused(sum4, Lanes(repeating: a3[k &+ aStride]), low)
                sum5 = fused(sum5, Lanes(repeating: a3[k &+ 2 &* aStride]), low)
                panel += window.panelStep
            }
        }
        put(0, sum0)
        put(1, sum1)
        put(2, sum2)
        put(3, sum3)
        put(4, sum4)
        put(5, sum5)
    }
}
