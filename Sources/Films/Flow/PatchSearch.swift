import Nets

/// Where the patches of a level have gone: inverse search by Gauss–Newton from the coarser flow (Kroeger 2016, §2), with
/// mean normalisation and with candidates of neighbouring patches and of the frame before.
///
/// Patches are cut into stripes of rows by the level's shape alone; candidates do not cross from one to the next, so the
/// result is the same for any number of threads.
final class PatchSearch {
    /// Stripes of a level that has enough rows of patches.
    private static let stripes = 8
    /// Rows of patches that a stripe has at least: with fewer, candidates have nowhere to go.
    private static let rowsInStripe = 3
    /// Patches from which on threads share the stripes: some milliseconds of work.
    private static let sharedPatches = 4096

    let grid: PatchGrid
    /// Displacements of the patches, row by row, in pixels of the level.
    let u: Floats
    let v: Floats
    /// Mean of what the target differs from the patch: the change of light, which densifying disregards.
    let offset: Floats
    /// The mean-free sum of squared differences of each patch.
    private let residual: Floats
    private let buffers: [FloatBuffer]
    private let steps: Int
    private let rowsInStripe: Int

    init(_ grid: PatchGrid, steps: Int) {
        self.grid = grid
        self.steps = steps
        buffers = (0..<4).map { _ in FloatBuffer(count: grid.count) }
        let planes = buffers.map(\.floats)
        (u, v, offset, residual) = (planes[0], planes[1], planes[2], planes[3])
        rowsInStripe = max(Self.rowsInStripe, (grid.rows + Self.stripes - 1) / Self.stripes)
    }

    /// Searches the level of one frame in that of another.
    ///
    /// - Parameters:
    ///   - coarser: the flow of the level above; nil is no movement.
    ///   - previous: the flow of the frame before at full size, and the level's scale: a candidate.
    func run(
        from: FlowLevel, to: FlowLevel, coarser: LevelFlow?, previous: PreviousFlow?, threads: ThreadPool
    ) {
        let stripes = (grid.rows + rowsInStripe - 1) / rowsInStripe
        let stripesInPiece = grid.count < Self.sharedPatches ? stripes : 1
        threads.parallel((stripes + stripesInPiece - 1) / stripesInPiece) { piece, _ in
            for stripe in (piece &* stripesInPiece)..<min(stripes, (piece &+ 1) &* stripesInPiece) {
                let rows = stripe &* rowsInStripe..<min(grid.rows, (stripe &+ 1) &* rowsInStripe)
                descend(rows, from, to, coarser, previous)
                ascend(rows, from, to)
            }
        }
    }

    /// The sweep from the top left: the coarser flow, the frame before, and the patches to the left and above.
    private func descend(
        _ rows: Range<Int>, _ from: FlowLevel, _ to: FlowLevel, _ coarser: LevelFlow?, _ previous: PreviousFlow?
    ) {
        for row in rows {
            for column in 0..<grid.columns {
                let patch = Patch(from, to, x: grid.x(column), y: grid.y(row))
                var best = patch.match(coarser?.doubled(patch.centre) ?? .zero)
                if let previous { patch.offer(previous.displacement(patch.centre), &best) }
                if column > 0 { patch.offer(displacement(row, column &- 1), &best) }
                if row > rows.lowerBound { patch.offer(displacement(row &- 1, column), &best) }
                patch.descend(&best, steps: steps)
                keep(best, row, column)
            }
        }
    }

    /// The sweep from the bottom right: the patches to the right and below. Who keeps his place has searched it already.
    private func ascend(_ rows: Range<Int>, _ from: FlowLevel, _ to: FlowLevel) {
        for row in rows.reversed() {
            for column in (0..<grid.columns).reversed() {
                let index = grid.index(row, column)
                let mine = displacement(row, column)
                let patch = Patch(from, to, x: grid.x(column), y: grid.y(row))
                var best = PatchMatch(displacement: mine, residual: residual[index], offset: offset[index])
                if column &+ 1 < grid.columns { patch.offer(displacement(row, column &+ 1), &best) }
                if row &+ 1 < rows.upperBound { patch.offer(displacement(row &+ 1, column), &best) }
                if best.displacement == mine { continue }
                patch.descend(&best, steps: steps)
                keep(best, row, column)
            }
        }
    }

    @inline(__always)
    private func displacement(_ row: Int, _ column: Int) -> SIMD2<Float> {
        let index = grid.index(row, column)
        return SIMD2(u[index], v[index])
    }

    @inline(__always)
    private func keep(_ match: PatchMatch, _ row: Int, _ column: Int) {
        let index = grid.index(row, column)
        u[index] = match.displacement.x
        v[index] = match.displacement.y
        residual[index] = match.residual
        offset[index] = match.offset
    }
}
