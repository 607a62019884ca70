import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Wire

/// Serves the control API on a Unix-domain socket. Who may open the socket may do everything.
package struct ControlServer: Service {
    let socket: String
    let routes: ControlRoutes
    let hub: EventHub
    let logger: Logger

    /// Longest handling of one request in seconds; an upload is the longest.
    private static let patience: TimeInterval = 900
    /// Between two signs of life on an event stream.
    private static let heartbeat = Duration.seconds(15)
    /// `sun_path` has 108 bytes with its final zero; FlyingSocks keeps to what every system has.
    package static let pathLimit = 103

    /// - Throws: ``SpoolError/socketPathTooLong(path:limit:)``.
    package init(socket: String, routes: ControlRoutes, hub: EventHub, logger: Logger) throws {
        guard socket.utf8.count <= Self.pathLimit else {
            throw SpoolError.socketPathTooLong(path: socket, limit: Self.pathLimit)
        }
        self.socket = socket
        self.routes = routes
        self.hub = hub
        self.logger = logger
    }

    /// - Throws: ``SpoolError/socketUnusable(path:reason:)`` when nobody could reach the daemon: it ends then.
    package func run() async throws {
        // The root is locked by us, so a socket that is still there belongs to a daemon that died.
        unlink(socket)
        let configuration = HTTPServer.Configuration(
            address: .unix(path: socket), timeout: Self.patience, logger: .disabled)
        let server = HTTPServer(config: configuration, handler: routes)
        defer { unlink(socket) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let beat = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: Self.heartbeat)
                    hub.beat()
                }
            }
            defer { beat.cancel() }
            group.addTask {
                try await withTaskCancellationOrGracefulShutdownHandler {
                    do {
                        try await server.run()
                    } catch  where Task.isShuttingDownGracefully || Task.isCancelled {
                        // A closed listener is how it is stopped.
                    } catch {
                        throw SpoolError.socketUnusable(path: socket, reason: "\(error)")
                    }
                } onCancelOrGracefulShutdown: {
                    hub.close()
                    Task { await server.stop(timeout: 1) }
                }
            }
            group.addTask {
                try await server.waitUntilListening(timeout: Self.patience)
                chmod(socket, 0o660)
                logger.debug("listening on \(socket)")
            }
            // The first that fails ends the other.
            while try await group.next() != nil {}
        }
    }
}
