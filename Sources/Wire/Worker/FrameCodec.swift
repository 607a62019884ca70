import Foundation

/// What a stream of frames did wrong. The stream cannot be trusted after any of these.
package enum FrameError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The length that a frame announces, or that a message would need.
    case tooLong(bytes: Int, limit: Int)
    case empty
    /// The stream ended inside a frame.
    case truncated(got: Int, of: Int)
    /// The payload is not the JSON that the reader expects.
    case invalid(reason: String)

    package var description: String {
        switch self {
        case .tooLong(let bytes, let limit):
            "a frame of \(bytes) bytes is over the limit of \(limit); the two sides do not speak the same protocol"
        case .empty: "a frame of no bytes; the two sides do not speak the same protocol"
        case .truncated(let got, let whole): "the stream ended after \(got) of a frame's \(whole) bytes"
        case .invalid(let reason): "a frame's JSON was not understood: \(reason)"
        }
    }
}

/// Frames on the pipes between daemon and worker: a length (4 bytes, big-endian, of the payload alone), then that many bytes of JSON.
package enum FrameCodec {
    /// Longest payload in bytes. A hostile length costs nothing: memory grows only with bytes that really came.
    package static let limit = 16 << 20
    /// Bytes of the length.
    package static let headerLength = 4

    /// A value as one frame, length included.
    package static func frame(_ value: some Encodable) throws -> Data {
        let payload = try WireJSON.encode(value)
        guard payload.count <= limit else { throw FrameError.tooLong(bytes: payload.count, limit: limit) }
        var frame = Data(capacity: headerLength + payload.count)
        withUnsafeBytes(of: UInt32(payload.count).bigEndian) { frame.append(contentsOf: $0) }
        frame.append(payload)
        return frame
    }

    /// The value of one frame's payload.
    ///
    /// - Throws: ``FrameError/invalid(reason:)``.
    package static func value<Value: Decodable>(_ type: Value.Type, of payload: Data) throws -> Value {
        do {
            // The worker repeats what it read in strangers' files.
            return try WireJSON.decode(type, ofStranger: payload)
        } catch {
            throw FrameError.invalid(reason: "\(error)")
        }
    }
}

/// Cuts a stream of bytes, however it was chopped, into payloads.
package struct FrameReader: Sendable {
    private var buffer: [UInt8] = []
    /// Where the first byte that was not handed out stands in `buffer`.
    private var start = 0

    package init() {}

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0, start == buffer.count || start > FrameCodec.limit {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole payload; `nil` when more bytes are needed.
    ///
    /// - Throws: ``FrameError/tooLong(bytes:limit:)`` or ``FrameError/empty`` as soon as the length is read.
    package mutating func next() throws -> Data? {
        guard let length = try announcedLength() else { return nil }
        let body = start + FrameCodec.headerLength
        guard buffer.count - body >= length else { return nil }
        start = body + length
        return Data(buffer[body..<start])
    }

    /// The next payload of a stream that is read as far as it is needed; `nil` when it has ended.
    ///
    /// - Parameter read: the next bytes, as many as there are, or none at the end of the stream.
    /// - Throws: what ``next()`` and ``finish()`` throw, and what `read` throws.
    package mutating func next(reading read: () throws -> some Collection<UInt8>) throws -> Data? {
        while true {
            if let payload = try next() { return payload }
            let bytes = try read()
            if bytes.isEmpty {
                try finish()
                return nil
            }
            append(bytes)
        }
    }

    /// Says that the stream has ended.
    ///
    /// - Throws: ``FrameError/truncated(got:of:)`` when it ended inside a frame.
    package func finish() throws {
        let left = buffer.count - start
        guard left > 0 else { return }
        let length = try announcedLength() ?? 0
        throw FrameError.truncated(got: left, of: FrameCodec.headerLength + length)
    }

    private func announcedLength() throws -> Int? {
        guard buffer.count - start >= FrameCodec.headerLength else { return nil }
        let length = buffer[start..<start + FrameCodec.headerLength].reduce(0) { $0 << 8 | Int($1) }
        guard length <= FrameCodec.limit else { throw FrameError.tooLong(bytes: length, limit: FrameCodec.limit) }
        guard length > 0 else { throw FrameError.empty }
        return length
    }
}
