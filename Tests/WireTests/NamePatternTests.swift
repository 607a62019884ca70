import Testing

@testable import Wire

@Suite struct NamePatternTests {
    @Test(
        arguments: [
            ("*.png", "a.PNG", true), ("frame-??.png", "frame-07.png", true), ("frame-??.png", "frame-7.png", false),
            ("a*b*c", "aXbYc", true), ("a*b*c", "ac", false), ("*", "", true), ("ab*ba", "aba", false),
        ])
    func matches(_ pattern: String, _ name: String, _ isMatch: Bool) {
        #expect(NamePattern(pattern).matches(Array(name.utf8)) == isMatch)
    }

    @Test func isMeantByTheLastPartOfAPath() {
        for path in ["*.png", "frames/a-?*.png", "x/*"] { #expect(NamePattern.isMeant(by: path)) }
        for path in ["a.png", "what?.png", "*/a.png", "", "a/"] { #expect(!NamePattern.isMeant(by: path)) }
    }

    @Test func numbersGoByTheirValue() {
        let names = [
            "a", "frame-2.png", "frame-09.png", "frame-9.png", "frame-10.png", "frame-010b.png",
            "frame-99999999999999999999.png", "g",
        ]
        let shuffled = names.indices.map { names[($0 * 5 + 3) % names.count] }
        let sorted = shuffled.sorted { NamePattern.precedes(Array($0.utf8), Array($1.utf8)) }
        #expect(sorted == names)
        for name in names { #expect(!NamePattern.precedes(Array(name.utf8), Array(name.utf8))) }
    }
}
