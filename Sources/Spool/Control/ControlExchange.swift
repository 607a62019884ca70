import FlyingSocks
import Foundation
import Glibc
import Parsing
import Wire

/// One HTTP/1.1 exchange over the control socket. Only what the daemon's own server sends is understood: a length or
/// chunks, and the connection is closed afterwards.
final class ControlExchange {
    let status: Int
    private let socket: AsyncSocket
    private var buffer: [UInt8] = []
    private var framing: Framing

    private enum Framing {
        /// So many bytes of the body are still to come.
        case length(Int)
        /// So many bytes of the current chunk are still to come; `nil` before the next chunk's size.
        case chunks(left: Int?)
        case ended
    }

    /// Most bytes of an answer's head.
    private static let headLimit = 64 << 10
    private static let readSize = 16 << 10
    /// How long a daemon that is there may leave a caller unheard, and the wait between two knocks.
    static let patience = Duration.seconds(5)
    static let pause = Duration.milliseconds(20)

    /// Sends a request and reads the head of the answer.
    ///
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - body: sent as it is.
    /// - Throws: ``SpoolError/daemonUnreachable(socket:reason:)``, ``SpoolError/forbidden(path:)`` and
    ///   ``SpoolError/answerInvalid(path:reason:)``.
    init(socket path: String, method: String, target: String, body: Data = Data()) async throws {
        let socket: AsyncSocket
        do {
            socket = try await Self.connected(to: path)
        } catch SocketError.failed(_, EACCES, _) {
            throw SpoolError.forbidden(path: path)
        } catch {
            throw SpoolError.daemonUnreachable(socket: path, reason: Self.reason(error))
        }
        self.socket = socket
        let head = """
            \(method) \(target) HTTP/1.1\r
            Host: limner\r
            Connection: close\r
            Content-Length: \(body.count)\r
            \r

            """
        do {
            var unsent: (any Error)?
            do {
                try await socket.write(Data(head.utf8))
                if !body.isEmpty { try await socket.write(body) }
            } catch {
                // Whoever refuses a request may answer before all of it is sent.
                unsent = error
            }
            var lines: [String] = []
            var bytes: [UInt8] = []
            while true {
                if let end = Self.endOfHead(bytes) {
                    lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
                    buffer = Array(bytes[(end + 4)...])
                    break
                }
                guard bytes.count <= Self.headLimit else {
                    throw SpoolError.answerInvalid(path: target, reason: "its head is over \(Self.headLimit) bytes")
                }
                do {
                    bytes += try await socket.read(atMost: Self.readSize)
                } catch {
                    throw unsent ?? error
                }
            }
            let words = lines.removeFirst().split(separator: " ")
            guard words.count >= 2, let status = Int(words[1]) else {
                throw SpoolError.answerInvalid(path: target, reason: "it does not start with an HTTP status")
            }
            self.status = status
            var headers: [String: String] = [:]
            for line in lines {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
            if headers["transfer-encoding"]?.lowercased() == "chunked" {
                framing = .chunks(left: nil)
            } else {
                framing = .length(headers["content-length"].flatMap(Int.init) ?? 0)
            }
        } catch {
            // Nothing else closes it: a socket has no end of its own, and this object has not begun.
            try? socket.close()
            if let error = error as? SpoolError { throw error }
            throw SpoolError.daemonUnreachable(socket: path, reason: Self.reason(error))
        }
    }

    deinit { try? socket.close() }

    private static func connected(to path: String) async throws -> AsyncSocket {
        let socket = try Socket(domain: AF_UNIX, type: .stream)
        do {
            let connection = try await AsyncSocket(socket: socket, pool: .client)
            let end = ContinuousClock.now + patience
            while true {
                do {
                    try socket.connect(to: .unix(path: path))
                    return connection
                } catch SocketError.blocked where ContinuousClock.now < end {
                    // As many callers wait as the kernel keeps for a listener; none of them is told of its turn.
                    try await Task.sleep(for: pause)
                }
            }
        } catch {
            try? socket.close()
            throw error
        }
    }

    /// The next piece of the body; `nil` at its end.
    func next() async throws -> [UInt8]? {
        while true {
            switch framing {
            case .ended:
                return nil
            case .length(0):
                framing = .ended
            case .length(let left):
                let piece = try await take(atMost: left)
                framing = .length(left - piece.count)
                return piece
            case .chunks(let left?) where left > 0:
                let piece = try await take(atMost: left)
                framing = .chunks(left: left - piece.count)
                return piece
            case .chunks(let left):
                if left != nil { _ = try await line() }
                guard let size = Int(hexadecimal: try await line().utf8) else {
                    throw SpoolError.answerInvalid(path: "", reason: "a chunk has no size")
                }
                framing = size == 0 ? .ended : .chunks(left: size)
            }
        }
    }

    /// The whole of the rest of the body.
    func body() async throws -> Data {
        var data = Data()
        while let piece = try await next() { data.append(contentsOf: piece) }
        return data
    }

    private func take(atMost count: Int) async throws -> [UInt8] {
        if buffer.isEmpty { buffer = try await socket.read(atMost: Self.readSize) }
        let piece = Array(buffer.prefix(count))
        buffer.removeFirst(piece.count)
        return piece
    }

    private func line() async throws -> String {
        var line: [UInt8] = []
        while line.count < Self.headLimit {
            let byte = try await take(atMost: 1)
            if byte == [UInt8(ascii: "\n")] { break }
            line += byte
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }
    }

    private static func reason(_ error: any Error) -> String {
        if case SocketError.failed(_, let number, _) = error { return String(cString: strerror(number)) }
        if case SocketError.blocked = error {
            return "it has heard none of many callers for \(DurationText.text(of: patience))"
        }
        return "\(error)"
    }
}
