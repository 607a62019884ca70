/// How well a patch fits at a place.
struct PatchMatch {
    var displacement: SIMD2<Float>
    /// Mean-free sum of squared differences.
    var residual: Float
    /// Mean difference of the target from the patch.
    var offset: Float
    /// Σ d·∇I of the mean-free differences d.
    var slope = SIMD2<Float>.zero
}

/// One patch of a level, and the level in which it is looked for.
struct Patch {
    private static let side = FlowLevels.patch
    private static let area = Float(side * side)
    /// Added to the diagonal of the normal equations, in squared grey values: as much structure as grain of σ 6 feigns in a
    /// patch (12σ²). Along an edge, and where nothing else is seen, a patch stays.
    private static let ridge: Float = 500
    /// Steps below this, in pixels, end the descent.
    private static let shortStep: Float = 0.03

    let template: Floats
    let dx: Floats
    let dy: Floats
    let rowStride: Int
    let x: Float
    let y: Float
    let target: FlowWindow

    @inline(__always)
    init(_ from: FlowLevel, _ to: FlowLevel, x: Int, y: Int) {
        let first = y &* from.rowStride &+ x
        template = from.grey + first
        dx = from.dx + first
        dy = from.dy + first
        rowStride = from.rowStride
        (self.x, self.y) = (Float(x), Float(y))
        target = FlowWindow(to)
    }

    /// The place of the patch's middle, between its pixels.
    var centre: SIMD2<Float> { SIMD2(x, y) + (Float(Self.side) - 1) / 2 }

    /// Evaluates a place: residual, offset and slope.
    @inline(__always)
    func match(_ displacement: SIMD2<Float>) -> PatchMatch {
        var (d, dd, gx, gy, sx, sy) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        target.rows(x + displacement.x, y + displacement.y) { row, moved in
            let start = row &* rowStride
            let difference = moved - template.lanes(start)
            let (right, down) = (dx.lanes(start), dy.lanes(start))
            d += difference
            dd += difference * difference
            gx += difference * right
            gy += difference * down
            sx += right
            sy += down
        }
        let sum = d.total
        let mean = sum / Self.area
        return PatchMatch(
            displacement: displacement, residual: dd.total - sum * mean, offset: mean,
            slope: SIMD2(gx.total - sx.total * mean, gy.total - sy.total * mean))
    }

    /// Takes another patch's displacement if it fits better.
    @inline(__always)
    func offer(_ displacement: SIMD2<Float>, _ best: inout PatchMatch) {
        if displacement == best.displacement { return }
        var (d, dd) = (Lanes.zero, Lanes.zero)
        target.rows(x + displacement.x, y + displacement.y) { row, moved in
            let difference = moved - template.lanes(row &* rowStride)
            d += difference
            dd += difference * difference
        }
        let sum = d.total
        let mean = sum / Self.area
        let residual = dd.total - sum * mean
        if residual < best.residual {
            best = PatchMatch(displacement: displacement, residual: residual, offset: mean)
        }
    }

    /// Gauss–Newton steps while the residual falls; a patch that has gone farther than its own size is sent back.
    @inline(__always)
    func descend(_ best: inout PatchMatch, steps: Int) {
        let start = best
        let inverse = inverseNormal()
        best = match(start.displacement)
        for _ in 0..<steps {
            let slope = best.slope
            let step = SIMD2(
                inverse.xx * slope.x + inverse.xy * slope.y, inverse.xy * slope.x + inverse.yy * slope.y)
            let next = match(best.displacement - step)
            if !(next.residual < best.residual) { break }
            best = next
            if (step * step).sum() < Self.shortStep * Self.shortStep { break }
        }
        let way = best.displacement - start.displacement
        if (way * way).sum() > Float(Self.side * Self.side) { best = start }
    }

    /// The inverse of Σ ∇I∇Iᵀ of the mean-free derivatives.
    @inline(__always)
    private func inverseNormal() -> (xx: Float, xy: Float, yy: Float) {
        var (xx, xy, yy, x, y) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        for row in 0..<Self.side {
            let (right, down) = (dx.lanes(row &* rowStride), dy.lanes(row &* rowStride))
            xx += right * right
            xy += right * down
            yy += down * down
            x += right
            y += down
        }
        let (sumX, sumY) = (x.total, y.total)
        let a = xx.total - sumX * sumX / Self.area + Self.ridge
        let b = xy.total - sumX * sumY / Self.area
        let c = yy.total - sumY * sumY / Self.area + Self.ridge
        let scale = 1 / (a * c - b * b)
        return (c * scale, -b * scale, a * scale)
    }
}

/// Patches of a level: every few pixels, the last ones moved inwards so that all pixels are covered.
struct PatchGrid {
    let columns: Int
    let rows: Int
    private let step: Int
    private let lastX: Int
    private let lastY: Int

    init(width: Int, height: Int, step: Int) {
        self.step = step
        lastX = width - FlowLevels.patch
        lastY = height - FlowLevels.patch
        columns = (lastX + step - 1) / step + 1
        rows = (lastY + step - 1) / step + 1
    }

    var count: Int { columns * rows }

    @inline(__always)
    func index(_ row: Int, _ column: Int) -> Int { row &* columns &+ column }

    /// The leftmost pixel of a column of patches.
    @inline(__always)
    func x(_ column: Int) -> Int { min(column &* step, lastX) }

    /// The topmost pixel of a row of patches.
    @inline(__always)
    func y(_ row: Int) -> Int { min(row &* step, lastY) }
}
