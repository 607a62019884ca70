import Testing

@testable import Pictures

@Suite struct TransparencyTests {
    private let red: [UInt8] = [200, 20, 30]

    /// A disc of one colour on a transparent ground of another.
    private func disc(_ side: Int, ground: [UInt8]) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let (dx, dy) = (2 * x - side, 2 * y - side)
                let inside = dx * dx + dy * dy <= side * side / 4
                pixels += inside ? red + [255] : ground + [0]
            }
        }
        return Picture(width: side, height: side, channels: .rgba, pixels: pixels)
    }

    @Test(arguments: [1, 2, 3, 16, 37, 64])
    func `a transparent ground takes the colours of what stands on it`(side: Int) {
        for ground: [UInt8] in [[255, 255, 255], [0, 0, 0], [0, 255, 0]] {
            let continued = disc(side, ground: ground).continuedColours()
            #expect(continued.channels == .rgb && continued.size == PixelSize(width: side, height: side))
            guard side > 1 else { continue }
            for index in 0..<continued.size.area {
                #expect(continued.pixels[index * 3..<index * 3 + 3].elementsEqual(red), "pixel \(index)")
            }
        }
    }

    @Test func `opaque pixels stay, and the ground between two colours fades from one to the other`() {
        let width = 64
        var pixels: [UInt8] = []
        for _ in 0..<8 {
            for x in 0..<width {
                pixels += x < 8 ? [250, 0, 0, 255] : x >= width - 8 ? [0, 0, 250, 255] : [0, 255, 0, 0]
            }
        }
        let continued = Picture(width: width, height: 8, channels: .rgba, pixels: pixels).continuedColours()
        for x in 0..<8 { #expect(continued[x: x, y: 3].elementsEqual([250, 0, 0])) }
        for x in width - 8..<width { #expect(continued[x: x, y: 3].elementsEqual([0, 0, 250])) }
        #expect(continued[x: 12, y: 3].first ?? 0 > 150 && continued[x: 52, y: 3].last ?? 0 > 150)
        #expect(
            (0..<width).allSatisfy { continued[x: $0, y: 3].dropFirst().first == 0 }, "the ground's green is nowhere")
    }

    @Test func `a faint edge keeps its own colour as far as it can be told`() {
        let picture = Picture(
            width: 3, height: 1, channels: .rgba, pixels: [10, 20, 30, 255, 100, 110, 120, 64, 0, 0, 0, 0])
        let continued = picture.continuedColours()
        #expect(continued[x: 0, y: 0].elementsEqual([10, 20, 30]))
        #expect(continued[x: 1, y: 0].elementsEqual([100, 110, 120]))
        #expect(continued[x: 2, y: 0].first ?? 0 > 10)
    }

    @Test func `nothing at all is white, and a picture without alpha stays`() {
        let clear = Picture(width: 5, height: 4, channels: .rgba, pixels: [UInt8](repeating: 0, count: 80))
        #expect(clear.continuedColours() == Picture(width: 5, height: 4, filledWith: .white))
        let plain = noise(7, 5, seed: 3)
        #expect(plain.continuedColours() == plain)
    }
}
