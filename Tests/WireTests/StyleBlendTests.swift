import Testing
import Wire

struct StyleBlendTests {
    private let styles = ["dots", "wash", "woodcut"].map { StyleChoice(source: .name($0)) }

    private func shares(_ place: Double, of styles: [StyleChoice]) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: StyleChoice.mixed(styles, at: place).map { ($0.source.text, $0.weight) })
    }

    @Test func sharesChangeEvenlyFromOneStyleToTheNext() {
        #expect(shares(0, of: styles) == ["dots": 1])
        #expect(shares(0.125, of: styles) == ["dots": 0.75, "wash": 0.25])
        #expect(shares(0.5, of: styles) == ["wash": 1])
        #expect(shares(0.75, of: styles) == ["wash": 0.5, "woodcut": 0.5])
        #expect(shares(1, of: styles) == ["woodcut": 1])
        #expect(shares(0.3, of: Array(styles.prefix(1))) == ["dots": 1])
        let weighed = [StyleChoice(source: .name("dots"), weight: 4), StyleChoice(source: .name("wash"), weight: 2)]
        #expect(shares(0.25, of: weighed) == ["dots": 3, "wash": 0.5])
    }

    /// Names in the order of the way.
    @Test func stepsReachFromEndToEnd() {
        let steps = BlendStep.all(of: 11)
        #expect(steps.map(\.place) == (0...10).map { Double($0) / 10 })
        #expect(steps.map(\.suffix) == steps.map(\.suffix).sorted() && steps[9].suffix == "blend-10")
        #expect(steps[0].suffix == "blend-01")
        #expect(BlendStep.all(of: nil).map(\.suffix) == ["stylized"])
    }
}
