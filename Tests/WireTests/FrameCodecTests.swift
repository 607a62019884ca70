import Foundation
import Testing

@testable import Wire

@Suite struct FrameCodecTests {
    private func payloads(_ bytes: some Sequence<UInt8>, chunk: Int) throws -> [Data] {
        var reader = FrameReader()
        var found: [Data] = []
        var rest = Array(bytes)[...]
        let read = {
            defer { rest = rest.dropFirst(chunk) }
            return rest.prefix(chunk)
        }
        while let payload = try reader.next(reading: read) { found.append(payload) }
        return found
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 4096])
    func cutsAnyChopping(chunk: Int) throws {
        let values = ["", "a", String(repeating: "é", count: 500), "{\"x\":1}"]
        let stream = try values.reduce(into: Data()) { $0 += try FrameCodec.frame([$1]) }
        let found = try payloads(stream, chunk: chunk).map { try FrameCodec.value([String].self, of: $0) }
        #expect(found == values.map { [$0] })
    }

    @Test func lengthIsBigEndianAndOfThePayloadAlone() throws {
        #expect(Array(try FrameCodec.frame([1])) == [0, 0, 0, 3] + Array("[1]".utf8))
    }

    @Test func refusesALengthOverTheLimitBeforeItsBytes() {
        let hostile: [[UInt8]] = [[0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x01, 0, 0, 1]]
        for header in hostile {
            var reader = FrameReader()
            reader.append(header)
            #expect(throws: FrameError.self, "\(header)") { try reader.next() }
        }
    }

    @Test func acceptsTheLimitItself() throws {
        var reader = FrameReader()
        reader.append([0x01, 0, 0, 0])
        #expect(try reader.next() == nil)
    }

    @Test func refusesEmptyFrames() {
        var reader = FrameReader()
        reader.append([0, 0, 0, 0])
        #expect(throws: FrameError.empty) { try reader.next() }
    }

    @Test func tellsATruncatedStream() throws {
        let frame = try FrameCodec.frame(["abc"])
        for end in 1..<frame.count {
            var reader = FrameReader()
            reader.append(frame[..<end])
            #expect(try reader.next() == nil)
            let whole = end < 4 ? 4 : frame.count
            #expect(throws: FrameError.truncated(got: end, of: whole), "after \(end)") { try reader.finish() }
        }
    }

    @Test(arguments: [
        "", "{", "nul", "{\"ready\":{}}", "{\"unheard\":{\"_0\":{}}}", "[]", "\u{0}",
    ])
    func refusesOtherJSON(text: String) {
        #expect(throws: FrameError.self) { try FrameCodec.value(WorkerMessage.self, of: Data(text.utf8)) }
    }

    @Test func refusesToWriteOverTheLimit() {
        let long = String(repeating: "x", count: FrameCodec.limit)
        #expect(throws: FrameError.tooLong(bytes: FrameCodec.limit + 4, limit: FrameCodec.limit)) {
            try FrameCodec.frame([long])
        }
    }

    /// A long-lived reader does not keep what it handed out.
    @Test func manyFramesInOneReader() throws {
        var reader = FrameReader()
        let frame = try FrameCodec.frame([String(repeating: "y", count: 1 << 20)])
        for round in 0..<40 {
            reader.append(frame)
            #expect(try reader.next()?.count == frame.count - 4, "round \(round)")
        }
        try reader.finish()
    }
}
