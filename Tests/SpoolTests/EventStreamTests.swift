import Foundation
import Testing
import Wire

@testable import Spool

@Suite struct EventStreamTests {
    @Test(arguments: [1, 3, 1000])
    func eventsAreCutHoweverTheyWereChopped(size: Int) {
        let bytes = Array(": hello\n\nevent: job\ndata: {\"a\":1}\n\n:\n\ndata: two\n\n".utf8)
        var reader = EventStreamReader()
        var found: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            found += reader.append(piece).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(found == ["{\"a\":1}", "two"])
    }

    @Test func theTailIsBounded() {
        var tail = TextTail()
        for number in 0..<1000 { _ = tail.append(Array("line \(number)\n".utf8)) }
        _ = tail.append([UInt8](repeating: UInt8(ascii: "x"), count: 10_000))
        #expect(tail.lines.count == TextTail.lineLimit + 1)
        #expect(tail.lines[TextTail.lineLimit - 1] == "line 999")
        #expect(tail.lines.last?.utf8.count == TextTail.byteLimit)
    }

    /// Whoever does not hear waits for a day, and the test fails by its limit.
    @Test(.timeLimit(.minutes(5)))
    func aBellIsHeardByWhoWaitsAndByWhoComesNext() async throws {
        let bell = Bell()
        bell.ring()
        await bell.wait(atMost: .seconds(86_400))
        let waiting = Task { await bell.wait(atMost: .seconds(86_400)) }
        try await Task.sleep(for: .milliseconds(20))
        bell.ring()
        await waiting.value
        let clock = ContinuousClock()
        let unheard = await clock.measure { await bell.wait(atMost: .milliseconds(30)) }
        #expect(unheard >= .milliseconds(25), "one ring was heard twice")
    }
}
