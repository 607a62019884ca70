import FlyingSocks
import Foundation
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
    private static let patience = Duration.seconds(30)
    /// Longest handling of one request; an upload is the longest.
    private static let longest = Duration.seconds(900)
    /// Most bytes of a head; a submission has its options there.
    private static let headLimit = 64 << 10
    /// Most bytes of a chunk's first line and of a line after the last.
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

    private func converse(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async {
        do {
            while let request = try await request() {
                guard let response = try await Task.within(Self.longest, { await answer(request) }) else {
                    throw HTTPFault(.requestTimeout, "took longer than \(DurationText.text(of: Self.longest))")
                }
                defer { response.end() }
                // A body that nobody has asked for does not come any more.
                let isKept = request.isKeptAlive && !isHeldBack
                // A sender that is busy with its body hears no answer.
                if !isHeldBack { while try await piece() != nil {} }
                try await send(response, isKept: isKept, headOnly: request.method == "HEAD")
                if !isKept { return }
            }
        } catch let fault as HTTPFault {
            try? await send(fault.response, isKept: false, headOnly: false)
        } catch {
            // The other side has gone, or the server is being stopped.
        }
    }

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
                    guard let size = Int(text, radix: 16), size >= 0 else {
                        throw HTTPFault(.badRequest, "has a chunk without a size")
                    }
                    framing = size == 0 ? .ended : .chunk(size)
                    if size == 0 { while try await !chunkLine().isEmpty {} }
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
        return Data(piece)
    }

    private func chunkLine() async throws -> String {
        guard let line = try await line(atMost: Self.lineLimit), line.count < Self.lineLimit else {
            throw HTTPFault(.badRequest, "ends before its body does")
        }
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
    private func read() async throws -> [UInt8] {
        while true {
            do {
                do {
                    return try socket.read(atMost: Self.readSize)
                } catch SocketError.blocked {
                    try await ready(for: .read)
                }
            } catch SocketError.disconnected {
                return []
            }
        }
    }

    private func write(_ data: Data) async throws {
        var sent = data.startIndex
        while sent < data.endIndex {
            do {
                sent = try socket.write(data, from: sent)
            } catch SocketError.blocked {
                try await ready(for: .write)
            }
        }
    }

    private func ready(for events: Socket.Events) async throws {
        let (socket, pool) = (socket, pool)
        let ready: Void? = try await Task.within(Self.patience) {
            try await pool.suspendSocket(socket, untilReadyFor: events)
        }
        guard ready != nil else {
            throw HTTPFault(.requestTimeout, "stood still for \(DurationText.text(of: Self.patience))")
        }
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

    private func send(_ events: EventBytes) async throws {
        var iterator = events.makeAsyncIterator()
        while let piece = await iterator.next(atMost: Self.readSize) {
            try await write(Data("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Data("\r\n".utf8))
        }
        try await write(Data("0\r\n\r\n".utf8))
    }

    private func untilGone() async throws {
        while true {
            do {
                if try await read().isEmpty { return }
            } catch is HTTPFault {
                // Silence is what is expected.
            }
        }
    }
}

extension SocketPool {
    /// Returns when what was waited for is taken off its list, after which a socket may be closed: the next one of its number would
    /// be taken for one that is on the list already, and never be woken.
    func settle() {}
}
