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

    @Test func aBellIsHeardByWhoWaitsAndByWhoComesNext() async {
        let bell = Bell()
        bell.ring()
        let clock = ContinuousClock()
        let first = await clock.measure { await bell.wait(atMost: .seconds(30)) }
        #expect(first < .seconds(10))
        let waiting = Task { await bell.wait(atMost: .seconds(30)) }
        try? await Task.sleep(for: .milliseconds(20))
        let second = await clock.measure {
            bell.ring()
            await waiting.value
        }
        #expect(second < .seconds(10))
        let third = await clock.measure { await bell.wait(atMost: .milliseconds(30)) }
        #expect(third >= .milliseconds(25))
    }
}
