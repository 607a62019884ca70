import Pictures
import Testing

@testable import Films

@Suite struct PlanesToneTests {
    private let size = PixelSize(width: 64, height: 48)

    /// Planes whose values follow from plane and column.
    private func planes(_ value: (Int, Int) -> Float) -> Planes {
        let area = size.area
        return Planes(
            size: size, count: 3, values: (0..<3 * area).map { value($0 / area, $0 % area % size.width) })
    }

    /// A network's answer that is 0.2 redder and 0.1 less blue than the painting, which is known on the left.
    @Test func whatIsNewTakesTheToneOfWhatIsKnownBesideIt() {
        let shift: [Float] = [0.2, 0, -0.1]
        let painting = planes { plane, column in 0.3 + 0.1 * Float(plane) + 0.05 * Float(column % 2) }
        let fresh = planes { plane, column in 0.3 + 0.1 * Float(plane) + 0.05 * Float(column % 2) + shift[plane] }
        let open = (0..<size.area).map { $0 % size.width < 40 ? Float(0) : 1 }
        var start = planes { plane, column in
            0.3 + 0.1 * Float(plane) + 0.05 * Float(column % 2) + (column < 40 ? 0 : shift[plane])
        }
        start.tone(from: fresh, where: open)
        for (found, expected) in zip(start.values, painting.values) { #expect(abs(found - expected) < 1e-4) }
    }

    /// Of a mixture of halves, the half that is the network's.
    @Test func ofAMixtureAsMuchAsIsNew() {
        let fresh = planes { _, _ in 0.8 }
        var start = planes { _, _ in 0.6 }
        start.tone(from: fresh, where: [Float](repeating: 0.5, count: size.area))
        // The painting is 0.4.
        for value in start.values { #expect(abs(value - 0.4) < 1e-4) }
    }

    @Test func whereNothingIsKnownItStays() {
        let fresh = planes { plane, column in Float(plane + column % 7) / 10 }
        var start = fresh
        start.tone(from: fresh, where: [Float](repeating: 1, count: size.area))
        #expect(start == fresh)
    }
}
