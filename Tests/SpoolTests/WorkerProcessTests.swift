import Foundation
import Glibc
import Parsing
import Testing
import Wire

@testable import Spool

@Suite struct WorkerProcessTests {
    private let root = TestRoot()
    private let command = WorkerCommand(
        executable: products + "/scripted-worker", arguments: [], environment: ["SWIFT_BACKTRACE": "enable=no"])

    private func job(_ script: String, token: Int64 = 1) throws -> WorkerJob {
        try root.write(root.path + "/script", script)
        let id = JobIdentifier(time: .now, salt: 1, name: "script")
        return WorkerJob(
            id: id, token: WorkerToken(token), attempt: 1, task: JobTask(.identify),
            inputs: [InputPicture(role: .picture, path: root.path + "/script", name: "script")],
            outputFolder: root.path, limits: PictureLimits(pixels: 1, bytes: 1))
    }

    @Test func oneWorkerDoesManyJobs() async throws {
        let jobs = try (1...3).map { try job("progress 0.5\noutput \($0).txt x", token: $0) }
        let tokens = try await WorkerProcess.with(command) { worker in
            var tokens: [Int64] = []
            for job in jobs {
                if case .finished(let result) = try await worker.run(job) { tokens.append(result.token.number) }
            }
            return tokens
        }
        #expect(tokens == [1, 2, 3])
    }

    /// Swift's own allocator, ours, C++'s; and what Swift says comes before the places that led there.
    @Test(
        arguments: [
            "Fatal error: failed to allocate 144000032 bytes of memory with alignment 8",
            "Nets/Tensor.swift:146: Fatal error: out of memory: 72000000 bytes for tensors cannot be allocated",
            "terminate called after throwing an instance of 'std::bad_alloc'",
        ])
    func memoryThatRanOutIsKnownByWhatWasSaid(_ said: String) {
        let places =
            said.contains("Fatal error")
            ? ["Current stack trace:", "24   limner-worker   0x00005583 <unavailable>"] : []
        let end = WorkerEnd(status: .signalled(SIGABRT), lastWords: ["before"] + [said] + places + [""])
        #expect(end.isOutOfMemory && end.description == "signal 6 (Aborted); its last words: \(said)")
        #expect(!WorkerEnd(status: .signalled(SIGABRT), lastWords: ["before"]).isOutOfMemory)
    }

    /// Who killed it is not known.
    @Test func aWorkerThatWasKilledIsNotSaidToHaveRunOutOfMemory() {
        let end = WorkerEnd(status: .signalled(SIGKILL), lastWords: [])
        #expect(
            end.isKilled
                && end.description.contains("signal 9 (Killed), sent by the kernel for want of memory, or by somebody"))
        #expect(end.hint?.hasPrefix("If nobody killed it") == true)
        #expect(WorkerEnd(status: .signalled(SIGSEGV), lastWords: []).hint == nil)
    }

    @Test func aCrashSaysHowAndTheLastWords() async throws {
        let job = try job("say so it goes\ncrash")
        let run = try await WorkerProcess.run(command) { try await $0.run(job) }
        #expect(run.end.status == .signalled(SIGABRT))
        #expect(run.end.lastWords.contains("so it goes"))
        guard case .failure(SpoolError.workerEnded(let end)) = run.outcome else {
            Issue.record("\(run.outcome)")
            return
        }
        #expect(end == run.end)
    }

    @Test func theEnvironmentIsWhatWasGiven() async throws {
        let job = try job("environment")
        let run = try await WorkerProcess.run(command) { try await $0.run(job) }
        #expect(run.end.lastWords.first == "SWIFT_BACKTRACE")
    }

    /// A worker that hangs on would hold up the end of the task, and the test fails by its limit.
    @Test(.timeLimit(.minutes(5)))
    func cancellingEndsAHangingWorker() async throws {
        let job = try job("hang")
        let command = command
        let (pids, started) = AsyncStream.makeStream(of: pid_t.self)
        let task = Task {
            try await WorkerProcess.run(command) { worker in
                started.yield(worker.pid)
                return try await worker.run(job)
            }
        }
        let worker = try #require(await pids.first { _ in true })
        task.cancel()
        _ = await task.result
        #expect(kill(worker, 0) == -1)
        #expect(errno == ESRCH)
    }

    @Test func killingAlsoEndsAStoppedWorker() async throws {
        let job = try job("hang")
        let run = try await WorkerProcess.run(command) { worker in
            kill(worker.pid, SIGSTOP)
            // Of two signals that are pending together, SIGTERM would come first.
            try await eventually("it is stopped") {
                try String(contentsOfFile: "/proc/\(worker.pid)/stat", encoding: .utf8).contains(") T ")
            }
            async let outcome = worker.run(job)
            await worker.kill()
            return try await outcome
        }
        #expect(run.end.status == .signalled(SIGKILL))
    }

    /// SIGKILL is for one that does not go in its time, whatever becomes of who asks meanwhile.
    @Test func aKillThatIsCancelledLeavesTheWorkerItsTime() async throws {
        let job = try job("linger")
        let run = try await WorkerProcess.run(command) { worker in
            try await worker.run(job) { _ in
                let killing = Task { await worker.kill() }
                killing.cancel()
                await killing.value
            }
        }
        #expect(run.end.status == .exited(7))
    }

    @Test func aMissingProgramIsSaid() async throws {
        let missing = WorkerCommand(executable: root.path + "/nobody", arguments: [], environment: [:])
        await #expect(throws: SpoolError.self) { try await WorkerProcess.run(missing) { _ in } }
    }

    @Test func aProgramThatIsNoWorkerIsRefused() async throws {
        let wrong = WorkerCommand(executable: "/bin/echo", arguments: ["hello"], environment: [:])
        await #expect(throws: (any Error).self) { try await WorkerProcess.with(wrong) { _ in } }
    }
}
