import Films
import Nets
import Pictures
import Testing

@Suite struct FlowReliabilityTests {
    private let pool = ThreadPool()
    private let size = PixelSize(width: 60, height: 40)
    private let flat = (own: [Float](repeating: 90, count: 2400), other: [Float](repeating: 90, count: 2400))

    private func uniform(_ u: Float, _ v: Float) -> FlowField {
        FlowField(
            size: size, u: [Float](repeating: u, count: size.area), v: [Float](repeating: v, count: size.area))
    }

    @Test func aShiftIsReliableButWhereItLeaves() {
        let reliability = FlowReliability(uniform(10, 0), reverse: uniform(-10, 0), greys: flat, threads: pool)
        #expect(abs(reliability.share - 50.0 / 60) < 1e-9)
        for y in 0..<40 {
            #expect(reliability.weights[y * 60 + 20] == 1)
            #expect(reliability.weights[y * 60 + 57] == 0)
        }
        #expect(!reliability.isCut)
    }

    @Test func stillFramesAreReliableToTheEdge() {
        let reliability = FlowReliability(uniform(0, 0), reverse: uniform(0, 0), greys: flat, threads: pool)
        #expect(reliability.share == 1)
        #expect(reliability.weights.allSatisfy { abs($0 - 1) < 1e-6 })
    }

    @Test func whatDoesNotComeBackIsOccludedAndGrows() {
        var reverse = uniform(0, 0)
        for y in 10..<20 {
            for x in 20..<30 { reverse = reverse.replacing(x, y, u: 5, v: 0) }
        }
        let reliability = FlowReliability(uniform(0, 0), reverse: reverse, greys: flat, threads: pool)
        #expect(reliability.share == 1 - 100.0 / 2400)
        #expect(reliability.weights[15 * 60 + 25] == 0)
        // Beside it stands 1, but half of what is smoothed is −1.
        #expect(reliability.weights[15 * 60 + 30] < 0.5)
        #expect(abs(reliability.weights[15 * 60 + 40] - 1) < 1e-6)
    }

    @Test func motionBoundariesAreNotFollowed() {
        var flow = uniform(0, 0)
        var reverse = uniform(0, 0)
        // A slope of 0.2 pixels a pixel: consistent, but not smooth.
        for y in 0..<40 {
            for x in 30..<35 {
                flow = flow.replacing(x, y, u: 0.2 * Float(x - 30), v: 0)
                reverse = reverse.replacing(x, y, u: -0.2 * Float(x - 30), v: 0)
            }
        }
        let reliability = FlowReliability(flow, reverse: reverse, greys: flat, threads: pool)
        #expect(reliability.weights[20 * 60 + 32] < 0.1)
        #expect(reliability.weights[20 * 60 + 10] == 1)
    }

    /// Two films that have nothing in common, and one whose flows are found.
    @Test func aCutIsSeen() throws {
        let flow = try TwoWayFlow(size: PixelSize(width: 160, height: 120), preset: .fast, threads: pool)
        let (film, other) = (SyntheticFilm(160, 120, seed: 1), SyntheticFilm(160, 120, seed: 99))
        let (earlier, later) = (flow.frame(), flow.frame())
        earlier.fill(film.frame())
        func compared(with grey: [Float]) -> FlowReliability {
            later.fill(grey)
            let flows = flow.compute(later: later, earlier: earlier)
            return FlowReliability(flows.backward, reverse: flows.forward, greys: (grey, film.frame()), threads: pool)
        }
        let same = compared(with: film.frame { ($0 + 2, $1) })
        let different = compared(with: other.frame())
        #expect(!same.isCut && same.share > 0.85, "\(same.share)")
        #expect(different.isCut, "\(different.share)")
        // Against a flat frame there is no way to go, and every way comes back.
        for level in [Float(0), 255] {
            let flat = compared(with: [Float](repeating: level, count: 160 * 120))
            #expect(flat.isCut && flat.share < 0.3, "\(level): \(flat.share)")
        }
    }

    @Test func whatIsNotANumberIsOutside() {
        let reliability = FlowReliability(uniform(.nan, 0), reverse: uniform(0, .infinity), greys: flat, threads: pool)
        #expect(reliability.share == 0 && reliability.isCut && reliability.weights.allSatisfy { $0 == 0 })
    }
}

extension FlowField {
    /// The same flow but for one pixel.
    fileprivate func replacing(_ x: Int, _ y: Int, u newU: Float, v newV: Float) -> FlowField {
        var (u, v) = (u, v)
        u[y * size.width + x] = newU
        v[y * size.width + x] = newV
        return FlowField(size: size, u: u, v: v)
    }
}
