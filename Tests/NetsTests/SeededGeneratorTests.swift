import Testing

@testable import Nets

@Suite struct SeededGeneratorTests {
    @Test func theSameSeedGivesTheSameNumbers() {
        var (a, b, c) = (SeededGenerator(seed: 5), SeededGenerator(seed: 5), SeededGenerator(seed: 6))
        let numbers = (0..<10).map { _ in a.next() }
        #expect(numbers == (0..<10).map { _ in b.next() })
        #expect(numbers != (0..<10).map { _ in c.next() })
    }

    /// xoshiro256** from SplitMix64's expansion of seed 0, computed apart from this code from the published algorithms.
    @Test func theNumbersAreThoseOfTheAuthors() {
        var generator = SeededGenerator(seed: 0)
        #expect((0..<3).map { _ in generator.next() } == Self.reference)
    }

    static let reference: [UInt64] = [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0]

    @Test func noiseIsNormal() {
        var generator = SeededGenerator(seed: 1)
        let noise = Tensor([100_000])
        generator.fill(noise, mean: 2, deviation: 3)
        let mean = noise.values.reduce(0) { $0 + Double($1) } / 1e5
        let variance = noise.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 1e5
        let fourth =
            noise.values.reduce(0) {
                $0 + ((Double($1) - mean) * (Double($1) - mean)) * ((Double($1) - mean) * (Double($1) - mean))
            } / 1e5
        #expect(abs(mean - 2) < 0.05)
        #expect(abs(variance - 9) < 0.2)
        #expect(abs(fourth / variance / variance - 3) < 0.1)
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.uniform()) })
    }
}
