import Nets
import Pictures

/// The dense flow of one level, in pixels of that level.
final class LevelFlow {
    let width: Int
    let height: Int
    /// Row by row, without gaps; a vector may be read and written past the end.
    let u: Floats
    let v: Floats
    private let buffers: [FloatBuffer]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        buffers = (0..<2).map { _ in FloatBuffer(count: width * height + Lanes.scalarCount) }
        (u, v) = (buffers[0].floats, buffers[1].floats)
    }

    /// What this flow says of a place of the next finer level, in its pixels.
    @inline(__always)
    func doubled(_ place: SIMD2<Float>) -> SIMD2<Float> {
        let between = BetweenPixels(
            held: (place.x + 0.5) * 0.5 - 0.5, (place.y + 0.5) * 0.5 - 0.5, width: width, height: height)
        return SIMD2(2 * between.value(u), 2 * between.value(v))
    }

    /// Averages the displacements of the patches that cover each pixel; each counts by how little its target differs
    /// there (Kroeger 2016, equation 3), the patch's own change of light apart.
    func densify(_ patches: PatchSearch, from: FlowLevel, to: FlowLevel, sums: Floats, threads: ThreadPool) {
        let pieces = RowPieces(width: 4 * width, height: height)
        let grid = patches.grid
        let side = FlowLevels.patch
        let window = FlowWindow(to)
        threads.parallel(pieces.count) { piece, _ in
            let range = pieces.range(piece)
            let (first, count) = (range.lowerBound &* width, range.count &* width)
            for plane in [u, v, sums] { (plane + first).update(repeating: 0, count: count) }
            for row in 0..<grid.rows {
                let top = grid.y(row)
                let (start, end) = (max(range.lowerBound, top), min(range.upperBound, top &+ side))
                if start >= end { continue }
                for column in 0..<grid.columns {
                    let left = grid.x(column)
                    let index = grid.index(row, column)
                    let (du, dv, offset) = (patches.u[index], patches.v[index], patches.offset[index])
                    window.rows(Float(left) + du, Float(top) + dv) { line, moved in
                        let y = top &+ line
                        if y < start || y >= end { return }
                        let difference = moved - from.grey.lanes(y &* from.rowStride &+ left) - offset
                        let size = difference.replacing(with: -difference, where: difference .< 0)
                        let weight = 1 / size.replacing(with: 1, where: size .< 1)
                        let place = y &* width &+ left
                        sums.store(sums.lanes(place) + weight, place)
                        u.store(u.lanes(place) + weight * du, place)
                        v.store(v.lanes(place) + weight * dv, place)
                    }
                }
            }
            var index = first
            while index < first &+ count {
                let factor = 1 / sums[index]
                u[index] *= factor
                v[index] *= factor
                index &+= 1
            }
        }
    }
}

/// The flow of the frame before, as a level sees it.
struct PreviousFlow {
    let u: Floats
    let v: Floats
    let size: PixelSize
    /// Pixels of the frame that one pixel of the level spans.
    let scale: Float

    /// What it says of a place of the level, in the level's pixels.
    @inline(__always)
    func displacement(_ place: SIMD2<Float>) -> SIMD2<Float> {
        let column = min(Int((place.x + 0.5) * scale), size.width &- 1)
        let row = min(Int((place.y + 0.5) * scale), size.height &- 1)
        let index = row &* size.width &+ column
        return SIMD2(u[index], v[index]) / scale
    }
}
