import FlyingSocks
import Foundation
import Wire

/// Events as the bytes of a server-sent event stream (HTML standard, section 9.2), with a comment now and then, so
/// that a connection whose other end has gone is noticed.
struct EventBytes: AsyncBufferedSequence {
    typealias Element = UInt8

    private let pieces: AsyncStream<[UInt8]>

    private static let heartbeat = Duration.seconds(15)

    init(_ events: AsyncStream<ControlEvent>) {
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        pieces = stream
        continuation.yield(Array(": limner\n\n".utf8))
        let pump = Task {
            for await event in events {
                guard let data = try? WireJSON.encode(event) else { continue }
                continuation.yield(Array("event: job\ndata: ".utf8) + data + Array("\n\n".utf8))
            }
            continuation.finish()
        }
        let beat = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.heartbeat)
                continuation.yield(Array(":\n\n".utf8))
            }
        }
        continuation.onTermination = { _ in
            pump.cancel()
            beat.cancel()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: pieces.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var pieces: AsyncStream<[UInt8]>.Iterator
        private var rest: ArraySlice<UInt8> = []

        init(pieces: AsyncStream<[UInt8]>.Iterator) { self.pieces = pieces }

        mutating func next() async -> UInt8? { await nextBuffer(suggested: 1)?.first }

        mutating func nextBuffer(suggested count: Int) async -> ArraySlice<UInt8>? {
            if rest.isEmpty {
                guard let piece = await pieces.next() else { return nil }
                rest = piece[...]
            }
            let taken = rest.prefix(count)
            rest = rest.dropFirst(taken.count)
            return taken
        }
    }
}
