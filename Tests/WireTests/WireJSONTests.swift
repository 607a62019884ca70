import Foundation
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

    @Test(arguments: ["", "now", "2026-03-14", "2026-13-14T15:09:26Z", "14.03.2026 15:09"])
    func otherTimesAreRefused(text: String) {
        #expect(throws: DecodingError.self) { try WireJSON.decode([Date].self, from: Data("[\"\(text)\"]".utf8)) }
    }
}
