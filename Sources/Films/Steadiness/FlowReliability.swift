import Nets
import Pictures

/// How far a flow may be believed at each pixel: whether the way there and back ends where it began, and whether the pixel
/// lies on a motion boundary (Ruder 2016, *Artistic Style Transfer for Videos*, §5; Sundaram 2010); and whether both frames are
/// about as light there, since between two frames of which one is flat any flow comes back.
package struct FlowReliability: Sendable, Equatable {
    /// Below this share of reliable pixels two frames show different things.
    package static let cutShare = 0.3
    private static let softening = GaussianFilter(sigma: 0.8)

    package let size: PixelSize
    /// 0...1 a pixel, on the grid of the flow. Softened; occlusions grow outwards.
    package let weights: [Float]
    /// Share of the pixels that pass all three tests, before weights are softened.
    package let share: Double

    /// Whether the film cuts between the two frames.
    package var isCut: Bool { share < Self.cutShare }

    /// - Parameters:
    ///   - flow: from the frame that is asked about.
    ///   - reverse: from the other one, on its own grid.
    ///   - greys: of the frame that is asked about, and of the other one, 0…255.
    package init(_ flow: FlowField, reverse: FlowField, greys: (own: [Float], other: [Float]), threads: ThreadPool) {
        size = flow.size
        let verdicts = FlowVerdicts(flow, reverse: reverse, slopes: .central, greys: greys, threads: threads)
        share = verdicts.share
        weights = Self.softening(verdicts.values, width: size.width).map { min(max(0, $0), 1) }
    }
}

/// Each pixel's verdict as a number, which is what smoothing wants: 1 reliable, 0 not to be followed, −1 occluded.
struct FlowVerdicts {
    /// How the flow's slope is measured.
    enum Slopes {
        /// (f(x+1) − f(x−1)) / 2: Ruder's weights.
        case central
        /// f(x+1) − f(x): Lai's error.
        case forward
    }

    let size: PixelSize
    private(set) var values: [Float]

    /// - Parameters:
    ///   - flow: from the frame that is asked about.
    ///   - reverse: from the other one, on its own grid.
    ///   - greys: of the frame that is asked about, and of the other one, 0…255, where they count.
    init(
        _ flow: FlowField, reverse: FlowField, slopes: Slopes, greys: (own: [Float], other: [Float])? = nil,
        threads: ThreadPool
    ) {
        precondition(flow.size == reverse.size, "flows of \(flow.size) and \(reverse.size)")
        let (own, other) = greys ?? ([], [])
        precondition(greys == nil || own.count == flow.size.area && other.count == own.count, "greys of another size")
        size = flow.size
        let (width, height, area) = (flow.size.width, flow.size.height, flow.size.area)
        values = [Float](unsafeUninitializedCapacity: area) { values, count in
            let target = values.baseAddress!
            let pieces = RowPieces(width: 4 * width, height: height)
            flow.withPlanes { u, v in
                reverse.withPlanes { backU, backV in
                    own.withPlane { own in
                        other.withPlane { other in
                            let test = Test(
                                u: u, v: v, backU: backU, backV: backV, own: own, other: other, width: width,
                                height: height)
                            threads.parallel(pieces.count) { piece, _ in
                                for y in pieces.range(piece) {
                                    for x in 0..<width { target[y &* width &+ x] = test.verdict(x, y, slopes) }
                                }
                            }
                        }
                    }
                }
            }
            count = area
        }
    }

    /// Share of the pixels that are reliable.
    var share: Double {
        var reliable = 0
        for value in values where value == 1 { reliable += 1 }
        return Double(reliable) / Double(values.count)
    }

    /// The tests at one pixel.
    private struct Test {
        /// Difference of grey, of 255, up to which two pixels may be of one thing in one light.
        private static let difference: Float = 64

        let u: Floats
        let v: Floats
        let backU: Floats
        let backV: Floats
        /// Nil where greys do not count.
        let own: Floats?
        let other: Floats?
        let width: Int
        let height: Int

        @inline(__always)
        func verdict(_ x: Int, _ y: Int, _ slopes: Slopes) -> Float {
            let index = y &* width &+ x
            let (ownU, ownV) = (u[index], v[index])
            let (toX, toY) = (Float(x) + ownU, Float(y) + ownV)
            guard let place = BetweenPixels(toX, toY, width: width, height: height) else { return 0 }
            let (returnU, returnV) = (place.value(backU), place.value(backV))
            let lengths = ownU * ownU + ownV * ownV
            let gap = (ownU + returnU) * (ownU + returnU) + (ownV + returnV) * (ownV + returnV)
            guard gap < 0.01 * (lengths + returnU * returnU + returnV * returnV) + 0.5 else { return -1 }
            if slope(x, y, index, slopes) > 0.01 * lengths + 0.002 { return 0 }
            guard let own, let other else { return 1 }
            return abs(place.value(other) - own[index]) <= Self.difference ? 1 : 0
        }

        /// |∂ₓf|² + |∂ᵧf|²; what lies outside equals the edge.
        @inline(__always)
        private func slope(_ x: Int, _ y: Int, _ index: Int, _ slopes: Slopes) -> Float {
            let right = x &+ 1 < width ? index &+ 1 : index
            let lower = y &+ 1 < height ? index &+ width : index
            let (left, upper, scale): (Int, Int, Float) =
                switch slopes {
                case .central: (x > 0 ? index &- 1 : index, y > 0 ? index &- width : index, 0.25)
                case .forward: (index, index, 1)
                }
            let (ux, vx) = (u[right] - u[left], v[right] - v[left])
            let (uy, vy) = (u[lower] - u[upper], v[lower] - v[upper])
            return (ux * ux + vx * vx + uy * uy + vy * vy) * scale
        }
    }
}

extension [Float] {
    /// Only read, though kernels hold mutable pointers; nil of no numbers.
    fileprivate func withPlane(_ body: (Floats?) -> Void) {
        withUnsafeBufferPointer { body($0.isEmpty ? nil : Floats(mutating: $0.baseAddress!)) }
    }
}
