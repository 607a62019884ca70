/// The body of `GET /v1/events`, in pieces. A listener that fell behind is told at the end that it has to ask for the jobs anew.
struct EventBytes: Sendable {
    private let listener: EventHub.Listener

    init(_ listener: EventHub.Listener) { self.listener = listener }

    func makeAsyncIterator() -> Iterator { Iterator(listener) }

    /// Nobody listens any more.
    func end() { listener.end() }

    struct Iterator {
        private let listener: EventHub.Listener
        private var pieces: AsyncStream<[UInt8]>.Iterator
        private var hasBegun = false
        private var isOver = false

        private static let greeting = Array(": limner\n\n".utf8)
        private static let resync = Array("event: resync\ndata: {}\n\n".utf8)

        fileprivate init(_ listener: EventHub.Listener) {
            self.listener = listener
            pieces = listener.pieces.makeAsyncIterator()
        }

        /// What is to be sent next; `nil` at the end.
        mutating func next() async -> [UInt8]? {
            guard hasBegun else {
                hasBegun = true
                return Self.greeting
            }
            if isOver { return nil }
            if let piece = await pieces.next() { return piece }
            isOver = true
            return listener.fellBehind ? Self.resync : nil
        }
    }
}
