import Nets
import Pictures

/// A frame made ready for ``OpticalFlow``: its grey pyramid and the derivatives of its levels.
///
/// Made once and filled again for each frame; flows to several others, forward and backward, share it. Not `Sendable`.
package final class FlowFrame {
    package let size: PixelSize
    let levels: FlowLevels
    /// Level 0 first; those below the finest hold grey values only, and level 0 not even them.
    private let pyramid: [FlowLevel?]
    private let threads: ThreadPool
    private var hasDerivatives = false

    init(_ levels: FlowLevels, threads: ThreadPool) {
        self.levels = levels
        self.threads = threads
        size = levels.sizes[0]
        pyramid = levels.sizes.enumerated().map { level, size in
            level == 0 && levels.finest > 0
                ? nil : FlowLevel(width: size.width, height: size.height, hasDerivatives: level >= levels.finest)
        }
    }

    /// Takes another frame's pixels.
    ///
    /// - Parameter grey: `size.area` values, 0...255, in reading order.
    package func fill(_ grey: [Float]) {
        precondition(grey.count == size.area, "\(grey.count) values do not fill \(size.width) × \(size.height)")
        hasDerivatives = false
        grey.withUnsafeBufferPointer { grey in
            // Only read: halve and copy take the mutable pointers that kernels hold.
            let source = Floats(mutating: grey.baseAddress!)
            if let whole = pyramid[0] { whole.copy(source, rowStride: size.width) }
            for index in 1..<max(1, pyramid.count) {
                let below = pyramid[index - 1]
                pyramid[index]!.halve(
                    below?.grey ?? source, size: levels.sizes[index - 1], rowStride: below?.rowStride ?? size.width,
                    threads: threads)
            }
        }
        for level in pyramid[levels.finest...] { level!.replicateMargins() }
    }

    func level(_ index: Int) -> FlowLevel { pyramid[index]! }

    /// Makes the derivatives, which only the frame from which a flow starts needs.
    func deriveOnce() {
        if hasDerivatives { return }
        for level in pyramid[levels.finest...] { level!.derive(threads: threads) }
        hasDerivatives = true
    }
}

/// One level of a pyramid: grey values with a replicated margin, and their derivatives in the same rows.
final class FlowLevel {
    /// Replicated pixels on each side: a patch that has left the frame, with the pixel beside it, still lies in memory.
    static let margin = 16

    let width: Int
    let height: Int
    /// Floats from one row to the next.
    let rowStride: Int
    /// The pixel in column 0, row 0.
    let grey: Floats
    /// Derivatives to the right and downwards, in grey values a pixel; where there are none, as `grey`.
    let dx: Floats
    let dy: Floats
    private let buffers: [FloatBuffer]

    init(width: Int, height: Int, hasDerivatives: Bool) {
        self.width = width
        self.height = height
        let margin = Self.margin
        rowStride = (width + 2 * margin + 7) / 8 * 8
        let count = rowStride * (height + 2 * margin)
        buffers = (0..<(hasDerivatives ? 3 : 1)).map { _ in FloatBuffer(count: count) }
        let first = margin * rowStride + margin
        grey = buffers[0].floats + first
        dx = buffers[hasDerivatives ? 1 : 0].floats + first
        dy = buffers[hasDerivatives ? 2 : 0].floats + first
    }

    func copy(_ source: Floats, rowStride sourceStride: Int) {
        for y in 0..<height { (grey + y * rowStride).update(from: source + y * sourceStride, count: width) }
    }

    /// Half the sides of `source`, which is read through (1, 3, 3, 1) / 8 both ways: without aliases, on which patches of
    /// fine texture lock. An odd last row or column makes no pixel, so that (x, y) here always lies at (2x + ½, 2y + ½) there.
    func halve(_ source: Floats, size: PixelSize, rowStride sourceStride: Int, threads: ThreadPool) {
        let pieces = RowPieces(width: 4 * width, height: height)
        // Read from one float before the line to twelve after it.
        let lineLength = 2 * width + 3 * Lanes.scalarCount
        let lines = FloatBuffer(count: threads.threads * lineLength)
        threads.parallel(pieces.count) { piece, worker in
            let line = lines.floats + (worker &* lineLength &+ Lanes.scalarCount)
            for y in pieces.range(piece) {
                let middle = source + 2 &* y &* sourceStride
                let rows = (
                    y > 0 ? middle - sourceStride : middle, middle, middle + sourceStride,
                    middle + min(2, size.height &- 1 &- 2 &* y) &* sourceStride
                )
                sweep(min(size.width, 2 &* width &+ 1)) {
                    let (outer, inner) = (rows.0.lanes($0) + rows.3.lanes($0), rows.1.lanes($0) + rows.2.lanes($0))
                    line.store(outer * 0.125 + inner * 0.375, $0)
                } scalar: {
                    line[$0] = (rows.0[$0] + rows.3[$0]) * 0.125 + (rows.1[$0] + rows.2[$0]) * 0.375
                }
                line[-1] = line[0]
                if size.width == 2 &* width { line[size.width] = line[size.width &- 1] }
                let target = grey + y &* rowStride
                // The last vector may reach into the margin, which is replicated afterwards.
                for x in stride(from: 0, to: width, by: 4) {
                    let inner = line.lanes(2 &* x)
                    let outer = line.lanes(2 &* x &- 1).evenHalf + line.lanes(2 &* x &+ 2).evenHalf
                    target.store(outer * 0.125 + (inner.evenHalf + inner.oddHalf) * 0.375, x)
                }
            }
        }
    }

    func replicateMargins() {
        let margin = Self.margin
        for y in 0..<height {
            let row = grey + y * rowStride
            (row - margin).update(repeating: row[0], count: margin)
            (row + width).update(repeating: row[width - 1], count: margin)
        }
        let whole = width + 2 * margin
        for y in 1...margin {
            (grey - y * rowStride - margin).update(from: grey - margin, count: whole)
            let last = grey + (height - 1) * rowStride - margin
            (last + y * rowStride).update(from: last, count: whole)
        }
    }

    /// Sobel's derivatives, an eighth of the usual sums: grey values a pixel, so that Gauss–Newton steps are whole ones.
    func derive(threads: ThreadPool) {
        let pieces = RowPieces(width: 2 * width, height: height)
        threads.parallel(pieces.count) { piece, _ in
            for y in pieces.range(piece) {
                let (row, dx, dy) = (grey + y &* rowStride, dx + y &* rowStride, dy + y &* rowStride)
                let (above, below) = (row - rowStride, row + rowStride)
                // The last vector may reach into the margin, where nothing reads derivatives.
                var x = 0
                while x < width {
                    let (left, right) = (x &- 1, x &+ 1)
                    let falling = below.lanes(right) - above.lanes(left)
                    let rising = above.lanes(right) - below.lanes(left)
                    let across = row.lanes(right) - row.lanes(left)
                    let down = below.lanes(x) - above.lanes(x)
                    dx.store((falling + rising + (across + across)) * 0.125, x)
                    dy.store((falling - rising + (down + down)) * 0.125, x)
                    x &+= 8
                }
            }
        }
    }
}
