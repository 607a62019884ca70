import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C and SIGTERM into cancellation, so that what was begun is tidied up.
enum Interruption {
    /// Runs `body` in a task that the signals cancel.
    ///
    /// - Throws: ``CommandError/interrupted`` after a signal, whatever the cancelled work made of it; else what `body` throws.
    static func cancelling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let interrupted = Atomic(false)
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                interrupted.store(true, ordering: .relaxed)
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do {
            let value = try await task.value
            if interrupted.load(ordering: .relaxed) { throw CommandError.interrupted }
            return value
        } catch {
            throw interrupted.load(ordering: .relaxed) ? CommandError.interrupted : error
        }
    }
}
