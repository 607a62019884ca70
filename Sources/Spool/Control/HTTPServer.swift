import CLinux
import FlyingSocks
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import Wire

/// Serves HTTP/1.1 on a socket. Connections have an upper bound, and none may be idle for long, so that whoever opens many takes
/// neither the socket from others nor the daemon's files from its work.
struct HTTPServer: Sendable {
    /// What is served, for ``Troubles``.
    let subject: String
    let troubles: Troubles
    let logger: Logger
    let answer: @Sendable (HTTPRequest) async -> HTTPResponse

    private let open = OpenConnections()
    private let pool: SocketPool<ePoll> = .ePoll()

    /// Most connections at once, and the share of the files that may be open in which they have to stay: an upload takes two.
    private static let most = 256
    private static let share = 4
    /// Between two looks whether the socket is still where it should be.
    private static let look = Duration.seconds(2)
    /// Before what could not be accepted is tried again.
    private static let pause = Duration.milliseconds(250)
    /// How long connections may go on when the server is stopped.
    private static let farewell = Duration.seconds(1)

    init(
        _ subject: String, troubles: Troubles, logger: Logger,
        answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) {
        self.subject = subject
        self.troubles = troubles
        self.logger = logger
        self.answer = answer
    }

    /// A listening socket for ``run(on:renew:)``.
    ///
    /// - Parameter path: of a Unix-domain socket, of which only user and group may make use.
    /// - Throws: ``SpoolError/system(call:path:errno:)``.
    static func listener(path: String) throws -> Socket {
        try listener(AF_UNIX, .unix(path: path), called: path) {
            guard chmod(path, 0o660) == 0 else { throw SpoolError.system(call: "chmod", path: path, errno: errno) }
        }
    }

    /// - Parameter port: on 127.0.0.1.
    static func listener(port: UInt16) throws -> Socket {
        try listener(AF_INET, .inet(ip4: "127.0.0.1", port: port), called: "127.0.0.1:\(port)")
    }

    private static func listener(
        _ family: Int32, _ address: some SocketAddress, called name: String, whenBound: () throws -> Void = {}
    ) throws -> Socket {
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = Glibc.socket(family, Int32(type), 0)
        guard descriptor >= 0 else { throw SpoolError.system(call: "socket", path: name, errno: errno) }
        let socket = Socket(file: Socket.FileDescriptor(rawValue: descriptor))
        do {
            try socket.setValue(true, for: .localAddressReuse)
            try socket.bind(to: address)
            // Nobody gets in before it listens.
            try whenBound()
            guard Glibc.listen(descriptor, SOMAXCONN) == 0 else {
                throw SpoolError.system(call: "listen", path: name, errno: errno)
            }
            return socket
        } catch {
            try? socket.close()
            if case SocketError.failed(let call, let number, _) = error {
                throw SpoolError.system(call: call.lowercased(), path: name, errno: number)
            }
            throw error
        }
    }

    /// Serves until it is told to stop, or its task is cancelled; then whatever is being answered has a second left.
    ///
    /// - Parameters:
    ///   - listener: closed at the end.
    ///   - renew: called again and again; gives the socket that is to be listened on from now on, where it is another.
    func run(on listener: Socket, renew: @escaping @Sendable () -> Socket? = { nil }) async throws {
        try await pool.prepare()
        let (accepted, accepting) = AsyncStream<Socket>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            group.addTask {
                await cancelWhenGracefulShutdown { await accept(listener, renew, to: accepting) }
                accepting.finish()
            }
            group.addTask { await serve(accepted) }
            defer { group.cancelAll() }
            // What accepts ends first, then what serves.
            try await group.next()
            try await group.next()
        }
    }

    private func serve(_ accepted: AsyncStream<Socket>) async {
        await withDiscardingTaskGroup { group in
            for await socket in accepted {
                group.addTask {
                    await HTTPConnection(socket, pool: pool).serve(answer)
                    open.leave()
                }
            }
            let end = ContinuousClock.now + Self.farewell
            while open.count > 0, ContinuousClock.now < end, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(10))
            }
            group.cancelAll()
        }
    }

    private func accept(
        _ first: Socket, _ renew: @Sendable () -> Socket?, to accepting: AsyncStream<Socket>.Continuation
    ) async {
        var listener = first
        defer { try? listener.close() }
        while !Task.isCancelled {
            do {
                while let socket = try Self.next(of: listener) { admit(socket, to: accepting) }
                troubles.follow(Self.unheard, because: nil, of: unheardSubject, in: logger)
                let waiting = listener
                _ = try await Task.within(Self.look) {
                    try await pool.suspendSocket(waiting, untilReadyFor: .connection)
                }
            } catch is CancellationError {
                return
            } catch {
                troubles.follow(Self.unheard, because: error, of: unheardSubject, in: logger)
                try? await Task.sleep(for: Self.pause)
            }
            if let socket = renew() {
                await pool.settle()
                try? listener.close()
                listener = socket
            }
        }
    }

    private static let unheard = "whoever asks has to wait"
    private var unheardSubject: String { "connections to \(subject)" }

    /// `nil` when nobody waits to be heard.
    private static func next(of listener: Socket) throws -> Socket? {
        while true {
            let descriptor = limner_accept(listener.file.rawValue)
            if descriptor >= 0 { return Socket(file: Socket.FileDescriptor(rawValue: descriptor)) }
            switch -descriptor {
            case EAGAIN: return nil
            case EINTR, ECONNABORTED: continue
            case EMFILE: throw SpoolError.filesUsedUp(limit: OpenFiles.limit)
            case let number: throw SpoolError.system(call: "accept", path: "a connection", errno: number)
            }
        }
    }

    private func admit(_ socket: Socket, to accepting: AsyncStream<Socket>.Continuation) {
        let most = min(Self.most, max(1, OpenFiles.limit / Self.share))
        let count = open.enter(most: most)
        if let count {
            // Not at each that ends while others are refused.
            if count <= most / 2 {
                troubles.follow(Self.refusing, because: nil, of: subject, in: logger)
            }
            if case .enqueued = accepting.yield(socket) { return }
            open.leave()
        } else {
            let error = SpoolError.tooManyConnections(count: most)
            troubles.follow(Self.refusing, because: error, of: subject, in: logger)
            let report = ReportError(
                code: .internal, message: "limnerd is busy: \(error).", hint: "Try again in some seconds.")
            let response = HTTPResponse.problem(report, .unavailable)
            if case .bytes(let body) = response.body { _ = try? socket.write(response.head(isKept: false) + body) }
        }
        try? socket.close()
    }

    private static let refusing = "not everybody is heard"
}

/// How many connections are open.
private final class OpenConnections: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    /// - Returns: how many there are with this one; `nil` when it would be one too many.
    func enter(most: Int) -> Int? {
        number.withLock { number in
            guard number < most else { return nil }
            number += 1
            return number
        }
    }

    func leave() { number.withLock { $0 -= 1 } }
}
