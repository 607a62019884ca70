import Testing

@testable import Wire

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("flaw", "lawn", 2),
        ("same", "same", 0), ("ca", "abc", 3),
    ])
    func countsEdits(left: String, right: String, edits: Int) {
        #expect(NearestName.distance(left, right) == edits)
        #expect(NearestName.distance(right, left) == edits)
    }

    @Test func findsSlipsOnly() {
        let known = ["person", "priority", "options", "top"]
        #expect(NearestName.of("Persn", among: known) == "person")
        #expect(NearestName.of("prioirty", among: known) == "priority")
        #expect(NearestName.of("tpo", among: known) == "top")
        #expect(NearestName.of("banana", among: known) == nil)
        #expect(NearestName.of("", among: known) == nil)
    }

    @Test func boundsTheCost() {
        let long = String(repeating: "x", count: 1_000_000)
        #expect(NearestName.distance(long, long + "y") == 0)
    }

    /// What a file with a thousand long keys that are no settings asks for, a hundred times; it took minutes.
    @Test(.timeLimit(.minutes(1))) func whatIsNearNothingIsFoundOutAtOnce() {
        let known = SettingsCatalogue.keys.map(\.name)
        for name in [String(repeating: "workers.count", count: 15), "k"] {
            for number in 0..<100_000 { #expect(NearestName.of(name + String(number), among: known) == nil) }
        }
    }
}
