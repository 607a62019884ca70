import Films
import Foundation
import Nets
import Pictures
import Testing

@Suite struct OpticalFlowTests {
    private let pool = ThreadPool()

    private func error(
        _ film: SyntheticFilm, _ preset: FlowPreset, moved: (Double, Double) -> (Double, Double),
        seen: (Double, Double) -> (Double, Double), previous: FlowField? = nil
    ) throws -> Double {
        let flow = try OpticalFlow(size: film.size, preset: preset, threads: pool)
        let (here, there) = (flow.frame(), flow.frame())
        here.fill(film.frame())
        there.fill(film.frame(seen))
        return flow.compute(from: here, to: there, previous: previous).endPointError(to: film.flow(moved))
    }

    @Test(arguments: FlowPreset.allCases, [(0.3, 0), (3.6, -2.2), (-14, 9)])
    func findsShifts(preset: FlowPreset, shift: (Double, Double)) throws {
        let error = try error(
            SyntheticFilm(320, 240), preset, moved: { ($0 + shift.0, $1 + shift.1) },
            seen: { ($0 - shift.0, $1 - shift.1) })
        #expect(error < (preset == .ultrafast ? 0.6 : 0.3), "\(preset) \(shift): \(error) px")
    }

    @Test(arguments: FlowPreset.allCases)
    func findsTurnsAndZooms(preset: FlowPreset) throws {
        let (c, s, zoom) = (cos(0.05), sin(0.05), 1.04)
        let error = try error(
            SyntheticFilm(320, 240, seed: 2), preset,
            moved: { x, y in
                let (dx, dy) = (x - 160, y - 120)
                return (160 + zoom * (c * dx - s * dy), 120 + zoom * (s * dx + c * dy))
            },
            seen: { x, y in
                let (dx, dy) = ((x - 160) / zoom, (y - 120) / zoom)
                return (160 + c * dx + s * dy, 120 - s * dx + c * dy)
            })
        #expect(error < (preset == .ultrafast ? 0.6 : 0.3), "\(preset): \(error) px")
    }

    /// Odd, long and tiny frames, down to the least.
    @Test(arguments: [(16, 16), (17, 16), (16, 201), (333, 17), (61, 47), (127, 128), (31, 33)])
    func takesAnySize(width: Int, height: Int) throws {
        for preset in FlowPreset.allCases {
            let error = try error(
                SyntheticFilm(width, height, seed: 3), preset, moved: { ($0 + 1, $1 - 0.5) },
                seen: { ($0 - 1, $1 + 0.5) })
            #expect(error < 1, "\(width) × \(height), \(preset): \(error) px")
        }
    }

    @Test func refusesWhatIsTooSmall() {
        let size = PixelSize(width: 15, height: 200)
        #expect(throws: FilmError.frameTooSmall(film: nil, size: size, least: 16)) {
            try OpticalFlow(size: size, preset: .fast, threads: pool)
        }
    }

    @Test func nothingMovesInAStill() throws {
        let film = SyntheticFilm(100, 80)
        for preset in FlowPreset.allCases {
            let error = try error(film, preset, moved: { ($0, $1) }, seen: { ($0, $1) })
            #expect(error < 1e-3, "\(preset): \(error) px")
        }
    }

    /// Flat frames say nothing of movement; NaN is not to be believed, but ends nothing.
    @Test(arguments: [Float(0), 128, .nan])
    func survivesFramesWithoutContent(grey: Float) throws {
        let size = PixelSize(width: 70, height: 50)
        for preset in FlowPreset.allCases {
            let flow = try OpticalFlow(size: size, preset: preset, threads: pool)
            let frame = flow.frame()
            frame.fill([Float](repeating: grey, count: size.area))
            let field = flow.compute(from: frame, to: frame)
            if !grey.isNaN { #expect(field.endPointError(to: FlowField(still: size)) < 1e-3) }
        }
    }

    @Test func lightMayChange() throws {
        let film = SyntheticFilm(320, 240, seed: 4)
        let flow = try OpticalFlow(size: film.size, preset: .fast, threads: pool)
        let (here, there) = (flow.frame(), flow.frame())
        here.fill(film.frame())
        there.fill(film.frame { ($0 - 4, $1 + 3) }.map { $0 * 0.9 + 20 })
        let error = flow.compute(from: here, to: there).endPointError(to: film.flow { ($0 + 4, $1 - 3) })
        #expect(error < 0.6, "\(error) px")
    }

    /// Grain of σ 6, another in each frame.
    @Test func grainMayBeInBoth() throws {
        let film = SyntheticFilm(320, 240, seed: 9)
        var generator = SeededGenerator(seed: 10)
        func grainy(_ grey: [Float]) -> [Float] {
            // Twelve uniform numbers have σ 1.
            grey.map { $0 + 6 * (0..<12).reduce(0) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &generator) } }
        }
        for preset in FlowPreset.allCases {
            let flow = try OpticalFlow(size: film.size, preset: preset, threads: pool)
            let (here, there) = (flow.frame(), flow.frame())
            here.fill(grainy(film.frame()))
            there.fill(grainy(film.frame { ($0 - 4, $1 + 3) }))
            let error = flow.compute(from: here, to: there).endPointError(to: film.flow { ($0 + 4, $1 - 3) })
            #expect(error < (preset == .ultrafast ? 0.7 : 0.5), "\(preset): \(error) px")
        }
    }

    /// Large enough that every loop is shared out.
    @Test func isTheSameForAnyNumberOfThreads() throws {
        let film = SyntheticFilm(1601, 1203, seed: 5)
        let (before, after) = (film.frame(), film.frame { ($0 - 5, $1 + 2) })
        for preset in FlowPreset.allCases {
            let flows = try [1, 2, 5].map { threads in
                let flow = try OpticalFlow(size: film.size, preset: preset, threads: ThreadPool(threads: threads))
                let (here, there) = (flow.frame(), flow.frame())
                here.fill(before)
                there.fill(after)
                return flow.compute(from: here, to: there)
            }
            #expect(flows[0] == flows[1] && flows[0] == flows[2], "\(preset)")
        }
    }

    /// A field, a frame and all memory that were used before leave no trace.
    @Test func memoryIsUsedAgain() throws {
        let film = SyntheticFilm(203, 151, seed: 6)
        let (first, second, third) = (film.frame(), film.frame { ($0 + 3, $1) }, film.frame { ($0 - 2, $1 + 4) })
        let flow = try OpticalFlow(size: film.size, preset: .fast, threads: pool)
        let (here, there) = (flow.frame(), flow.frame())
        here.fill(first)
        there.fill(second)
        let once = flow.compute(from: here, to: there)
        var field = flow.compute(from: there, to: here)
        here.fill(third)
        flow.compute(from: here, to: there, into: &field)
        here.fill(first)
        flow.compute(from: here, to: there, into: &field)
        #expect(field == once)
    }

    /// A jump farther than the pyramid reaches is found if the frame before made it too.
    @Test func thePreviousFlowIsACandidate() throws {
        let film = SyntheticFilm(160, 120, seed: 7)
        let moved: (Double, Double) -> (Double, Double) = { ($0 + 47, $1) }
        let seen: (Double, Double) -> (Double, Double) = { ($0 - 47, $1) }
        let without = try error(film, .fast, moved: moved, seen: seen)
        let with = try error(film, .fast, moved: moved, seen: seen, previous: film.flow(moved))
        #expect(with < without / 2, "\(with) px with it, \(without) px without")
    }

    @Test func bothWaysAreTheTwoFlows() throws {
        let film = SyntheticFilm(150, 100, seed: 8)
        let (before, now) = (film.frame(), film.frame { ($0 - 3, $1 + 1) })
        let both = try TwoWayFlow(size: film.size, preset: .medium, threads: pool)
        let one = try OpticalFlow(size: film.size, preset: .medium, threads: pool)
        let (earlier, later) = (both.frame(), both.frame())
        earlier.fill(before)
        later.fill(now)
        let pair = both.compute(later: later, earlier: earlier)
        #expect(pair.backward == one.compute(from: later, to: earlier))
        #expect(pair.forward == one.compute(from: earlier, to: later))
        let next = both.compute(later: later, earlier: earlier, previous: pair)
        #expect(next.backward == one.compute(from: later, to: earlier, previous: pair.backward))
        #expect(next.forward == one.compute(from: earlier, to: later, previous: pair.forward))
    }
}
