import Nets

/// Refines a dense flow by minimising an energy over the whole level: constancy of grey values and of their gradient, and
/// smoothness, all under the robust function √(s² + ε²) (Brox 2004; Zimmer 2011; Kroeger 2016, §2.3).
///
/// The data are linearised once; in each fixed-point step weights follow from the flow so far, and the linear system is
/// relaxed red–black, which does not depend on the number of threads.
final class VariationalRefinement {
    /// Weights of the three parts, for grey values 0...255.
    private static let (smoothness, gradient, colour): (Float, Float, Float) = (20, 10, 5)
    /// ε², in squared grey values, and pixels.
    private static let softness: Float = 1e-3 * 1e-3
    private static let fixedPointSteps = 5
    private static let relaxations = 10
    /// Over-relaxation.
    private static let omega: Float = 1.6
    /// Added to diagonals: past the end of a row they would be 0.
    private static let leastDiagonal: Float = 1e-6

    private let rows: SplitRows
    private let pieces: RowPieces
    private let derivatives: RefinementDerivatives
    private let buffers: [FloatBuffer]
    /// In split rows: the flow, the smoothness of the edges to the right and downwards, ω over the diagonals, the
    /// coupling of u and v, and the right-hand sides.
    private let u: Floats
    private let v: Floats
    private let toRight: Floats
    private let toLower: Floats
    private let inverseU: Floats
    private let inverseV: Floats
    private let coupling: Floats
    private let pullU: Floats
    private let pullV: Floats

    init(width: Int, height: Int) {
        let rows = SplitRows(width: width, height: height)
        self.rows = rows
        pieces = RowPieces(width: width, height: height)
        derivatives = RefinementDerivatives(rows)
        buffers = (0..<9).map { _ in FloatBuffer(count: rows.count) }
        let planes = buffers.map(\.floats)
        (u, v, toRight, toLower) = (planes[0], planes[1], planes[2], planes[3])
        (inverseU, inverseV, coupling) = (planes[4], planes[5], planes[6])
        (pullU, pullV) = (planes[7], planes[8])
    }

    /// Refines `flow` in place.
    func refine(_ flow: LevelFlow, from: FlowLevel, to: FlowLevel, threads: ThreadPool) {
        derivatives.linearise(from: from, to: to, round: flow, threads: threads)
        eachRow(threads) { split($0, flow) }
        for _ in 0..<Self.fixedPointSteps {
            eachRow(threads) { weighSmoothness($0) }
            eachRow(threads) { y in
                weighData(y, parity: 0)
                weighData(y, parity: 1)
            }
            for _ in 0..<Self.relaxations {
                eachRow(threads) { y in relax(y, parity: y & 1) }
                eachRow(threads) { y in relax(y, parity: 1 &- y & 1) }
            }
        }
        eachRow(threads) { join($0, flow) }
    }

    @inline(__always)
    private func eachRow(_ threads: ThreadPool, _ body: (Int) -> Void) {
        threads.parallel(pieces.count) { piece, _ in
            for y in pieces.range(piece) { body(y) }
        }
    }

    private func split(_ y: Int, _ flow: LevelFlow) {
        for x in 0..<rows.width {
            u[rows.place(x, y)] = flow.u[y &* rows.width &+ x]
            v[rows.place(x, y)] = flow.v[y &* rows.width &+ x]
        }
        extend(y)
    }

    private func join(_ y: Int, _ flow: LevelFlow) {
        for x in 0..<rows.width {
            flow.u[y &* rows.width &+ x] = u[rows.place(x, y)]
            flow.v[y &* rows.width &+ x] = v[rows.place(x, y)]
        }
    }

    /// The pixel past a row's end equals its last, so that the flow has no slope there.
    @inline(__always)
    private func extend(_ y: Int) {
        let (last, next) = (rows.place(rows.width &- 1, y), rows.place(rows.width, y))
        u[next] = u[last]
        v[next] = v[last]
    }

    /// (α/2) / √(|∇u|² + |∇v|² + ε²) for the edges of a row's pixels to the right and downwards.
    private func weighSmoothness(_ y: Int) {
        extend(y)
        let isLast = y == rows.height &- 1
        let lower = isLast ? 0 : rows.rowStride
        for parity in 0..<2 {
            let start = rows.start(y, parity: parity)
            let right = rows.start(y, parity: 1 &- parity) &+ parity
            for vector in 0..<rows.vectors {
                let (place, next) = (start &+ 8 &* vector, right &+ 8 &* vector)
                let (ownU, ownV) = (u.lanes(place), v.lanes(place))
                let (ux, vx) = (u.lanes(next) - ownU, v.lanes(next) - ownV)
                let (uy, vy) = (u.lanes(place &+ lower) - ownU, v.lanes(place &+ lower) - ownV)
                let squares = ux * ux + uy * uy + (vx * vx + vy * vy) + Self.softness
                let weight = (Self.smoothness / 2) / squares.squareRoot()
                toRight.store(weight, place)
                toLower.store(isLast ? .zero : weight, place)
            }
            // What lies past the row's end is joined to nothing.
            for place in (start &+ rows.pixels(parity: parity))..<(start &+ 8 &* rows.vectors) {
                toRight[place] = 0
                toLower[place] = 0
            }
        }
        toRight[rows.place(rows.width &- 1, y)] = 0
    }

    /// Diagonals and right-hand sides from the three equations of each pixel.
    private func weighData(_ y: Int, parity: Int) {
        let start = rows.start(y, parity: parity)
        let left = rows.start(y, parity: 1 &- parity) &+ parity &- 1
        let (grey, right, down) = (derivatives.grey, derivatives.right, derivatives.down)
        for vector in 0..<rows.vectors {
            let place = start &+ 8 &* vector
            let (u, v) = (u.lanes(place), v.lanes(place))
            let (gx, gy, gz) = (grey.x.lanes(place), grey.y.lanes(place), grey.z.lanes(place))
            let error = gz + gx * u + gy * v
            let k = (Self.colour / 2) / (error * error + Self.softness).squareRoot()
            let (rx, ry, rz) = (right.x.lanes(place), right.y.lanes(place), right.z.lanes(place))
            let (dx, dy, dz) = (down.x.lanes(place), down.y.lanes(place), down.z.lanes(place))
            let (errorR, errorD) = (rz + rx * u + ry * v, dz + dx * u + dy * v)
            let g = (Self.gradient / 2) / (errorR * errorR + errorD * errorD + Self.softness).squareRoot()
            let edges =
                toRight.lanes(place) + toRight.lanes(left &+ 8 &* vector) + toLower.lanes(place)
                + toLower.lanes(place &- rows.rowStride) + Self.leastDiagonal
            inverseU.store(Self.omega / (k * gx * gx + g * (rx * rx + dx * dx) + edges), place)
            inverseV.store(Self.omega / (k * gy * gy + g * (ry * ry + dy * dy) + edges), place)
            coupling.store(k * gx * gy + g * (rx * ry + dx * dy), place)
            pullU.store(-(k * gx * gz + g * (rx * rz + dx * dz)), place)
            pullV.store(-(k * gy * gz + g * (ry * rz + dy * dz)), place)
        }
    }

    /// One relaxation of a row's pixels of one colour: u ← (1 − ω)·u + ω·(b + Σ s·u_neighbour − a₁₂·v) / a₁₁, then v.
    private func relax(_ y: Int, parity: Int) {
        let start = rows.start(y, parity: parity)
        let left = rows.start(y, parity: 1 &- parity) &+ parity &- 1
        let rowStride = rows.rowStride
        for vector in 0..<rows.vectors {
            let place = start &+ 8 &* vector
            let before = left &+ 8 &* vector
            let (right, lower) = (toRight.lanes(place), toLower.lanes(place))
            let (behind, upper) = (toRight.lanes(before), toLower.lanes(place &- rowStride))
            let coupling = coupling.lanes(place)
            let oldV = v.lanes(place)
            let sumU =
                right * u.lanes(before &+ 1) + behind * u.lanes(before)
                + (lower * u.lanes(place &+ rowStride) + upper * u.lanes(place &- rowStride))
            let newU =
                u.lanes(place) * (1 - Self.omega)
                + inverseU.lanes(place) * (pullU.lanes(place) + sumU - coupling * oldV)
            u.store(newU, place)
            let sumV =
                right * v.lanes(before &+ 1) + behind * v.lanes(before)
                + (lower * v.lanes(place &+ rowStride) + upper * v.lanes(place &- rowStride))
            v.store(
                oldV * (1 - Self.omega) + inverseV.lanes(place) * (pullV.lanes(place) + sumV - coupling * newU), place)
        }
    }
}
