/// A matrix product whose right side was cut into panels beforehand, so that nothing is packed when it runs.
///
/// A block of rows and one panel's columns stays in registers over the whole depth: each step reads one row of the panel
/// and one value of each row of A.
package enum PanelProduct {
    /// Columns of one panel.
    package static let columns = 2 * Lanes.scalarCount

    /// Where the values of a row of A lie.
    struct Window {
        let segments: Int
        /// Where each begins, in floats from the row's first value.
        let offsets: UnsafePointer<Int>
        /// Values of each.
        let depth: Int
        /// Floats from value to value.
        var step = 1
        /// Floats from row to row of the panel.
        var panelStep = columns
    }

    /// `C = A · B`.
    ///
    /// - Parameters:
    ///   - count: rows of A and C, a multiple of ``fewRows``.
    ///   - a: row-major, `aStride` floats from row to row.
    ///   - panels: B as `[panel][depth][columns]`.
    ///   - c: row-major, `cStride` floats from row to row.
    package static func run(
        count: Int, depth: Int, _ a: Floats, aStride: Int, _ panels: Floats, panelCount: Int, into c: Floats,
        cStride: Int
    ) {
        var zero = 0
        withUnsafePointer(to: &zero) { offsets in
            let window = Window(segments: 1, offsets: offsets, depth: depth)
            for panel in 0..<panelCount {
                let b = panels + panel &* depth &* columns
                let target = c + panel &* columns
                @inline(__always)
                func put(_ row: Int, _ low: Lanes, _ high: Lanes) {
                    (target + row &* cStride).store(low, 0)
                    (target + row &* cStride).store(high, Lanes.scalarCount)
                }
                var row = 0
                while row &+ rows <= count {
                    block(window, a + row &* aStride, aStride, b) { put(row &+ $0, $1, $2) }
                    row &+= rows
                }
                while row < count {
                    smallBlock(window, a + row &* aStride, aStride, b) { put(row &+ $0, $1, $2) }
                    row &+= fewRows
                }
            }
        }
    }

    /// `C = Aᵀ · B`, or that added to C, both as they lie in memory, a row of each at every step.
    ///
    /// - Parameters:
    ///   - count: rows of C and columns of A, a multiple of ``fewRows``.
    ///   - depth: rows of A and B, `aStride` and `bStride` floats from row to row.
    ///   - panelCount: panels of ``columns`` columns of B and C.
    ///   - accumulates: whether C is added to; otherwise it is written.
    package static func transposed(
        count: Int, depth: Int, _ a: Floats, aStride: Int, _ b: Floats, bStride: Int, panelCount: Int, into c: Floats,
        cStride: Int, accumulates: Bool
    ) {
        var zero = 0
        withUnsafePointer(to: &zero) { offsets in
            let window = Window(segments: 1, offsets: offsets, depth: depth, step: aStride, panelStep: bStride)
            for panel in 0..<panelCount {
                let b = b + panel &* columns
                let target = c + panel &* columns
                @inline(__always)
                func put(_ row: Int, _ low: Lanes, _ high: Lanes) {
                    let into = target + row &* cStride
                    into.store(accumulates ? into.lanes(0) + low : low, 0)
                    into.store(accumulates ? into.lanes(Lanes.scalarCount) + high : high, Lanes.scalarCount)
                }
                var row = 0
                while row &+ rows <= count {
                    block(window, a + row, 1, b) { put(row &+ $0, $1, $2) }
                    row &+= rows
                }
                while row < count {
                    smallBlock(window, a + row, 1, b) { put(row &+ $0, $1, $2) }
                    row &+= fewRows
                }
            }
        }
    }

    /// `C = f(A · B + bias)`, or that added to C, where f multiplies what is negative by its output's slope: 0 for a
    /// rectifier, 1 for no activation.
    ///
    /// Any number of rows. Where the outputs are whole vectors, they go from the registers to C, some rows twice at the
    /// end; otherwise through a tile in the first-level cache, of which only what C has is written.
    ///
    /// - Parameters:
    ///   - count: rows; where they are fewer than ``rows``, so many must be readable.
    ///   - segments: of a row of A, such as the lines of a picture under one window; each begins at its one of `offsets`,
    ///     in floats from the row's first value, and has `depth` values.
    ///   - panel: B as `[depth][columns]`.
    ///   - outputs: at most ``columns``; as many as `bias` and `slopes` have.
    ///   - tile: scratch of ``rows`` times ``columns``.
    package static func finish(
        count: Int, segments: Int, offsets: UnsafePointer<Int>, depth: Int, _ a: Floats, aStride: Int,
        _ panel: Floats, outputs: Int, bias: Floats, slopes: Floats, into c: Floats, cStride: Int, accumulates: Bool,
        tile: Floats
    ) {
        let window = Window(segments: segments, offsets: offsets, depth: depth)
        let width = Lanes.scalarCount
        let isWhole = count >= rows && !accumulates && (outputs == columns || outputs == width)
        for row in stride(from: 0, to: count, by: rows) {
            // The last block goes back so far that it reads only rows that there are.
            let start = max(0, min(row, count &- rows))
            let source = a + start &* aStride
            if isWhole {
                let target = c + start &* cStride
                let (lowBias, lowSlopes) = (bias.lanes(0), slopes.lanes(0))
                if outputs == width {
                    halfBlock(window, source, aStride, panel) { line, sum in
                        (target + line &* cStride).store(finished(sum, lowBias, lowSlopes), 0)
                    }
                } else {
                    let (highBias, highSlopes) = (bias.lanes(width), slopes.lanes(width))
                    block(window, source, aStride, panel) { line, low, high in
                        (target + line &* cStride).store(finished(low, lowBias, lowSlopes), 0)
                        (target + line &* cStride).store(finished(high, highBias, highSlopes), width)
                    }
                }
                continue
            }
            if outputs > width {
                block(window, source, aStride, panel) { line, low, high in
                    (tile + line &* columns).store(low, 0)
                    (tile + line &* columns).store(high, width)
                }
            } else {
                halfBlock(window, source, aStride, panel) { line, sum in (tile + line &* columns).store(sum, 0) }
            }
            for line in row..<min(count, row &+ rows) {
                finish(
                    tile + (line &- start) &* columns, bias, slopes, outputs, into: c + line &* cStride, accumulates)
            }
        }
    }

    @inline(__always)
    private static func finished(_ sum: Lanes, _ bias: Lanes, _ slopes: Lanes) -> Lanes {
        let sum = sum + bias
        return sum.replacing(with: sum * slopes, where: sum .< 0)
    }

    @inline(__always)
    private static func finish(
        _ sums: Floats, _ bias: Floats, _ slopes: Floats, _ count: Int, into target: Floats, _ accumulates: Bool
    ) {
        var index = 0
        while index &+ Lanes.scalarCount <= count {
            let value = finished(sums.lanes(index), bias.lanes(index), slopes.lanes(index))
            target.store(accumulates ? target.lanes(index) + value : value, index)
            index &+= Lanes.scalarCount
        }
        while index < count {
            let sum = sums[index] + bias[index]
            let value = sum < 0 ? sum * slopes[index] : sum
            target[index] = accumulates ? target[index] + value : value
            index &+= 1
        }
    }
}
