import Foundation
import Logging
import Synchronization
import Testing
import Wire

@testable import Spool

/// The real daemon body on a root of its own, with scripted workers, inside this process.
final class DaemonHarness: Sendable {
    let root: TestRoot
    let daemon: Daemon
    let client: ControlClient
    /// The settings file; ``reload(_:)`` writes it anew.
    private let text: TextBox
    private let running: Task<Void, any Error>

    static let settings = """
        intake:
          stability: 60ms
          reconcileInterval: 1s
          manifestWait: 2s
          maxBytes: 3000000
        retries:
          max: 2
          backoff: 10ms
        workers:
          count: 2

        """

    /// Runs a test with a daemon, and stops the daemon afterwards whatever happened.
    ///
    /// - Parameters:
    ///   - extra: more settings.
    ///   - replaced: the line of ``settings`` that they stand for.
    ///   - worker: the worker program.
    ///   - memory: what the machine is said to have for programs.
    static func with(
        root: TestRoot = TestRoot(), extra: String = "", replacing replaced: String = "\u{0}",
        worker: String = products + "/scripted-worker",
        memory: @escaping @Sendable () -> Int64? = { MachineMemory.available() },
        _ body: (DaemonHarness) async throws -> Void
    ) async throws {
        let harness = try await DaemonHarness(
            root: root, text: settings.replacing(replaced, with: "") + extra, worker: worker, memory: memory)
        do {
            try await body(harness)
        } catch {
            // To its end: the next test would find its reader of events still there.
            try? await harness.stop()
            throw error
        }
        try await harness.stop()
    }

    init(
        root: TestRoot, text: String, worker: String = products + "/scripted-worker",
        memory: @escaping @Sendable () -> Int64? = { MachineMemory.available() }
    ) async throws {
        self.root = root
        let box = TextBox(text)
        self.text = box
        daemon = try Self.daemon(root, { box.text.withLock { $0 } }, worker: worker, memory: memory)
        client = ControlClient(socket: root.paths.controlSocket)
        let daemon = daemon
        running = Task { try await daemon.run() }
        let client = client
        try await eventually("the daemon answers") { (try? await client.version()) != nil }
    }

    /// - Parameter text: the settings file, as it is now.
    static func daemon(
        _ root: TestRoot, _ text: @escaping @Sendable () -> String, worker: String = products + "/scripted-worker",
        memory: @escaping @Sendable () -> Int64? = { MachineMemory.available() }
    ) throws -> Daemon {
        let path = root.path
        let load: @Sendable () throws -> SettingsResolver = {
            try SettingsResolver.resolve(
                file: SettingsResolver.File(path: "limner.yaml", text: text()), environment: [:],
                flags: [SettingsResolver.Flag(name: "--root", key: "root", value: path)])
        }
        return try Daemon(
            settings: try load(), load: load,
            command: { WorkerCommand(settings: $0, executable: worker) },
            memory: memory, notifier: ServiceNotifier(environment: [:]), signals: false, logger: Parts.quiet)
    }

    /// Puts other settings in force, as SIGHUP does.
    func reload(_ text: String) throws {
        self.text.text.withLock { $0 = text }
        _ = try daemon.settings.reload()
    }

    func stop() async throws {
        await daemon.stop()
        try await running.value
    }

    /// The one job that came from a path, when it has got to a state.
    func job(from path: String, in states: Set<JobState>) async throws -> JobDetail {
        var found: JobDetail?
        try await eventually("\(path) gets to \(states)") {
            let answer = try await self.client.why(path: Array(path.utf8))
            found = answer.jobs.last
            return found.map { states.contains($0.job.state) } ?? false
        }
        return try #require(found)
    }

    /// Waits until nothing is left to do, then checks that nothing was lost.
    func settle(jobs: Int) async throws {
        try await eventually("\(jobs) jobs are finished", within: .seconds(240)) {
            let counts = try await self.client.status().counts
            return counts.done + counts.quarantined + counts.cancelled == jobs
        }
        #expect(try await client.status().balanced)
    }
}

private final class TextBox: Sendable {
    let text: Mutex<String>
    init(_ text: String) { self.text = Mutex(text) }
}
