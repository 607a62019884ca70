import Testing

@testable import Parsing

@Suite struct JSONParserTests {
    @Test func keepsPlacesAndOrder() throws {
        let root = try JSONParser.parse("{\n  \"b\": 1,\n  \"a\": [true, null]\n}".utf8)
        #expect(root.members?.map(\.key) == ["b", "a"])
        #expect(root.members?[1].keyPlace == JSONNode.Place(line: 3, column: 3))
        #expect(root["a"]?.elements?[1].place == JSONNode.Place(line: 3, column: 15))
    }

    @Test(arguments: [
        (#""a\u00e9\n\"\\\/""#, "aé\n\"\\/"), (#""\ud83d\ude42""#, "🙂"), (#""\u0000""#, "\u{0}"), ("\"é🙂\"", "é🙂"),
    ])
    func readsStrings(text: String, value: String) throws {
        #expect(try JSONParser.parse(text.utf8).string == value)
    }

    @Test(arguments: [("0", 0), ("-0.5e1", -5), ("1E+2", 100), ("123456789", 123_456_789), ("2.5", 2.5)])
    func readsNumbers(text: String, value: Double) throws {
        guard case .number(let number, let written) = try JSONParser.parse(text.utf8).value else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(number == value)
        #expect(written == text)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{'a':1}", "nul", "truefalse",
        "tru",
        "01", "-", "1.", ".5", "+1", "1e", "0x10", "NaN", "1e999", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\u{1}\"", "[1 2]", "{} {}", "// x\n1",
        "{\"a\":1,\"a\":2}",
        "1\u{FEFF}",
    ])
    func refuses(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text.utf8) }
    }

    /// Some editors put one before every text.
    @Test func aByteOrderMarkIsPassedOver() throws {
        #expect(try JSONParser.parse("\u{FEFF} {\"a\": 1}".utf8).members?.map(\.key) == ["a"])
    }

    @Test func refusesOtherEncodings() {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
        for text: [UInt8] in [
            [0x7B, 0x00, 0x7D, 0x00], [0x00, 0x7B, 0x00, 0x7D], [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00],
        ] {
            #expect {
                try JSONParser.parse(text)
            } throws: {
                ($0 as? JSONSyntaxError)?.reason == "the text is UTF-16; save it as UTF-8"
            }
        }
    }

    @Test func boundsTheDepth() throws {
        let bomb = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bomb.utf8) }
        let deepest = String(repeating: "[", count: 64) + "1" + String(repeating: "]", count: 64)
        _ = try JSONParser.parse(deepest.utf8)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("[\(deepest)]".utf8) }
    }

    /// Swift would compare each of these for minutes or hours.
    @Test(arguments: [
        "\u{301}", #"\u0301"#, "\u{301}\u{323}", "\u{5B0}",
    ])
    func boundsRunsOfCombiningMarks(mark: String) throws {
        let run = "a" + String(repeating: mark, count: (1 << 20) / mark.utf8.count)
        for text in [#"{"\#(run)":1}"#, #"["\#(run)"]"#, #"{"a":"\#(run)"}"#] {
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text.utf8) }
        }
        // What people write, and a key given twice in two spellings.
        let few = "a" + String(repeating: mark, count: 10)
        #expect(try JSONParser.parse(#"{"\#(few)":1}"#.utf8).members?.count == 1)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8) }
    }

    @Test func boundsKeysAndTheNumberOfValues() throws {
        let key = String(repeating: "k", count: 1024)
        #expect(try JSONParser.parse(#"{"\#(key)":1}"#.utf8).members?.count == 1)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(#"{"\#(key)k":1}"#.utf8) }
        let list = "[" + [String](repeating: "0", count: 9).joined(separator: ",") + "]"
        _ = try JSONParser.parse(list.utf8, limits: JSONLimits(values: 10))
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(list.utf8, limits: JSONLimits(values: 9)) }
        #expect(throws: JSONSyntaxError.self) {
            try JSONParser.parse(("[" + String(repeating: "0,", count: 1_000_000) + "0]").utf8)
        }
    }

    @Test func namesTheLine() {
        #expect {
            try JSONParser.parse("{\n \"a\": 1,\n \"a\": 2 }".utf8)
        } throws: { error in
            (error as? JSONSyntaxError)?.place == JSONNode.Place(line: 3, column: 2)
        }
    }

    /// Cut or flipped anywhere, a text is refused or read, never trapped on.
    @Test func survivesMutations() {
        let text = Array(#"{"a": [1, -2.5e3, "x\u00e9\ud83d\ude42", true, null, {"b": {}}], "c": "\n"}"#.utf8)
        for end in 0...text.count { _ = try? JSONParser.parse(text[..<end]) }
        for index in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[index] ^= 1 << bit
                _ = try? JSONParser.parse(changed)
            }
        }
    }
}
