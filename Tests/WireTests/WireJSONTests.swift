import Foundation
import Parsing
import Testing

@testable import Wire

@Suite struct WireJSONTests {
    @Test func timesHaveMilliseconds() throws {
        #expect(WireJSON.text(of: Date(timeIntervalSince1970: 1_773_500_966)) == "2026-03-14T15:09:26.000Z")
        #expect(WireJSON.text(of: Date(timeIntervalSince1970: 1_773_500_966.5355)) == "2026-03-14T15:09:26.536Z")
        #expect(WireJSON.text(of: Date(timeIntervalSince1970: 1_773_500_966.9996)) == "2026-03-14T15:09:27.000Z")
        #expect(WireJSON.date(from: "2026-03-14T15:09:26Z") == Date(timeIntervalSince1970: 1_773_500_966))
    }

    /// Every millisecond of a second survives writing and reading, and writing again.
    @Test func everyMillisecondReadsBack() throws {
        for millisecond in 0..<1000 {
            let date = Date(timeIntervalSince1970: (1_773_500_966_000 + Double(millisecond)) / 1000)
            let text = WireJSON.text(of: date)
            #expect(WireJSON.date(from: text) == date, "\(text)")
            #expect(WireJSON.date(from: text).map(WireJSON.text) == text)
        }
    }

    /// What a client of the socket, a bundle or a worker may send: keys that Foundation would compare for an hour.
    @Test(arguments: ["\u{301}", #"\u0301"#])
    func textsOfStrangersAreBounded(mark: String) throws {
        let key = "a" + String(repeating: mark, count: 500_000)
        let text = Data(#"{"\#(key)":1,"a":2}"#.utf8)
        #expect(throws: JSONSyntaxError.self) { try WireJSON.decode([String: Int].self, ofStranger: text) }
        #expect(throws: FrameError.self) { try FrameCodec.value([String: Int].self, of: text) }
        let long = Data(("[" + String(repeating: "0,", count: 2_000_000) + "0]").utf8)
        #expect(throws: JSONSyntaxError.self) { try WireJSON.decode([Int].self, ofStranger: long) }
        // A file's name may hold as many marks as its 255 bytes.
        let name = "a" + String(repeating: "\u{301}", count: 127)
        #expect(try FrameCodec.value([String].self, of: WireJSON.encode([name])) == [name])
    }

    @Test(arguments: ["", "now", "2026-03-14", "2026-13-14T15:09:26Z", "14.03.2026 15:09"])
    func otherTimesAreRefused(text: String) {
        #expect(throws: DecodingError.self) { try WireJSON.decode([Date].self, from: Data("[\"\(text)\"]".utf8)) }
    }
}
