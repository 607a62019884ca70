import Testing

@testable import Wire

@Suite struct NameRuleTests {
    @Test(arguments: ["ada", "Ada Lovelace", "Åsa", "李白", "O'Neil-2", "a.b", String(repeating: "x", count: 128)])
    func accepts(name: String) {
        #expect(NameRule.violation(in: name) == nil)
    }

    /// What is asked for by its name on the command line, where `=` and a picture's ending mean something else.
    @Test(
        arguments: [
            ("wave", nil), ("v1.2", nil), ("a.b", nil), (".x", .hidden), ("a=b", .equals), ("fns=2", .equals),
            ("a.jpg", .pictureEnding("jpg")), ("a.TIFF", .pictureEnding("TIFF")), ("jpg", nil),
        ] as [(String, NameRule.Violation?)])
    func aNewStyleIsNamedSoThatItCanBeAskedFor(name: String, violation: NameRule.Violation?) {
        #expect(NameRule.violation(inNewStyle: name) == violation)
    }

    @Test(arguments: [
        ("", NameRule.Violation.empty), ("a/b", .separator), ("/", .separator), (".git", .hidden), ("..", .hidden),
        ("a\nb", .unprintable), ("a\u{0}", .unprintable), ("\u{7F}", .unprintable), ("\u{85}x", .unprintable),
        ("ev\u{202E}il", .unprintable), ("a\u{2028}b", .unprintable), ("Ada\u{200B}", .unprintable), (" a", .edgeSpace),
        ("a ", .edgeSpace), (String(repeating: "é", count: 65), .tooLong(bytes: 130)),
    ])
    func refuses(name: String, violation: NameRule.Violation) {
        #expect(NameRule.violation(in: name) == violation)
    }
}
