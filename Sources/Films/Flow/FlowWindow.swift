/// A window of 8 × 8 pixels anywhere in a level, between pixels too.
struct FlowWindow {
    private let grey: Floats
    private let rowStride: Int
    private let lastX: Float
    private let lastY: Float

    @inline(__always)
    init(_ level: FlowLevel) {
        grey = level.grey
        rowStride = level.rowStride
        lastX = Float(level.width &- 1)
        lastY = Float(level.height &- 1)
    }

    /// Calls `body` with each row of the window whose first pixel lies at (x, y), interpolated linearly.
    ///
    /// A window wholly outside is moved to the edge, which is replicated; one at NaN to the first corner.
    @inline(__always)
    func rows(_ x: Float, _ y: Float, _ body: (_ row: Int, _ pixels: Lanes) -> Void) {
        let margin = FlowLevel.margin
        let least = Float(1 - FlowLevels.patch)
        // Positive, so that to cut off is to round down. The constant comes first, so that NaN becomes the least.
        let shiftedX = min(max(least, x), lastX) + Float(margin)
        let shiftedY = min(max(least, y), lastY) + Float(margin)
        let (column, row) = (Int(Int32(shiftedX)), Int(Int32(shiftedY)))
        let (partX, partY) = (shiftedX - Float(column), shiftedY - Float(row))
        var line = grey + ((row &- margin) &* rowStride &+ column &- margin)
        var upper = line.lanes(0) + (line.lanes(1) - line.lanes(0)) * partX
        for index in 0..<FlowLevels.patch {
            line += rowStride
            let lower = line.lanes(0) + (line.lanes(1) - line.lanes(0)) * partX
            body(index, upper + (lower - upper) * partY)
            upper = lower
        }
    }
}
