import Foundation
import Spool
import Wire

/// One worker for the length of one command: the same program that the daemon runs, spoken to in the same words.
struct WorkerSession: Sendable {
    let settings: Settings
    /// Whether the worker's log is shown as it comes; otherwise only a worker that breaks off is quoted.
    let verbose: Bool
    private let command: WorkerCommand

    /// - Throws: `SettingsError` with every mistake of the settings.
    init(_ studio: StudioOptions, verbose: Bool) throws {
        settings = try studio.settings()
        self.verbose = verbose
        command = WorkerCommand(settings: settings)
    }

    /// Starts the worker, lends it to `body`, and ends it. Ctrl-C ends both.
    ///
    /// - Throws: ``CommandError/refused(_:)`` with `worker-crashed` or `worker-out-of-memory` when the worker dies;
    ///   ``CommandError/interrupted``; `SpoolError` when it cannot be started; what `body` throws.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (WorkerConversation) async throws -> Value
    ) async throws -> Value {
        let run = try await Interruption.cancelling { [command, verbose] in
            let run = try await WorkerProcess.run(command, log: { if verbose { Terminal.say($0) } }, body: body)
            try Task.checkCancellation()
            return run
        }
        do {
            return try run.outcome.get()
        } catch SpoolError.workerEnded(let end) {
            // A terminal sends Ctrl-C to both of us, and the worker's death may be known first.
            if end.status == .signalled(SIGINT) { throw CommandError.interrupted }
            if !verbose {
                for line in end.lastWords { Terminal.say("limner-worker: \(line)") }
            }
            throw CommandError.refused(ReportError(end))
        }
    }

    /// Asks one question.
    ///
    /// - Throws: ``CommandError/refused(_:)`` when the worker says no, and as ``run(_:)``.
    func ask(_ request: WorkerRequest) async throws -> WorkerMessage {
        try await run { conversation in
            let answer = try await conversation.ask(request)
            if case .failed(let failure) = answer { throw CommandError.refused(failure.error) }
            return answer
        }
    }
}

extension WorkerToken {
    /// A worker in the foreground is asked once and outrun by nobody.
    static let foreground = WorkerToken(1)
}

extension ReportError {
    /// What a worker's death means to whoever started it by hand.
    init(_ end: WorkerEnd) {
        if end.isOutOfMemory {
            self.init(code: .workerOutOfMemory, message: "The worker ran out of memory: \(end).")
        } else {
            self.init(
                code: .workerCrashed, message: "The worker ended before it answered: \(end).",
                hint: "Run the command again with --verbose, and report what the worker says.")
        }
    }
}
