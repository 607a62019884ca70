import Foundation
import Testing
import Wire

@testable import Spool

@Suite struct EventStreamTests {
    @Test(arguments: [1, 3, 1000])
    func eventsAreCutHoweverTheyWereChopped(size: Int) {
        let bytes = Array(": hello\n\nevent: job\ndata: {\"a\":1}\n\n:\n\ndata: two\n\n".utf8)
        var reader = EventStreamReader()
        var found: [EventStreamReader.Event] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            found += reader.append(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(
            found == [
                EventStreamReader.Event(name: "job", data: Data("{\"a\":1}".utf8)),
                EventStreamReader.Event(data: Data("two".utf8)),
            ])
    }

    @Test func theTailIsBounded() {
        var tail = TextTail()
        for number in 0..<1000 { _ = tail.append(Array("line \(number)\n".utf8)) }
        _ = tail.append([UInt8](repeating: UInt8(ascii: "x"), count: 10_000))
        #expect(tail.lines.count == TextTail.lineLimit + 1)
        #expect(tail.lines[TextTail.lineLimit - 1] == "line 999")
        #expect(tail.lines.last?.utf8.count == TextTail.byteLimit)
    }

    private func read(_ bytes: EventBytes, atMost limit: Int = .max) async -> [EventStreamReader.Event] {
        var reader = EventStreamReader()
        var events: [EventStreamReader.Event] = []
        var iterator = bytes.makeAsyncIterator()
        while events.count < limit, let piece = await iterator.next() {
            events += reader.append(piece)
        }
        return events
    }

    /// Twenty clients that never read: each is dropped, told so when it reads at last, and the others hear everything.
    @Test func whoeverDoesNotReadIsDroppedAndTold() async throws {
        let hub = EventHub()
        let slow = try (0..<20).map { _ in EventBytes(try #require(hub.listen())) }
        let id = JobIdentifier(time: .now, salt: 1, name: "a.jpg")
        let job = JobRecord(id: id, kind: .identify, origin: .picture, source: [65], created: .now)
        let quick = EventBytes(try #require(hub.listen()))
        var heard = 0
        var reader = EventStreamReader()
        var iterator = quick.makeAsyncIterator()
        for round in 1...10 {
            for _ in 0..<1000 { hub.transition(job) }
            while heard < round * 1000, let piece = await iterator.next() {
                heard += reader.append(piece).count
            }
        }
        #expect(heard == 10_000)
        for bytes in slow {
            let events = await read(bytes)
            #expect(events.last?.name == "resync")
            #expect(events.dropLast().allSatisfy { $0.name == "job" })
            #expect(events.count < 5000, "what is kept for who does not read has a bound")
        }
        hub.close()
    }
}
