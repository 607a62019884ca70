import Foundation
import Glibc
import Subprocess
import Synchronization
import Wire

/// Runs one worker process for the length of a closure. Daemon and CLI start, talk to and end workers only here.
package enum WorkerProcess {
    /// How long a worker that was asked to go may take before it is killed.
    package static let patience = Duration.seconds(3)

    /// What came of a worker's life.
    package struct Run<Value: Sendable>: Sendable {
        /// What the closure returned, or why the conversation broke off.
        package var outcome: Result<Value, any Error>
        package var end: WorkerEnd
    }

    /// Starts a worker, waits until it is ready, lends it to `body`, and ends it: end of input, SIGTERM, SIGKILL.
    /// The process is gone when this returns, also when the task is cancelled.
    ///
    /// - Parameters:
    ///   - command: the program with its flags and environment.
    ///   - log: each line of the worker's standard error, as it comes.
    ///   - body: may not keep the conversation.
    /// - Throws: ``SpoolError/workerUnstartable(path:reason:)``, ``SpoolError/filesUsedUp(limit:)``. What `body` throws, and a worker that dies under it
    ///   (``SpoolError/workerEnded(_:)``), is in the outcome, beside how the process ended.
    package static func run<Value: Sendable>(
        _ command: WorkerCommand, log: @escaping @Sendable (String) -> Void = { _ in },
        body: @escaping @Sendable (WorkerConversation) async throws -> Value
    ) async throws -> Run<Value> {
        // A worker that dies while we write must be an error of that write, not our death.
        signal(SIGPIPE, SIG_IGN)
        let tail = TailBox()
        try OpenFiles.require(OpenFiles.ofAProgram)
        do {
            let environment = command.environment.map { Array("\($0.key)=\($0.value)\0".utf8) }
            let result = try await Subprocess.run(
                .path(.init(command.executable)), arguments: Arguments(command.arguments),
                environment: .custom(environment), input: .inputWriter, output: .sequence, error: .sequence
            ) { execution -> Result<Value, any Error> in
                let conversation = WorkerConversation(execution)
                let output = execution.standardOutput
                let errors = execution.standardError
                return await withTaskGroup(of: Void.self) { group in
                    group.addTask { await conversation.receive(from: output) }
                    group.addTask { await tail.drain(errors, log) }
                    let outcome: Result<Value, any Error>
                    do {
                        try await conversation.awaitReady()
                        outcome = .success(try await body(conversation))
                    } catch {
                        outcome = .failure(error)
                    }
                    await conversation.end()
                    await group.waitForAll()
                    return outcome
                }
            }
            let status: WorkerEnd.Status =
                switch result.terminationStatus {
                case .exited(let code): .exited(code)
                case .signaled(let signal): .signalled(signal)
                }
            let end = WorkerEnd(status: status, lastWords: tail.lines)
            let outcome = result.closureResult.mapError { error in
                error is WorkerConversation.Silence ? SpoolError.workerEnded(end) : error
            }
            return Run(outcome: outcome, end: end)
        } catch let error as SubprocessError {
            throw SpoolError.workerUnstartable(path: command.executable, reason: error.words)
        }
    }

    /// Like ``run(_:log:body:)`` for callers to whom a broken conversation is an error like any other.
    package static func with<Value: Sendable>(
        _ command: WorkerCommand, log: @escaping @Sendable (String) -> Void = { _ in },
        body: @escaping @Sendable (WorkerConversation) async throws -> Value
    ) async throws -> Value {
        try await run(command, log: log, body: body).outcome.get()
    }
}

extension SubprocessError {
    /// Why a program could not be started, in the system's words where it has some.
    var words: String {
        if let underlyingError { return String(cString: strerror(underlyingError.rawValue)) }
        return code == .executableNotFound ? "there is no such program, or it may not be executed" : "\(self)"
    }
}

/// The tail of a worker's standard error, filled by one task and read after it.
private final class TailBox: Sendable {
    private let tail = Mutex(TextTail())

    var lines: [String] { tail.withLock { $0.lines } }

    func drain(_ errors: SubprocessOutputSequence, _ log: @Sendable (String) -> Void) async {
        do {
            for try await buffer in errors {
                let bytes = buffer.withUnsafeBytes { Array($0) }
                let ended = tail.withLock { $0.append(bytes) }
                for line in ended { log(line) }
            }
        } catch {
            log("standard error broke off: \(error)")
        }
    }
}
