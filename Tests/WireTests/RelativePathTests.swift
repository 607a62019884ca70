import Testing

@testable import Wire

@Suite struct RelativePathTests {
    @Test(arguments: [
        ("a.jpg", "a.jpg"), ("./a//b/./c", "a/b/c"), ("..a", "..a"), ("a../b", "a../b"), ("é/🙂", "é/🙂"), ("a/", "a"),
    ])
    func normalises(text: String, path: String) throws {
        #expect(try RelativePath(text).description == path)
    }

    @Test(arguments: [
        ("", RelativePath.Violation.empty), (".", .empty), ("./", .empty), ("/", .absolute), ("//a", .absolute),
        ("..", .parent), ("a/..", .parent), ("a/../../b", .parent), ("\u{0}", .nul), ("a\u{0}/../b", .nul),
        (String(repeating: "x", count: 256), .tooLong(bytes: 256)),
    ])
    func refuses(text: String, violation: RelativePath.Violation) {
        #expect(throws: violation) { try RelativePath(text) }
    }

    @Test func standsBelowItsFolder() throws {
        #expect(try RelativePath("b.jpg").below(folder: "identify/x") == "identify/x/b.jpg")
        #expect(try RelativePath("b.jpg").below(folder: "") == "b.jpg")
    }

    /// Swift compares text by canonical equivalence; a slash followed by a combining mark is still a separator here.
    @Test func separatesByBytes() throws {
        #expect(throws: RelativePath.Violation.parent) { try RelativePath("a/../\u{301}b") }
        #expect(throws: RelativePath.Violation.absolute) { try RelativePath("/\u{301}etc") }
    }
}
