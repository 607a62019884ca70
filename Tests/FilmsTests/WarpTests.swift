import Films
import Nets
import Pictures
import Testing

@Suite struct WarpTests {
    private let film = SyntheticFilm(61, 47, seed: 3)

    @Test func wholePixelsAreFetched() {
        let picture = Planes(size: film.size, count: 1, values: film.frame())
        let warp = Warp(film.flow { ($0 + 3, $1 - 2) })
        let moved = warp(picture)
        for y in 2..<47 {
            for x in 0..<58 {
                #expect(moved.values[y * 61 + x] == picture.values[(y - 2) * 61 + x + 3])
            }
        }
    }

    /// A picture that is linear in x and y is interpolated exactly.
    @Test func betweenPixelsItIsLinear() {
        let values: [Float] = (0..<film.size.area).map { pixel in
            let (x, y) = (pixel % 61, pixel / 61)
            return Float(2 * x + 3 * y)
        }
        let negated = values.map { -$0 }
        let picture = Planes(size: film.size, count: 3, values: values + negated + values)
        let moved = Warp(film.flow { ($0 + 0.25, $1 + 0.5) })(picture)
        for y in 0..<46 {
            for x in 0..<60 {
                let expected = 2 * (Float(x) + 0.25) + 3 * (Float(y) + 0.5)
                #expect(abs(moved.values[y * 61 + x] - expected) < 1e-4)
                #expect(abs(moved.values[film.size.area + y * 61 + x] + expected) < 1e-4)
            }
        }
    }

    /// Moved by a third of a pixel three times, a picture is itself again, but for what each move blurs.
    @Test func theCubicStaysSharp() {
        let picture = Planes(size: film.size, count: 1, values: film.frame().map { $0 / 255 })
        let warp = Warp(film.flow { ($0 + 1 / 3.0, $1) })
        func error(_ move: (Planes) -> Planes) -> Float {
            let moved = (0..<3).reduce(picture) { picture, _ in move(picture) }
            var sum: Float = 0
            for y in 0..<47 {
                for x in 4..<55 {
                    let difference = moved.values[y * 61 + x] - picture.values[y * 61 + x + 1]
                    sum += difference * difference
                }
            }
            return sum
        }
        #expect(error(warp.sharp) < 0.2 * error { warp($0) })
        let whole = Warp(film.flow { ($0 + 3, $1 - 2) })
        let (sharp, plain) = (whole.sharp(picture), whole(picture))
        for index in sharp.values.indices { #expect(abs(sharp.values[index] - plain.values[index]) < 1e-5) }
        let still = Warp(FlowField(still: film.size)).sharp(Planes(size: film.size, count: 3, filledWith: 2))
        #expect(still.values.allSatisfy { $0 == 1 }, "held to 0...1")
    }

    @Test func outsideShowsTheEdge() {
        let picture = Planes(size: film.size, count: 1, values: film.frame())
        let flow = film.flow { ($0 - 100, $1) }
        let edge = Warp(flow)(picture)
        #expect((0..<47).allSatisfy { edge.values[$0 * 61 + 30] == picture.values[$0 * 61] })
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 1e30])
    func whatIsNoPlaceShowsTheEdge(value: Float) {
        let wild = [Float](repeating: value, count: film.size.area)
        let warp = Warp(FlowField(size: film.size, u: wild, v: wild))
        #expect(warp(Planes(size: film.size, count: 1, filledWith: 1)).values.allSatisfy { $0 == 1 })
    }

    @Test func planesAndPixelsAreTheSamePicture() {
        let interleaved = SeededGenerator.values(3 * film.size.area, seed: 5)
        let planes = Planes(size: film.size, count: 3, interleaved: interleaved)
        #expect(planes.interleaved == interleaved)
        #expect(planes.values[film.size.area] == interleaved[1])
    }
}
