import Nets
import Pictures

/// Brings a plane of the finest level to the frame's size, bilinearly; displacements grow with it.
enum FlowEnlarger {
    /// - Parameters:
    ///   - level: how often the frame was halved: 0, 1 or 2.
    ///   - size: the frame's, at least `width` and `height` times 2^level.
    static func enlarge(
        _ plane: Floats, width: Int, height: Int, level: Int, into target: Floats, size: PixelSize,
        threads: ThreadPool
    ) {
        precondition((0...2).contains(level), "a finest level of \(level)")
        let scale = 1 << level
        let pieces = RowPieces(width: size.width, height: size.height)
        let scratch = FloatBuffer(count: threads.threads * (width + 2))
        threads.parallel(pieces.count) { piece, worker in
            // One pixel more on both sides, so that every column has neighbours.
            let line = scratch.floats + (worker &* (width &+ 2) &+ 1)
            for y in pieces.range(piece) {
                let row = min(max(0, (Float(y) + 0.5) / Float(scale) - 0.5), Float(height &- 1))
                let y0 = Int(Int32(row))
                let part = row - Float(y0)
                let upper = plane + y0 &* width
                let lower = y0 &+ 1 < height ? upper + width : upper
                for x in 0..<width { line[x] = (upper[x] + (lower[x] - upper[x]) * part) * Float(scale) }
                line[-1] = line[0]
                line[width] = line[width &- 1]
                let output = target + y &* size.width
                switch level {
                case 0: output.update(from: line, count: width)
                case 1: stretch(line, width, SIMD2(0.25, 0), SIMD2(0, 0.25), into: output)
                default: stretch(line, width, SIMD4(0.375, 0.125, 0, 0), SIMD4(0, 0, 0.125, 0.375), into: output)
                }
                for x in (width &* scale)..<max(width &* scale, size.width) { output[x] = line[width &- 1] }
            }
        }
    }

    /// Each value becomes a vector: itself and what its pixels take of its neighbours.
    @inline(__always)
    private static func stretch<Pixels: SIMD>(
        _ line: Floats, _ width: Int, _ left: Pixels, _ right: Pixels, into output: Floats
    ) where Pixels.Scalar == Float {
        for x in 0..<width {
            let own = line[x]
            let pixels = Pixels(repeating: own) + left * (line[x &- 1] - own) + right * (line[x &+ 1] - own)
            UnsafeMutableRawPointer(output + x &* Pixels.scalarCount).storeBytes(of: pixels, as: Pixels.self)
        }
    }
}
