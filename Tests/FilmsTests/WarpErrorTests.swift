import Films
import Foundation
import Nets
import Pictures
import Testing

@Suite struct WarpErrorTests {
    private let pool = ThreadPool()
    private let film = SyntheticFilm(160, 120, seed: 11)

    private func planes(_ grey: [Float]) -> Planes {
        let plane = grey.map { $0 / 255 }
        return Planes(size: film.size, count: 3, values: plane + plane + plane)
    }

    private func noise(_ planes: Planes, seed: UInt64, _ size: Float) -> Planes {
        var generator = SeededGenerator(seed: seed)
        return Planes(
            size: planes.size, count: planes.count,
            values: planes.values.map { $0 + (Bool.random(using: &generator) ? size : -size) })
    }

    /// By hand: frames that differ by 0.1 everywhere, and a flow that takes half of them outside.
    @Test func isTheMeanSquareOfWhatIsCompared() {
        let still = Planes(size: film.size, count: 3, filledWith: 0.5)
        let brighter = Planes(size: film.size, count: 3, filledWith: 0.6)
        let flows = FlowPair(backward: film.flow { ($0 - 80, $1) }, forward: film.flow { ($0 + 80, $1) })
        let error = WarpError(flows, threads: pool)
        #expect(error.mask.reduce(0, +) == Float(80 * 120))
        #expect(abs(error.between(earlier: still, later: brighter) - 0.01) < 1e-7)
        #expect(error.between(earlier: still, later: still) == 0)
    }

    @Test func nothingComparedIsNoError() {
        let flows = FlowPair(backward: film.flow { ($0, $1 + 500) }, forward: film.flow { ($0, $1 + 500) })
        let error = WarpError(flows, threads: pool)
        let frame = planes(film.frame())
        #expect(error.between(earlier: frame, later: Planes(size: film.size, count: 3)) == 0)
    }

    /// Noise of ±0.1 that is drawn anew for each frame: E is 0.02 and a little less, as warping smooths one of the two.
    @Test(arguments: [1, 4])
    func aMeterTellsNoiseFromMovement(distance: Int) throws {
        let meter = try SteadinessMeter(size: film.size, distance: distance, preset: .fast, threads: pool)
        for index in 0..<8 {
            let shift = 1.5 * Double(index)
            let frame = planes(film.frame { ($0 - shift, $1 + shift / 2) })
            meter.add(source: frame, painted: [noise(frame, seed: UInt64(index), 0.1)])
            #expect((meter.result == nil) == (index < distance))
        }
        let result = try #require(meter.result)
        #expect(result.pairs == 8 - distance)
        #expect(result.source < 5e-4, "\(result.source)")
        let painted = result.painted[0]
        #expect(painted > 0.01 && painted < 0.0205 + result.source, "\(painted)")
    }

    /// Each as it is measured alone.
    @Test func aMeterMeasuresSeveralPaintingsAtOnce() throws {
        func meter(_ paintings: Int) throws -> SteadinessMeter {
            try SteadinessMeter(size: film.size, distance: 1, paintings: paintings, preset: .fast, threads: pool)
        }
        let both = try meter(2)
        let alone = try [meter(1), meter(1)]
        for index in 0..<3 {
            let shift = Double(index)
            let frame = planes(film.frame { ($0 - shift, $1) })
            let painted = [Float(0.05), 0.2].map { noise(frame, seed: UInt64(index), $0) }
            both.add(source: frame, painted: painted)
            for (meter, painted) in zip(alone, painted) { meter.add(source: frame, painted: [painted]) }
        }
        let result = try #require(both.result)
        #expect(result.painted == alone.compactMap { $0.result?.painted[0] })
        #expect(result.painted[0] < 0.1 * result.painted[1])
    }

    @Test func pairsAcrossACutDoNotCount() throws {
        let meter = try SteadinessMeter(size: film.size, distance: 1, preset: .fast, threads: pool)
        let other = SyntheticFilm(160, 120, seed: 77)
        for frame in [film.frame(), film.frame { ($0 + 1, $1) }, other.frame(), other.frame { ($0, $1 + 1) }] {
            meter.add(source: planes(frame), painted: [planes(frame)])
        }
        #expect(meter.result?.pairs == 2)
    }
}
