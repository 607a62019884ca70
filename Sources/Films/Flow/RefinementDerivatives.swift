import Nets

/// The linearised constancy of grey values and of their gradient round a flow: three equations a pixel, each
/// `z + x·u + y·v = 0` in the whole flow (u, v), divided by the length of its own gradient (Zimmer 2011, §2; Kroeger 2016,
/// §2.3).
///
/// The first equation is of grey values, the others of their derivatives to the right and downwards. Where a pixel's
/// target lies outside the frame, all three are zero and smoothness alone decides.
final class RefinementDerivatives {
    /// x, y and z of one equation, in split rows.
    struct Equation {
        let x: Floats
        let y: Floats
        let z: Floats
    }

    /// Added to squared gradients, in squared grey values a pixel: what is flat gets little weight.
    private static let floor: Float = 0.1 * 0.1
    /// Floats on both sides of a plain row: derivatives of five taps read two of them.
    private static let margin = Lanes.scalarCount

    let grey: Equation
    let right: Equation
    let down: Equation

    private let rows: SplitRows
    private let width: Int
    private let height: Int
    private let rowStride: Int
    /// In plain rows: mean of both frames, their difference, the mean's derivatives, and 1 where the target is inside.
    private let mean: Floats
    private let change: Floats
    private let meanX: Floats
    private let meanY: Floats
    private let inside: Floats
    private let buffers: [FloatBuffer]

    init(_ rows: SplitRows) {
        self.rows = rows
        (width, height) = (rows.width, rows.height)
        rowStride = (width + 15) / 16 * 16 + 2 * Self.margin
        let (plainCount, first) = (rowStride * height, Self.margin)
        let split = (0..<9).map { _ in FloatBuffer(count: rows.count) }
        let plain = (0..<5).map { _ in FloatBuffer(count: plainCount) }
        buffers = split + plain
        grey = Equation(x: split[0].floats, y: split[1].floats, z: split[2].floats)
        right = Equation(x: split[3].floats, y: split[4].floats, z: split[5].floats)
        down = Equation(x: split[6].floats, y: split[7].floats, z: split[8].floats)
        mean = plain[0].floats + first
        change = plain[1].floats + first
        meanX = plain[2].floats + first
        meanY = plain[3].floats + first
        inside = plain[4].floats + first
    }

    /// Linearises round `flow`.
    func linearise(from: FlowLevel, to: FlowLevel, round flow: LevelFlow, threads: ThreadPool) {
        let pieces = RowPieces(width: width, height: height)
        threads.parallel(pieces.count) { piece, _ in
            for y in pieces.range(piece) { warp(y, from, to, flow) }
        }
        threads.parallel(pieces.count) { piece, _ in
            for y in pieces.range(piece) { derive(y) }
        }
        threads.parallel(pieces.count) { piece, _ in
            for y in pieces.range(piece) { write(y, flow) }
        }
    }

    /// One row of the target, moved back, beside the row that it should equal.
    private func warp(_ y: Int, _ from: FlowLevel, _ to: FlowLevel, _ flow: LevelFlow) {
        let first = y &* rowStride
        let (u, v) = (flow.u + y &* width, flow.v + y &* width)
        let row = from.grey + y &* from.rowStride
        let (lastX, lastY) = (Float(width &- 1), Float(height &- 1))
        for x in 0..<width {
            let (column, line) = (Float(x) + u[x], Float(y) + v[x])
            // The constant first: NaN becomes 0. What lies on the last row or column reads the margin with weight 0.
            let (heldX, heldY) = (min(max(0, column), lastX), min(max(0, line), lastY))
            let (x0, y0) = (Int(Int32(heldX)), Int(Int32(heldY)))
            let (partX, partY) = (heldX - Float(x0), heldY - Float(y0))
            let upper = to.grey + (y0 &* to.rowStride &+ x0)
            let lower = upper + to.rowStride
            let above = upper[0] + (upper[1] - upper[0]) * partX
            let below = lower[0] + (lower[1] - lower[0]) * partX
            let moved = above + (below - above) * partY
            mean[first &+ x] = (moved + row[x]) * 0.5
            change[first &+ x] = moved - row[x]
            inside[first &+ x] = heldX == column && heldY == line ? 1 : 0
        }
        replicate(mean + first)
        replicate(change + first)
    }

    /// First derivatives of the mean.
    private func derive(_ y: Int) {
        let first = y &* rowStride
        let taps = Taps(y, height: height, rowStride: rowStride)
        var x = 0
        while x < width {
            meanX.store(Self.across(mean + first, x), first &+ x)
            meanY.store(taps.down(mean, x), first &+ x)
            x &+= 8
        }
        replicate(meanX + first)
        replicate(meanY + first)
    }

    /// Second derivatives, and the three equations of a row.
    private func write(_ y: Int, _ flow: LevelFlow) {
        let first = y &* rowStride
        let (u, v) = (flow.u + y &* width, flow.v + y &* width)
        let taps = Taps(y, height: height, rowStride: rowStride)
        let (even, odd) = (rows.start(y, parity: 0), rows.start(y, parity: 1))
        var x = 0
        while x < width {
            let (u, v) = (u.lanes(x), v.lanes(x))
            // Past the row's end this is 0, and so is what is written there.
            let inside = inside.lanes(first &+ x)
            let (ix, iy, iz) = (meanX.lanes(first &+ x), meanY.lanes(first &+ x), change.lanes(first &+ x))
            let (ixx, ixy) = (Self.across(meanX + first, x), taps.down(meanX, x))
            let iyy = taps.down(meanY, x)
            let (ixz, iyz) = (Self.across(change + first, x), taps.down(change, x))
            @inline(__always)
            func put(_ equation: Equation, _ dx: Lanes, _ dy: Lanes, _ dz: Lanes) {
                let squares = dx * dx + dy * dy + Self.floor
                let factor = inside / squares.squareRoot()
                put(equation.x, dx * factor)
                put(equation.y, dy * factor)
                put(equation.z, (dz - dx * u - dy * v) * factor)
            }
            @inline(__always)
            func put(_ plane: Floats, _ lanes: Lanes) {
                plane.store(lanes.evenHalf, even &+ x / 2)
                plane.store(lanes.oddHalf, odd &+ x / 2)
            }
            put(grey, ix, iy, iz)
            put(right, ixx, ixy, ixz)
            put(down, ixy, iyy, iyz)
            x &+= 8
        }
    }

    /// Fills the two pixels on both sides of a plain row.
    @inline(__always)
    private func replicate(_ row: Floats) {
        let (leftmost, rightmost) = (row[0], row[width &- 1])
        row[-1] = leftmost
        row[-2] = leftmost
        row[width] = rightmost
        row[width &+ 1] = rightmost
    }

    /// The derivative along a row, (1, −8, 0, 8, −1) / 12.
    @inline(__always)
    private static func across(_ row: Floats, _ x: Int) -> Lanes {
        let (near, far) = (row.lanes(x &+ 1) - row.lanes(x &- 1), row.lanes(x &- 2) - row.lanes(x &+ 2))
        return near * (8.0 / 12) + far * (1.0 / 12)
    }

    /// Where the rows lie that a derivative downwards reads; rows outside are those at the edge.
    private struct Taps {
        private let offsets: (Int, Int, Int, Int)

        @inline(__always)
        init(_ y: Int, height: Int, rowStride: Int) {
            @inline(__always)
            func offset(_ shift: Int) -> Int { min(max(0, y &+ shift), height &- 1) &* rowStride }
            offsets = (offset(-2), offset(-1), offset(1), offset(2))
        }

        @inline(__always)
        func down(_ plane: Floats, _ x: Int) -> Lanes {
            let near = plane.lanes(offsets.2 &+ x) - plane.lanes(offsets.1 &+ x)
            let far = plane.lanes(offsets.0 &+ x) - plane.lanes(offsets.3 &+ x)
            return near * (8.0 / 12) + far * (1.0 / 12)
        }
    }
}
