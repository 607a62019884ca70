import Glibc
import Logging
import ServiceLifecycle
import Wire

/// Serves `GET /metrics` on 127.0.0.1, and nothing else: the control API stays on its socket.
struct MetricsServer: Service {
    let port: UInt16
    let metrics: Metrics
    let troubles: Troubles
    let logger: Logger

    /// Between two tries at a port that another program has.
    private static let patience = Duration.seconds(5)

    /// A port that is taken is told, not the end of the daemon: the socket serves the figures, too.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let listener = try HTTPServer.listener(port: port)
                    note(nil)
                    let server = HTTPServer("127.0.0.1:\(port)", troubles: troubles, logger: logger) {
                        await answer($0)
                    }
                    try await server.run(on: listener)
                } catch let error as SpoolError {
                    note(SpoolError.portUnusable(port: Int(port), errno: error.errno ?? EIO))
                } catch {
                    if !Task.isCancelled { note(error) }
                }
                try? await Task.sleep(for: Self.patience)
            }
        }
    }

    private func note(_ error: (any Error)?) {
        troubles.follow("no figures are served there", because: error, of: "metrics.port", in: logger)
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.path == ControlRoute.metrics.path else { return ControlRoute.nowhere(request) }
        guard ["GET", "HEAD"].contains(request.method) else { return ControlRoute.otherMethod(request, [.metrics]) }
        do {
            return try await metrics.response()
        } catch {
            return .problem(ReportError(code: .internal, message: error.reason.ended), .internalServerError)
        }
    }
}
