import FlyingSocks
import Foundation
import Parsing
import Wire

/// One connection of ``HTTPServer``: a request and its answer, and the next, until either side has had enough.
actor HTTPConnection {
    private let socket: Socket
    private let pool: SocketPool<ePoll>
    /// What was read and not used yet.
    private var buffer: ArraySlice<UInt8> = []
    private var framing = Framing.ended
    /// Whether the sender waits to be told that its body is wanted (RFC 9110, section 10.1.1).
    private var isHeldBack = false
    /// When the last of the request came.
    private var heard = ContinuousClock.now
    /// Why the rest of the body cannot be read.
    private var fault: HTTPFault?

    /// Where the body stands (RFC 9112, sections 6 and 7).
    private enum Framing {
        /// So many bytes are still to come.
        case length(Int)
        /// So many bytes of the present chunk are.
        case chunk(Int)
        /// The size of a chunk is.
        case size
        case ended
    }

    /// Within which the whole head has to come, and so how long a connection may be idle.
    static let headPatience = Duration.seconds(10)
    /// How long the other side may neither send nor take anything while it should.
    static let patience = Duration.seconds(60)
    /// Longest handling of a request that sends nothing more; what an upload takes to come is its sender's matter.
    private static let longest = Duration.seconds(900)
    /// Most bytes of a body that nobody wants, and how long they may take to come.
    private static let drainLimit = 8 << 20
    private static let drainPatience = Duration.seconds(5)
    /// Most bytes of a head, where a submission has its options, and of what follows the last chunk.
    private static let headLimit = 64 << 10
    /// Most bytes of a line between chunks and after the last.
    private static let lineLimit = 4096
    private static let readSize = 64 << 10

    /// - Parameter socket: does not block; ``serve(_:)`` closes it.
    init(_ socket: Socket, pool: SocketPool<ePoll>) {
        self.socket = socket
        self.pool = pool
    }

    /// Answers what is asked, then closes the connection.
    func serve(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        await converse(answer)
        await pool.settle()
        try? socket.close()
    }

    /// The other side has not taken what it asked for. No fault of a request: its answer has begun.
    private struct ReaderStoodStill: Error {}

    private func converse(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        do {
            while let request = try await request() {
                guard let response = try await patiently({ await answer(request) }) else {
                    let limit = DurationText.text(of: Self.longest)
                    throw HTTPFault(
                        .requestTimeout, "took longer than \(limit)",
                        hint: "See limner status, and ask for less at once.")
                }
                defer { response.end() }
                // A sender that is busy with its body hears no answer; and behind what is left of one no request is found.
                let isAtEnd = try await isDrained()
                let isKept = request.isKeptAlive && isAtEnd
                try await send(response, isKept: isKept, headOnly: request.method == "HEAD")
                if !isKept { return }
            }
        } catch let fault as HTTPFault {
            try? await send(fault.response, isKept: false, headOnly: false)
        } catch {
            // The other side has gone or takes nothing, or the server is being stopped.
        }
    }

    /// What the work gives, or nil when nothing of the request has come for ``longest``; then it has been cancelled.
    private func patiently(_ work: @escaping @Sendable () async -> HTTPResponse) async throws -> HTTPResponse? {
        heard = .now
        return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
            group.addTask { await work() }
            group.addTask {
                while case let left = await self.timeLeft, left > .zero {
                    await Task.rest(for: left)
                    try Task.checkCancellation()
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private var timeLeft: Duration { Self.longest - heard.duration(to: .now) }

    // MARK: Requests

    /// The next request; `nil` when none comes.
    private func request() async throws -> HTTPRequest? {
        guard let head = try await Task.within(Self.headPatience, { try await self.head() }) else {
            if buffer.isEmpty { return nil }
            let limit = DurationText.text(of: Self.headPatience)
            throw HTTPFault(.requestTimeout, "did not come to the end of its head within \(limit)")
        }
        return head.isEmpty ? nil : try begin(head)
    }

    /// The lines of a head, without their ends; none when the other side has gone.
    private func head() async throws -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var left = Self.headLimit
        while true {
            guard let line = try await line(atMost: left) else {
                if lines.isEmpty { return [] }
                throw HTTPFault(.badRequest, "ends within its head")
            }
            left -= line.count
            guard left > 0 else {
                throw HTTPFault(.headTooLarge, "has a head of more than \(Self.headLimit) bytes")
            }
            if !line.isEmpty {
                lines.append(line)
            } else if !lines.isEmpty {
                return lines
            } else {
                // RFC 9112, section 2.2: an empty line before a request is passed over.
                left -= 1
            }
        }
    }

    private func begin(_ lines: [ArraySlice<UInt8>]) throws -> HTTPRequest {
        let words = lines[0].split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else {
            throw HTTPFault(.badRequest, "does not begin with a method, a target and HTTP/1.1")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty else {
                throw HTTPFault(.badRequest, "has a header line without a name and a colon")
            }
            let name = parts[0].lowercased()
            if name == "content-length", let earlier = headers[name], earlier != parts[1] {
                throw HTTPFault(.badRequest, "has two lengths: \(earlier) and \(parts[1])")
            }
            headers[name] = parts[1]
        }
        let count = try frame(headers)
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return HTTPRequest(
            method: words[0], path: target[0], query: target.count > 1 ? target[1] : "", headers: headers,
            body: HTTPBody(count: count, connection: self))
    }

    /// Finds out how long the body is (RFC 9112, section 6.3).
    ///
    /// - Returns: its length where the head tells it.
    private func frame(_ headers: [String: String]) throws -> Int? {
        isHeldBack = headers["expect"]?.lowercased() == "100-continue"
        if let coding = headers["transfer-encoding"] {
            guard headers["content-length"] == nil else {
                throw HTTPFault(.badRequest, "has both a Content-Length and a Transfer-Encoding")
            }
            guard coding.lowercased() == "chunked" else {
                throw HTTPFault(.badRequest, "has the Transfer-Encoding \"\(coding)\"; only chunked is understood")
            }
            framing = .size
            return nil
        }
        guard let text = headers["content-length"] else {
            framing = .ended
            isHeldBack = false
            return 0
        }
        guard let count = Int(text), count >= 0 else {
            throw HTTPFault(.badRequest, "has the Content-Length \"\(text)\", which is no number of bytes")
        }
        framing = .length(count)
        return count
    }

    /// Reads the rest of a body that nobody wants.
    ///
    /// - Throws: ``HTTPFault`` when it is not what the head says, or too large or too slow for that.
    func drain() async throws {
        if let fault { throw fault }
        if case .ended = framing { return }
        do {
            let isDone: Void? = try await Task.within(Self.drainPatience) { try await self.passBody() }
            guard isDone != nil else {
                let limit = DurationText.text(of: Self.drainPatience)
                throw HTTPFault(.requestTimeout, "has a body that does not end within \(limit), where none is wanted")
            }
        } catch let fault as HTTPFault {
            self.fault = fault
            throw fault
        }
    }

    private func passBody() async throws {
        var count = 0
        while let piece = try await piece() {
            count += piece.count
            guard count <= Self.drainLimit else {
                throw HTTPFault(
                    .contentTooLarge, "has a body of more than \(Self.drainLimit) bytes where none is wanted")
            }
        }
    }

    /// Whether the body is behind us, as far as it is worth the wait. One that nobody has asked for does not come any more.
    private func isDrained() async throws -> Bool {
        if isHeldBack { return false }
        do {
            try await drain()
            return true
        } catch is HTTPFault {
            return false
        }
    }

    /// The next piece of the body; `nil` at its end.
    func piece() async throws -> Data? {
        if let fault { throw fault }
        if isHeldBack {
            isHeldBack = false
            try await write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        do {
            while true {
                switch framing {
                case .ended: return nil
                case .length(0): framing = .ended
                case .length(let left):
                    let piece = try await take(atMost: left)
                    framing = .length(left - piece.count)
                    return piece
                case .chunk(let left) where left > 0:
                    let piece = try await take(atMost: left)
                    framing = .chunk(left - piece.count)
                    return piece
                case .chunk:
                    guard try await chunkLine().isEmpty else {
                        throw HTTPFault(.badRequest, "has a chunk that is longer than it says")
                    }
                    framing = .size
                case .size:
                    let text = try await chunkLine().prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
                    guard let size = Int(hexadecimal: text.utf8) else {
                        throw HTTPFault(.badRequest, "has a chunk without a size")
                    }
                    framing = size == 0 ? .ended : .chunk(size)
                    if size == 0 { try await passTrailers() }
                }
            }
        } catch let fault as HTTPFault {
            self.fault = fault
            throw fault
        }
    }

    private func take(atMost count: Int) async throws -> Data {
        if buffer.isEmpty { buffer = try await read()[...] }
        guard !buffer.isEmpty else { throw HTTPFault(.badRequest, "ends before its body does") }
        let piece = buffer.prefix(count)
        buffer = buffer.dropFirst(piece.count)
        heard = .now
        return Data(piece)
    }

    /// What follows the last chunk means nothing here.
    private func passTrailers() async throws {
        var left = Self.headLimit
        while case let line = try await chunkLine(), !line.isEmpty {
            left -= line.utf8.count
            guard left > 0 else {
                throw HTTPFault(.headTooLarge, "has more than \(Self.headLimit) bytes behind its body")
            }
        }
    }

    private func chunkLine() async throws -> String {
        guard let line = try await line(atMost: Self.lineLimit) else {
            throw HTTPFault(.badRequest, "ends before its body does")
        }
        guard line.count < Self.lineLimit else {
            throw HTTPFault(.badRequest, "has a line of \(Self.lineLimit) bytes or more between its chunks")
        }
        heard = .now
        return String(decoding: line, as: UTF8.self)
    }

    // MARK: Bytes

    /// A line without its end, or the first bytes of a longer one; `nil` when the other side has ended before that.
    private func line(atMost limit: Int) async throws -> ArraySlice<UInt8>? {
        var searched = 0
        while true {
            if let end = buffer.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[buffer.startIndex..<end]
                buffer = buffer[(end + 1)...]
                if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
                return line
            }
            if buffer.count >= limit { return buffer.prefix(limit) }
            searched = buffer.count
            let more = try await read()
            if more.isEmpty { return nil }
            buffer += more
        }
    }

    /// What has come, as soon as something has; nothing when the other side sends no more.
    ///
    /// - Parameter limit: nil to wait for as long as it takes.
    private func read(within limit: Duration? = patience) async throws -> [UInt8] {
        while true {
            do {
                do {
                    return try socket.read(atMost: Self.readSize)
                } catch SocketError.blocked {
                    guard try await isReady(for: .read, within: limit) else {
                        throw HTTPFault(.requestTimeout, "stood still for \(DurationText.text(of: Self.patience))")
                    }
                }
            } catch SocketError.disconnected {
                return []
            }
        }
    }

    /// - Parameter limit: how long nothing of it may be taken; nil for as long as it takes.
    private func write(_ data: Data, within limit: Duration? = patience) async throws {
        var sent = data.startIndex
        while sent < data.endIndex {
            do {
                sent = try socket.write(data, from: sent)
            } catch SocketError.blocked {
                guard try await isReady(for: .write, within: limit) else { throw ReaderStoodStill() }
            }
        }
    }

    /// Waits until the socket is ready.
    ///
    /// - Returns: whether it is, before the time was up.
    private func isReady(for events: Socket.Events, within limit: Duration?) async throws -> Bool {
        let (socket, pool) = (socket, pool)
        guard let limit else {
            try await pool.suspendSocket(socket, untilReadyFor: events)
            return true
        }
        let ready: Void? = try await Task.within(limit) {
            try await pool.suspendSocket(socket, untilReadyFor: events)
        }
        return ready != nil
    }

    // MARK: Answers

    private func send(_ response: HTTPResponse, isKept: Bool, headOnly: Bool) async throws {
        try await write(response.head(isKept: isKept))
        if headOnly { return }
        switch response.body {
        case .bytes(let data): try await write(data)
        case .events(let events):
            // Whoever listens sends nothing more, so that the end of what it sends is its own.
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.send(events) }
                group.addTask { try await self.untilGone() }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Whoever pauses may go on reading whenever it likes: what is kept for it has a bound, and ends with a word of what it missed.
    private func send(_ events: EventBytes) async throws {
        var iterator = events.makeAsyncIterator()
        while let piece = await iterator.next() {
            let chunk = Data("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Data("\r\n".utf8)
            try await write(chunk, within: nil)
        }
        try await write(Data("0\r\n\r\n".utf8), within: nil)
    }

    private func untilGone() async throws {
        // Silence is what is expected.
        while try await !read(within: nil).isEmpty {}
    }
}

extension SocketPool {
    /// Returns when what was waited for is taken off its list, after which a socket may be closed: the next one of its number would
    /// be taken for one that is on the list already, and never be woken.
    func settle() {}
}
