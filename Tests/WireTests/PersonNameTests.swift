import Testing

@testable import Wire

struct PersonNameTests {
    @Test(arguments: ["ada", "Ada Lovelace", "李雷", "👩‍🚀", "O'Brien-Smith, Jr."])
    func ordinaryNames(name: String) throws { #expect(try PersonName(name).text == name) }

    @Test(arguments: [
        "", " ada", "ada\n", ".hidden", "a/b", "a\u{0}b", "a\u{7f}", "ev\u{202E}il", "Ada\u{200B}",
        String(repeating: "é", count: 65),
    ])
    func namesThatNoFolderCanHave(name: String) {
        #expect(throws: ReportError.self) { try PersonName(name) }
    }

    @Test func oneNameHoweverItIsTyped() throws {
        let decomposed = try PersonName("Ame\u{301}lie")
        #expect(try decomposed == PersonName("Am\u{e9}lie"))
        #expect(Array(decomposed.text.unicodeScalars).count == 6)
    }
}
