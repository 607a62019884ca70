import Foundation
import Glibc
import Subprocess
import Synchronization
import Wire

/// The talk with one running worker: requests go out, messages come back in order. One request at a time.
package actor WorkerConversation {
    /// The worker's side has fallen silent; ``WorkerProcess`` replaces this by how the process ended.
    struct Silence: Error {}

    /// The job was asked to stop, and did.
    package struct Stopped: Error {}

    package typealias Process = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    /// The kernel's number of the worker's process.
    package nonisolated let pid: Int32
    /// What the worker said of itself; known once the body of ``WorkerProcess/run(_:log:body:)`` is entered.
    package private(set) var facts: WorkerFacts?

    private nonisolated let process: Process
    /// How far the conversation has come to its end.
    private nonisolated let stage = Mutex(Stage.open)
    /// Whether the worker has said that its job has stopped.
    private nonisolated let hasStopped = Mutex(false)
    private let messages: AsyncThrowingStream<WorkerMessage, any Error>
    private nonisolated let incoming: AsyncThrowingStream<WorkerMessage, any Error>.Continuation

    private enum Stage {
        case open
        /// The worker's output has ended, which happens when it goes.
        case silent
        /// The process has ended and its descriptor is about to be closed.
        case over
    }

    init(_ process: Process) {
        self.process = process
        pid = process.processIdentifier.value
        (messages, incoming) = AsyncThrowingStream.makeStream()
    }

    /// Sends a request.
    ///
    /// - Throws: a ``FrameError`` for an oversized one; a worker that is gone is reported by ``next()``.
    package func send(_ request: WorkerRequest) async throws {
        let frame = try FrameCodec.frame(request)
        do {
            _ = try await process.standardInputWriter.write(Array(frame))
        } catch {
            throw Silence()
        }
    }

    /// The next message.
    ///
    /// - Throws: when the worker is gone, speaks nonsense (``FrameError``), or the task is cancelled.
    package func next() async throws -> WorkerMessage {
        for try await message in messages { return message }
        try Task.checkCancellation()
        throw Silence()
    }

    /// Asks, and waits for the message that ends the request; everything before it goes to `meanwhile`.
    /// Messages with another token (of a request that was given up) are dropped.
    package func ask(
        _ request: WorkerRequest, meanwhile: @Sendable (WorkerMessage) async throws -> Void = { _ in }
    ) async throws -> WorkerMessage {
        try await send(request)
        while true {
            let message = try await next()
            guard message.token == request.token else { continue }
            switch message {
            case .ready: continue
            case .progress, .beat, .faces: try await meanwhile(message)
            case .stopped:
                hasStopped.withLock { $0 = true }
                throw Stopped()
            case .planned, .finished, .failed, .compared, .completed, .models, .evaluated, .styles, .sheet, .film,
                .photograph:
                return message
            }
        }
    }

    /// Asks what a job comes to; `meanwhile` hears the beats.
    ///
    /// - Returns: the plan; or why the job would fail.
    /// - Throws: as ``next()``.
    package func plan(
        _ job: WorkerJob, meanwhile: @Sendable (WorkerMessage) async throws -> Void = { _ in }
    ) async throws -> Result<WorkerPlan, WorkerFailure> {
        switch try await ask(.plan(job), meanwhile: meanwhile) {
        case .planned(let plan): return .success(plan)
        case .failed(let failure): return .failure(failure)
        case let answer: throw FrameError.invalid(reason: "a question for a plan was answered by \(answer)")
        }
    }

    /// Runs one attempt at a job; `meanwhile` hears its progress and beats.
    ///
    /// - Throws: ``Stopped`` after ``stop(_:patience:)``, and as ``next()``.
    package func run(
        _ job: WorkerJob, meanwhile: @Sendable (WorkerMessage) async throws -> Void = { _ in }
    ) async throws -> JobOutcome {
        let answer = try await ask(.job(job), meanwhile: meanwhile)
        switch answer {
        case .finished(let result): return .finished(result)
        case .failed(let failure): return .failed(failure)
        case .ready, .progress, .beat, .planned, .stopped, .compared, .faces, .completed, .models, .evaluated, .styles,
            .sheet, .film, .photograph:
            throw FrameError.invalid(reason: "a job was answered by \(answer)")
        }
    }

    /// Asks the job under a token to stop, and waits until it has, the worker's process has ended, or the patience is over.
    package nonisolated func stop(_ token: WorkerToken, patience: Duration) async {
        hasStopped.withLock { $0 = false }
        try? await send(.stop(token))
        await wait(atMost: patience) { self.hasStopped.withLock(\.self) }
    }

    /// How the worker ended an attempt.
    package enum JobOutcome: Sendable, Equatable {
        case finished(WorkerResult)
        case failed(WorkerFailure)
    }

    /// Ends the process whatever it is doing: SIGTERM, then SIGKILL, which also ends one that was stopped.
    /// Pending reads end with the process. Returns when the conversation is over, or SIGKILL was sent.
    ///
    /// May be called at any time, also when the process has just gone. So it only sends signals: waiting for a process is
    /// left to the one who owns it, because its descriptor may be another's by then.
    package nonisolated func kill() async {
        send(.terminate)
        await wait(atMost: WorkerProcess.patience)
        send(.kill)
    }

    /// Waits for the worker's end, or what else is enough, in a task of its own: who asks may be cancelled meanwhile, and a cancelled
    /// task cannot wait.
    private nonisolated func wait(
        atMost patience: Duration, until isEnough: @escaping @Sendable () -> Bool = { false }
    ) async {
        await Task {
            let end = ContinuousClock.now + patience
            while stage.withLock({ $0 == .open }), !isEnough(), ContinuousClock.now < end {
                try? await Task.sleep(for: .milliseconds(20))
            }
        }.value
    }

    /// Nothing, once the conversation is over.
    private nonisolated func send(_ signal: Signal) {
        // A process that has gone by itself is what was wanted.
        stage.withLock { stage in if stage != .over { try? process.send(signal: signal) } }
    }

    func awaitReady() async throws {
        guard case .ready(let facts) = try await next() else {
            throw FrameError.invalid(reason: "the worker's first message was not \"ready\"")
        }
        guard facts.protocolVersion == WorkerFacts.currentProtocol else {
            throw SpoolError.workerProtocol(theirs: facts.protocolVersion, ours: WorkerFacts.currentProtocol)
        }
        self.facts = facts
    }

    /// Closes the worker's input, which asks it to go, and makes sure that it does.
    nonisolated func end() async {
        try? await process.standardInputWriter.finish()
        await process.teardown(using: [
            .send(signal: .terminate, allowedDurationToNextStep: WorkerProcess.patience)
        ])
        stage.withLock { $0 = .over }
        incoming.finish()
    }

    /// Turns the worker's output into messages until it ends.
    nonisolated func receive(from output: SubprocessOutputSequence) async {
        var reader = FrameReader()
        do {
            for try await buffer in output {
                reader.append(buffer.withUnsafeBytes { Array($0) })
                while let payload = try reader.next() {
                    incoming.yield(try FrameCodec.value(WorkerMessage.self, of: payload))
                }
            }
            // A frame cut short is a worker that died while it wrote; its end says more.
            stage.withLock { if $0 == .open { $0 = .silent } }
            incoming.finish()
        } catch {
            incoming.finish(throwing: error)
        }
    }
}
