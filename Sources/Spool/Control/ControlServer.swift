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

    /// Between two signs of life on an event stream.
    private static let heartbeat = Duration.seconds(15)
    /// `sun_path` has 108 bytes with its final zero; FlyingSocks keeps to what every system has.
    package static let pathLimit = 103

    /// How long a connection may be open without a request.
    package static let idleLimit = HTTPConnection.headPatience
    /// How long a body may stand still.
    package static let pauseLimit = HTTPConnection.patience

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
        let listener: Socket
        do {
            listener = try HTTPServer.listener(path: socket)
        } catch {
            throw SpoolError.socketUnusable(path: socket, reason: error.reason)
        }
        defer { unlink(socket) }
        let routes = routes
        let server = HTTPServer("the control socket", troubles: routes.troubles, logger: logger) {
            await routes.handle($0)
        }
        logger.debug("listening on \(socket)")
        let beat = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.heartbeat)
                hub.beat()
            }
        }
        defer { beat.cancel() }
        try await withTaskCancellationOrGracefulShutdownHandler {
            do {
                try await server.run(on: listener) { renewed() }
            } catch  where Task.isShuttingDownGracefully || Task.isCancelled {
                // That is how it is stopped.
            }
        } onCancelOrGracefulShutdown: {
            hub.close()
        }
    }

    /// Another socket in the place of one that was removed; `nil` when there is nothing to do, or nothing can be done yet.
    private func renewed() -> Socket? {
        let what = "nobody reaches limnerd"
        let subject = "the control socket's file"
        let tree = routes.tree
        do {
            if let facts = try tree.state.facts(RootTree.socketName) {
                guard facts.kind == .special(.socket) else {
                    throw SpoolError.socketUnusable(path: socket, reason: "something else stands there")
                }
                routes.troubles.follow(what, because: nil, of: subject, in: logger)
                return nil
            }
            // Where state/ itself is away, that is what has to be mended; another root's is none of ours.
            guard try tree.state.place().lies(at: tree.paths.state) else { return nil }
            let listener = try HTTPServer.listener(path: socket)
            logger.warning("\(socket) was removed and is made again")
            routes.troubles.follow(what, because: nil, of: subject, in: logger)
            return listener
        } catch {
            routes.troubles.follow(what, because: error, of: subject, in: logger)
            return nil
        }
    }
}
