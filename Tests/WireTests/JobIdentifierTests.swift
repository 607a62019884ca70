import Foundation
import Testing

@testable import Wire

@Suite struct JobIdentifierTests {
    private let time = Date(timeIntervalSince1970: 1_773_500_966)  // 2026-03-14T15:09:26Z

    @Test func readsAsTimeSaltAndStem() {
        let id = JobIdentifier(time: time, salt: 0x0F3A, name: "Wedding.JPG")
        #expect(id.text == "20260314T150926Z-0f3a-Wedding")
        #expect(JobIdentifier(id.text) == id)
    }

    @Test func sortsByTime() {
        let times = [-62_000_000_000, -1, 0, 1, 59, 60, 86_399, 86_400, 1_773_500_966, 4_102_444_800.0]
        let later = times.filter { $0 >= 0 }.map { Date(timeIntervalSince1970: $0) }
        let ids = later.enumerated().map { JobIdentifier(time: $1, salt: UInt16(0xFFFF - $0), name: "a\(9 - $0).png") }
        #expect(ids == ids.sorted())
    }

    @Test(arguments: [
        ("a b  c.jpg", "a-b-c"), ("été.png", "t"), ("🙂.jpg", "picture"), ("party 🎉 2026.jpeg", "party-2026"),
        ("", "picture"), ("...", "picture"), (".hidden", "hidden"), ("-rf.jpg", "rf"), ("a.tar.gz", "a.tar"),
        ("../../etc/passwd", "picture"), ("a/b.jpg", "a-b"), ("x\u{0}y.png", "x-y"), ("_.png", "_"),
        ("日本語.png", "picture"),
        ("a/../b.jpg", "a-..-b"), ("nul\nline.png", "nul-line"),
    ])
    func sanitisesNames(name: String, stem: String) {
        let id = JobIdentifier(time: time, salt: 1, name: name)
        #expect(id.text == "20260314T150926Z-0001-\(stem)")
        #expect(JobIdentifier(id.text) == id, "its own reader refuses \(id.text)")
    }

    @Test func takesBytesThatAreNoText() {
        let id = JobIdentifier(time: time, salt: 2, name: [0xFF, 0x66, 0x6F, 0xC3, 0x28, 0x6F, 0x2E, 0x6A, 0x70, 0x67])
        #expect(id.text == "20260314T150926Z-0002-fo-o")
    }

    @Test func cutsLongNames() {
        let id = JobIdentifier(time: time, salt: 3, name: String(repeating: "abcdefg-", count: 200) + ".png")
        #expect(id.text.utf8.count <= 22 + JobIdentifier.stemLimit)
        #expect(JobIdentifier(id.text) == id)
    }

    /// Whatever the bytes, the name is one safe path component that reads back.
    @Test func everyNameIsSafe() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let id = JobIdentifier(time: time, salt: .random(in: 0...UInt16.max, using: &generator), name: bytes)
            #expect(JobIdentifier(id.text) == id, "from \(bytes)")
            #expect(!id.text.contains("/") && !id.text.hasPrefix(".") && !id.text.hasSuffix("."), "from \(bytes)")
        }
    }

    @Test(arguments: [
        "", "x", "20260314T150926Z-0f3a-", "20260314T150926Z-0F3A-a", "20260314T150926Z-0f3a-a/b",
        "20260314T150926Z-0f3a-..", "20260314T15092Z-0f3a-aa", "20260314t150926Z-0f3a-a", "20260314T150926Z-0f3a-é",
        "../../../../../../etc/passwd", "20260314T150926Z-0f3a-a\u{0}", "2026O314T150926Z-0f3a-a",
        "20260314T150926Z-0f3a-" + String(repeating: "a", count: 65),
    ])
    func refusesOtherTexts(text: String) {
        #expect(JobIdentifier(text) == nil)
    }

    @Test func isAPlainStringInJSON() throws {
        let id = JobIdentifier(time: time, salt: 4, name: "a.png")
        #expect(String(decoding: try WireJSON.encode([id]), as: UTF8.self) == "[\"\(id)\"]")
        #expect(throws: DecodingError.self) { try WireJSON.decode([JobIdentifier].self, from: Data("[\"../x\"]".utf8)) }
    }
}
