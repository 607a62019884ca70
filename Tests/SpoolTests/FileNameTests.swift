import Testing

@testable import Spool

@Suite struct FileNameTests {
    @Test func namesThatAreNoUTF8SurviveAsText() {
        let name = FileName(bytes: [0x63, 0xE9, 0x2E, 0x6A, 0x70, 0x67])
        #expect(name.portable == "c%E9.jpg")
        #expect(name.text == nil)
        #expect(FileName("ça 🙂.jpg").portable == "ça 🙂.jpg")
        #expect(FileName(bytes: Array("ç".utf8) + [0xFF]).portable == "ç%FF")
    }

    @Test func pathsComeBackAsTheyWere() throws {
        let path = InboxPath([FileName("enroll"), FileName(bytes: [0xFF, 0xFE]), FileName("a b.jpg")])
        #expect(InboxPath(bytes: path.bytes) == path)
        for bad in ["", "/a", "a//b", "a/", "../a", "a/./b"] { #expect(InboxPath(bad) == nil, "\(bad)") }
    }

    @Test func percentEncodingKeepsEveryByte() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(PercentEncoding.decode(PercentEncoding.encode(bytes)) == bytes)
        #expect(PercentEncoding.decode("a%2") == Array("a%2".utf8))
        #expect(PercentEncoding.decode("%+5%-5") == Array("%+5%-5".utf8))
        #expect(PercentEncoding.parameters("a=1&b=%26&c").map(\.value) == [[0x31], [0x26], []])
    }
}
