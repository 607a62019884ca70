import Testing

@testable import Faces

struct GoldenChipTests {
    @Test func itIsTheScriptsFirstDrawnChip() throws {
        let golden = try #require(try Golden.load().drawnChips.first { $0.variant == 0 })
        #expect(GoldenChip.template == golden.embedding)
        // Row 1, column 2: x(7 + 3c) + y(11 - 2c) + ((xy) >> (2 + c)) * 5 + 40c.
        let start = 3 * (FaceChip.side + 2)
        #expect(Array(GoldenChip.chip.pixels[start..<start + 3]) == [25, 69, 113])
    }

    @Test func sfaceGivesItsTemplate() throws {
        #expect(GoldenChip.cosine(with: try FaceNetworks().embedder()) >= GoldenChip.leastCosine)
    }
}
