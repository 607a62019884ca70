import Testing
import Wire

@Suite struct OutputNamesTests {
    /// A slash with a combining mark behind it is a slash: nothing is written into another folder.
    @Test func onlyTheLastPartOfAPathNamesAnOutput() {
        var names = OutputNames()
        for input in ["/a/b.jpg", "a/\u{301}b.jpg"] {
            let name = names.next(for: input, suffix: "faces", fileExtension: "png")
            #expect(!name.utf8.contains(UInt8(ascii: "/")) && name.hasSuffix("b.faces.png"), "\(name)")
        }
        #expect(LearningPerson.name(of: "learn/gate/ada/\u{301}b.jpg", model: "gate") == "ada")
    }
}
