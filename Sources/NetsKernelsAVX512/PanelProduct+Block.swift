extension PanelProduct {
    /// Rows that one block of registers holds: with two vectors each, 24 of 32.
    package static let rows = 12

    /// Rows of a small block, which takes what whole ones leave.
    package static let fewRows = 4

    /// 12 rows of one panel. Written out, since only named values are sure to stay in registers.
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
        var (low6, high6) = (Lanes.zero, Lanes.zero)
        var (low7, high7) = (Lanes.zero, Lanes.zero)
        var (low8, high8) = (Lanes.zero, Lanes.zero)
        var (low9, high9) = (Lanes.zero, Lanes.zero)
        var (low10, high10) = (Lanes.zero, Lanes.zero)
        var (low11, high11) = (Lanes.zero, Lanes.zero)
        var panel = b
        for segment in 0..<window.segments {
            let a0 = a + window.offsets[segment]
            let a3 = a0 + 3 &* aStride
            let a6 = a0 + 6 &* aStride
            let a9 = a0 + 9 &* aStride
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
                panel += window.panelStep
            }
        }
        put(0, low0, high0)
        put(1, low1, high1)
        put(2, low2, high2)
        put(3, low3, high3)
        put(4, low4, high4)
        put(5, low5, high5)
        put(6, low6, high6)
        put(7, low7, high7)
        put(8, low8, high8)
        put(9, low9, high9)
        put(10, low10, high10)
        put(11, low11, high11)
    }

    /// The same of 4 rows.
    @inline(__always)
    static func smallBlock(
        _ window: Window, _ a: Floats, _ aStride: Int, _ b: Floats,
        _ put: (_ row: Int, _ low: Lanes, _ high: Lanes) -> Void
    ) {
        let width = Lanes.scalarCount
        var (low0, high0) = (Lanes.zero, Lanes.zero)
        var (low1, high1) = (Lanes.zero, Lanes.zero)
        var (low2, high2) = (Lanes.zero, Lanes.zero)
        var (low3, high3) = (Lanes.zero, Lanes.zero)
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
                factor = Lanes(repeating: a0[k &+ 2 &* aStride])
                (low2, high2) = (fused(low2, factor, low), fused(high2, factor, high))
                factor = Lanes(repeating: a0[k &+ 3 &* aStride])
                (low3, high3) = (fused(low3, factor, low), fused(high3, factor, high))
                panel += window.panelStep
            }
        }
        put(0, low0, high0)
        put(1, low1, high1)
        put(2, low2, high2)
        put(3, low3, high3)
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
        var sum6 = Lanes.zero
        var sum7 = Lanes.zero
        var sum8 = Lanes.zero
        var sum9 = Lanes.zero
        var sum10 = Lanes.zero
        var sum11 = Lanes.zero
        var panel = b
        for segment in 0..<window.segments {
            let a0 = a + window.offsets[segment]
            let a3 = a0 + 3 &* aStride
            let a6 = a0 + 6 &* aStride
            let a9 = a0 + 9 &* aStride
            for index in 0..<window.depth {
                let k = index &* window.step
                let low = panel.lanes(0)
                sum0 = fused(sum0, Lanes(repeating: a0[k]), low)
                sum1 = fused(sum1, Lanes(repeating: a0[k &+ aStride]), low)
                sum2 = fused(sum2, Lanes(repeating: a0[k &+ 2 &* aStride]), low)
                sum3 = fused(sum3, Lanes(repeating: a3[k]), low)
                sum4 = fused(sum4, Lanes(repeating: a3[k &+ aStride]), low)
                sum5 = fused(sum5, Lanes(repeating: a3[k &+ 2 &* aStride]), low)
                sum6 = fused(sum6, Lanes(repeating: a6[k]), low)
                sum7 = fused(sum7, Lanes(repeating: a6[k &+ aStride]), low)
                sum8 = fused(sum8, Lanes(repeating: a6[k &+ 2 &* aStride]), low)
                sum9 = fused(sum9, Lanes(repeating: a9[k]), low)
                sum10 = fused(sum10, Lanes(repeating: a9[k &+ aStride]), low)
                sum11 = fused(sum11, Lanes(repeating: a9[k &+ 2 &* aStride]), low)
                panel += window.panelStep
            }
        }
        put(0, sum0)
        put(1, sum1)
        put(2, sum2)
        put(3, sum3)
        put(4, sum4)
        put(5, sum5)
        put(6, sum6)
        put(7, sum7)
        put(8, sum8)
        put(9, sum9)
        put(10, sum10)
        put(11, sum11)
    }
}
