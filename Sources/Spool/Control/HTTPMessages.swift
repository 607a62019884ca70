import Foundation
import Wire

/// A request of HTTP/1.1 (RFC 9112) whose head has been read, and its body not yet.
struct HTTPRequest: Sendable {
    var method: String
    /// Still percent-encoded.
    var path: String
    /// Still percent-encoded, without its question mark.
    var query: String
    /// By their names in lower case.
    var headers: [String: String]
    var body: HTTPBody

    /// Whether the sender means to ask more on this connection.
    var isKeptAlive: Bool { headers["connection"]?.lowercased() == "keep-alive" }
}

/// What is wrong with a request before anybody looks at what it asks for.
struct HTTPFault: Error {
    var status: HTTPStatus
    /// A clause: what the request does.
    var reason: String
    /// What to do next.
    var hint: String

    /// - Parameter hint: nil for what the status alone advises.
    init(_ status: HTTPStatus, _ reason: String, hint: String? = nil) {
        self.status = status
        self.reason = reason
        self.hint = hint ?? status.hint
    }

    var response: HTTPResponse {
        .problem(ReportError(code: .optionInvalid, message: "The request \(reason).", hint: hint), status)
    }
}

/// The statuses of RFC 9110 that are answered, and RFC 4918's of a full disk.
enum HTTPStatus: Int, Sendable {
    case ok = 200
    case badRequest = 400
    case notFound = 404
    case methodNotAllowed = 405
    case requestTimeout = 408
    case contentTooLarge = 413
    case headTooLarge = 431
    case internalServerError = 500
    case unavailable = 503
    case insufficientStorage = 507

    var phrase: String {
        switch self {
        case .ok: "OK"
        case .badRequest: "Bad Request"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .requestTimeout: "Request Timeout"
        case .contentTooLarge: "Content Too Large"
        case .headTooLarge: "Request Header Fields Too Large"
        case .internalServerError: "Internal Server Error"
        case .unavailable: "Service Unavailable"
        case .insufficientStorage: "Insufficient Storage"
        }
    }
}

extension HTTPStatus {
    /// What mends a request of which nothing but its form was looked at.
    fileprivate var hint: String {
        switch self {
        case .requestTimeout: "Send it again, and without a pause."
        case .headTooLarge: "Send a shorter path, fewer headers, or long options in a manifest."
        case .contentTooLarge: "Send it without a body."
        default: "Send whole requests of HTTP/1.1, as curl --unix-socket does."
        }
    }
}

/// An answer: its bytes, or events for as long as there are some.
struct HTTPResponse: Sendable {
    enum Body: Sendable {
        case bytes(Data)
        case events(EventBytes)
    }

    var status: HTTPStatus
    var headers: [(name: String, value: String)]
    var body: Body

    init(_ status: HTTPStatus = .ok, type: String, headers: [(name: String, value: String)] = [], body: Data) {
        self.status = status
        self.headers = [("Content-Type", type)] + headers
        self.body = .bytes(body)
    }

    /// A stream of events, which no cache may keep.
    init(events: EventBytes) {
        status = .ok
        headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
        body = .events(events)
    }

    static func json(_ value: some Encodable, _ status: HTTPStatus = .ok) -> HTTPResponse {
        do {
            return HTTPResponse(status, type: "application/json", body: try WireJSON.encode(value))
        } catch {
            preconditionFailure("an answer cannot be written as JSON: \(error)")
        }
    }

    static func problem(_ error: ReportError, _ status: HTTPStatus) -> HTTPResponse {
        json(ProblemAnswer(error: error), status)
    }

    /// To be called when it is sent, or cannot be: nobody listens any more.
    func end() {
        if case .events(let events) = body { events.end() }
    }

    /// The head as it is sent.
    ///
    /// - Parameter isKept: whether the connection is.
    func head(isKept: Bool) -> Data {
        var lines = ["HTTP/1.1 \(status.rawValue) \(status.phrase)"]
        lines += headers.map { "\($0.name): \($0.value)" }
        switch body {
        case .bytes(let data): lines.append("Content-Length: \(data.count)")
        case .events: lines.append("Transfer-Encoding: chunked")
        }
        lines.append("Connection: \(isKept ? "keep-alive" : "close")")
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}

/// The body of a request, read as it comes. Can be read once.
struct HTTPBody: AsyncSequence, Sendable {
    /// Its bytes, where the sender says how many they are.
    let count: Int?
    fileprivate let connection: HTTPConnection

    init(count: Int?, connection: HTTPConnection) {
        self.count = count
        self.connection = connection
    }

    func makeAsyncIterator() -> Iterator { Iterator(connection: connection) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let connection: HTTPConnection

        /// - Throws: ``HTTPFault`` when the body is not what the head says, or does not come.
        mutating func next() async throws -> Data? { try await connection.piece() }
    }

    /// Reads it for nothing.
    ///
    /// - Throws: ``HTTPFault`` when it is not what the head says, or too large or too slow for that.
    func drain() async throws { try await connection.drain() }
}
