import Dispatch
import Foundation
import Spool
import Synchronization
import Wire

/// One worker for the length of one command: the same program that the daemon runs, spoken to in the same words.
struct WorkerSession: Sendable {
    let settings: Settings
    /// Whether the worker's log is shown as it comes; otherwise only a worker that breaks off is quoted.
    let verbose: Bool
    /// The folders that the worker may write to. It may read whatever the user may.
    var writes: [String] = []

    /// - Throws: `SettingsError` with every mistake of the settings.
    init(_ studio: StudioOptions, verbose: Bool) throws {
        settings = try studio.settings()
        self.verbose = verbose
    }

    /// Starts the worker, lends it to `body`, and ends it. Ctrl-C ends both.
    ///
    /// - Parameter conclude: as of ``Interruption/cancelling(unless:_:)``.
    /// - Throws: ``CommandError/refused(_:)`` with `worker-crashed` or `worker-out-of-memory` when the worker dies;
    ///   ``CommandError/interrupted``; `SpoolError` when it cannot be started; what `body` throws.
    func run<Value: Sendable>(
        unless conclude: @escaping @Sendable () -> Bool = { false },
        _ body: @escaping @Sendable (WorkerConversation) async throws -> Value
    ) async throws -> Value {
        let command = WorkerCommand(settings: settings, reads: ["/"], writes: writes)
        let run = try await Interruption.cancelling(unless: conclude) { [verbose] in
            let run = try await WorkerProcess.run(command, log: { if verbose { Terminal.say($0) } }, body: body)
            try Task.checkCancellation()
            return run
        }
        do {
            return try run.outcome.get()
        } catch SpoolError.workerEnded(let end) {
            // A terminal sends Ctrl-C to both of us, and a worker that is just being started does not ignore it yet.
            if end.status == .signalled(SIGINT) { throw CommandError.interrupted }
            if !verbose {
                for line in end.lastWords { Terminal.say("limner-worker: \(line)") }
            }
            throw CommandError.refused(ReportError(end))
        }
    }

    /// A job for a worker in the foreground, which makes do with the same memory as one of the daemon's.
    ///
    /// - Parameter output: an existing, empty folder; nothing is written for a plan.
    func job(_ task: JobTask, inputs: [InputPicture], output: String = "", token: WorkerToken = .foreground)
        -> WorkerJob
    {
        WorkerJob(
            id: JobIdentifier(time: .now, salt: .random(in: 0...UInt16.max), name: inputs.first?.name ?? ""),
            token: token, attempt: 1, task: task, inputs: inputs, outputFolder: output, limits: settings.pictureLimits,
            fitting: MachineMemory.fitting(settings))
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
            let what = end.isKilled ? "was killed" : "ran out of memory"
            self.init(code: .workerOutOfMemory, message: "The worker \(what): \(end).", hint: end.hint)
        } else {
            self.init(
                code: .workerCrashed, message: "The worker ended before it answered: \(end).",
                hint: "Run the command again with --verbose, and report what the worker says.")
        }
    }
}

/// Turns Ctrl-C and SIGTERM into cancellation, so that what was begun is tidied up.
enum Interruption {
    /// Runs `body` in a task that the signals cancel.
    ///
    /// - Parameter conclude: has `body` end by itself, which the first signal leaves it to do; `false` where it does not.
    /// - Throws: ``CommandError/interrupted`` after a signal, whatever the cancelled work made of it; else what `body` throws.
    static func cancelling<Value: Sendable>(
        unless conclude: @escaping @Sendable () -> Bool = { false },
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let interrupted = Atomic(false)
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isFirst = !interrupted.exchange(true, ordering: .relaxed)
                if !isFirst || !conclude() { task.cancel() }
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
