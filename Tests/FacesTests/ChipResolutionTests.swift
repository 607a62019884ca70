import Pictures
import Testing

@testable import Faces

struct ChipResolutionTests {
    private func chip(_ value: (Int, Int) -> UInt8) -> FaceChip {
        FaceChip(
            pixels: (0..<FaceChip.side * FaceChip.side).flatMap { index -> [UInt8] in
                let shade = value(index % FaceChip.side, index / FaceChip.side)
                return [shade, 255 - shade, 7]
            })
    }

    @Test(arguments: [8, 15, 16, 50, 111, 112]) func oneColourStays(side: Int) {
        let plain = chip { _, _ in 90 }
        #expect(plain.reduced(to: side) == plain)
    }

    /// Stripes of one pixel become their mean where seven lie in a pixel of the reduced chip, less one half stripe.
    @Test func finePatternsAreLostAndLeftAndRightAreNot() {
        let stripes = chip { x, _ in x.isMultiple(of: 2) ? 0 : 200 }
        let reduced = stripes.reduced(to: 16)
        let reds = stride(from: 0, to: reduced.pixels.count, by: 3).map { reduced.pixels[$0] }
        #expect(reds.allSatisfy { (84...116).contains($0) })
        let halves = chip { x, _ in x < FaceChip.side / 2 ? 0 : 200 }.reduced(to: 8)
        #expect(halves.pixels[0] == 0 && halves.pixels[3 * (FaceChip.side - 1)] == 200)
        #expect(halves != halves.mirrored)
    }

    @Test func itReadsOnlyWhatIsLeft() throws {
        let reader = try FaceNetworks().reader()
        let portrait = try Samples.photograph("obama.jpg")
        func template(_ side: Int?) throws -> [Float] {
            reader.resolution = side
            return try reader.readOne(portrait, choosing: .prominent, minimumScore: 0.6).template.features
        }
        let whole = try template(nil)
        let cosines = try [112, 48, 12].map { side in zip(whole, try template(side)).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(abs(cosines[0] - 1) < 1e-5 && cosines[1] < cosines[0] && cosines[2] < cosines[1], "\(cosines)")
    }
}
