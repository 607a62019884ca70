import Testing

@testable import Faces

struct PersonNameTests {
    @Test(arguments: ["ada", "Ada Lovelace", "李雷", "👩‍🚀", "O'Brien-Smith, Jr."])
    func ordinaryNames(name: String) throws { #expect(try PersonName(name).text == name) }

    @Test(arguments: ["", " ada", "ada\n", ".hidden", "a/b", "a\u{0}b", "a\u{7f}", "ev\u{202E}il", "Ada\u{200B}", String(repeating: "é", count: 65)])
    func namesThatNoFolderCanHave(name: String) {
        #expect(throws: FaceError.self) { try PersonName(name) }
    }

    @Test func oneNameHoweverItIsTyped() throws {
        let decomposed = try PersonName("Ame\u{301}lie")
        #expect(try decomposed == PersonName("Am\u{e9}lie"))
        #expect(Array(decomposed.text.unicodeScalars).count == 6)
    }

    @Test func spellingDistances() {
        #expect(SpellingDistance.distance(Array("kitten"), Array("sitting")) == 3)
        #expect(SpellingDistance.distance([], Array("abc")) == 3)
        #expect(SpellingDistance.nearest(to: "bidne", among: ["obama", "biden"]) == "biden")
        #expect(SpellingDistance.nearest(to: "x", among: []) == nil)
    }
}
