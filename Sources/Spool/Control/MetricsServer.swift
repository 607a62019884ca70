import FlyingFox
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// Serves `GET /metrics` on 127.0.0.1, and nothing else: the control API stays on its socket.
struct MetricsServer: Service {
    let port: UInt16
    let metrics: Metrics
    let logger: Logger

    private struct Routes: HTTPHandler {
        let metrics: Metrics

        func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard request.method == .GET, request.path == "/metrics" else { return HTTPResponse(statusCode: .notFound) }
            do {
                return try await metrics.response()
            } catch {
                return HTTPResponse(statusCode: .internalServerError)
            }
        }
    }

    /// A port that is taken is a matter for the log, not the end of the daemon: the socket serves the figures, too.
    func run() async throws {
        do {
            let server = HTTPServer(
                config: HTTPServer.Configuration(address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled),
                handler: Routes(metrics: metrics))
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await server.run()
            } onCancelOrGracefulShutdown: {
                Task { await server.stop(timeout: 1) }
            }
        } catch  where Task.isShuttingDownGracefully || Task.isCancelled {
            // A closed listener is how it is stopped.
        } catch {
            logger.error("no metrics on 127.0.0.1:\(port): \(error); set metrics.port to a free port and restart")
            try await gracefulShutdown()
        }
    }
}
