import Foundation
import Glibc
import Spool
import Subprocess
import Synchronization
import SystemPackage
import Wire

/// A studio of a scenario's own, the ledger of what is dropped into it, and the `limnerd` processes that work on it, one after
/// the other.
struct PrivateDaemon: Sendable {
    /// Who does the jobs.
    enum Worker: Sendable {
        /// ``RehearsalWorker``, which obeys the pictures.
        case rehearsal
        /// `limner-worker`.
        case real
    }

    let folders: RootFolders
    let log: String
    let witness: Witness
    let client: ControlClient
    private let programs: Programs
    private let settings: [String: String]
    private let worker: Worker
    private let script: String
    /// Words before the command, such as `setpriv` and its arguments.
    var prefix: [String] = []

    /// How long a daemon may take to answer, or to go.
    private static let patience = Duration.seconds(20)

    /// - Parameters:
    ///   - notes: the path of log and ledger, without `.log` and `.ledger`.
    ///   - workerEnvironment: variables for the rehearsal worker, whom the daemon gives a clean environment.
    init(
        root: String, settings: [String: String], worker: Worker, programs: Programs, notes: String,
        workerEnvironment: [String: String] = [:]
    ) throws {
        folders = RootFolders(root: root)
        client = ControlClient(socket: folders.controlSocket)
        self.programs = programs
        self.worker = worker
        log = notes + ".log"
        witness = try Witness(path: notes + ".ledger")
        self.settings = [
            "LIMNER_INTAKE_STABILITY": "50ms", "LIMNER_INTAKE_RECONCILE_INTERVAL": "5s",
            "LIMNER_INTAKE_MANIFEST_WAIT": "30s", "LIMNER_RETRIES_BACKOFF": "50ms", "LIMNER_WORKERS_COUNT": "2",
            "LIMNER_CONFIG": root + ".yaml", "LIMNER_MODELS": programs.models,
        ].merging(settings) { $1 }
        for program in [programs.limner, programs.limnerd] where access(program, X_OK) != 0 {
            throw TortureError.programMissing(program)
        }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        // Not the settings of the studio that is in use.
        try Data("{}\n".utf8).write(to: URL(fileURLWithPath: root + ".yaml"))
        script = root + ".worker"
        func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
        let exports = workerEnvironment.map { "export \($0.key)=\(quoted($0.value))\n" }.joined()
        let command = "exec \(quoted(programs.limner)) rehearse \"$@\"\n"
        try Data("#!/bin/sh\n\(exports)\(command)".utf8).write(to: URL(fileURLWithPath: script))
        guard chmod(script, 0o755) == 0 else { throw TortureError.call("chmod", path: script, errno: errno) }
    }

    /// One process.
    struct Life: Sendable {
        let pid: Int32
        let client: ControlClient
        private let execution:
            Execution<Subprocess.NoInput, Subprocess.DiscardedOutput, Subprocess.FileDescriptorOutput>

        init(
            _ execution: Execution<
                Subprocess.NoInput, Subprocess.DiscardedOutput, Subprocess.FileDescriptorOutput
            >, _ client: ControlClient
        ) {
            self.execution = execution
            self.client = client
            pid = execution.processIdentifier.value
        }

        func send(_ signal: Signal) throws { try execution.send(signal: signal) }

        /// Whether the process has ended, although nobody has asked for its status yet.
        var isGone: Bool {
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
            // The state stands behind the name, which may hold anything but ends with the last parenthesis.
            return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first == "Z"
        }

        /// Waits until the process has ended; for so long at most.
        func gone(within patience: Duration) async throws {
            let end = ContinuousClock.now + patience
            while !isGone, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        }

        /// The worker processes that the daemon has now.
        var workers: [Int32] {
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            let children = tasks.compactMap { task in
                try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)
            }
            return Set(children.flatMap { $0.split(separator: " ") }.compactMap { Int32($0) }).sorted()
        }

    }

    /// Starts a daemon and lends it to `body`, at once, before it is ready; then ends it by SIGTERM, and by SIGKILL when
    /// it does not go. The process is gone when this returns.
    ///
    /// - Parameter environment: variables over the settings, such as ``FailPoint/variable``.
    /// - Returns: what `body` returned, and how the process ended.
    func launch<Value: Sendable>(
        _ environment: [String: String] = [:], _ body: @escaping @Sendable (Life) async throws -> Value
    ) async throws -> (value: Value, end: TerminationStatus) {
        var variables = ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "TZ": "UTC"]
        variables.merge(settings) { $1 }
        variables.merge(environment) { $1 }
        var words = prefix + [programs.limnerd, "--root", folders.root]
        if worker == .rehearsal { words += ["--worker", script] }
        let error = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite])
        defer { try? error.close() }
        let entries = variables.map { Array("\($0.key)=\($0.value)\0".utf8) }
        let command: Executable = words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0])
        let result = try await Subprocess.run(
            command, arguments: Arguments(Array(words.dropFirst())), environment: .custom(entries),
            input: .none, output: .discarded, error: .fileDescriptor(error, closeAfterSpawningProcess: false)
        ) { execution -> Result<Value, any Error> in
            let life = Life(execution, client)
            let value: Result<Value, any Error>
            do {
                value = .success(try await body(life))
            } catch {
                value = .failure(error)
            }
            await execution.teardown(using: [
                .send(signal: .resume, allowedDurationToNextStep: .zero),
                .send(signal: .terminate, allowedDurationToNextStep: Self.patience),
            ])
            return value
        }
        return (try result.closureResult.get(), result.terminationStatus)
    }

    /// As ``launch(_:_:)``, when the daemon answers.
    func live<Value: Sendable>(
        _ environment: [String: String] = [:], _ body: @escaping @Sendable (Life) async throws -> Value
    ) async throws -> Value {
        try await launch(environment) { life in
            try await ready(life)
            return try await body(life)
        }.value
    }

    /// Waits until a daemon answers.
    func ready(_ life: Life) async throws {
        try await eventually("limnerd answers", within: Self.patience, every: .milliseconds(5)) {
            if life.isGone { throw TortureError.daemonDied(lastWords) }
            return (try? await client.status())?.pid == life.pid
        }
    }

    /// Waits until everything in the inbox has come to its end.
    ///
    /// - Parameter count: how many jobs there must be.
    func settle(atLeast count: Int = 0, within patience: Duration = .seconds(120)) async throws {
        try await eventually("every job is finished and the inbox is empty", within: patience) {
            // In this order: a file that leaves the inbox is in the counts by then.
            guard inboxFiles().isEmpty else { return false }
            let counts = try await client.status().counts
            return counts.waiting + counts.queued + counts.running + counts.failed == 0 && counts.sum >= count
        }
    }

    /// Files in the inbox that are to be taken, as paths below it.
    func inboxFiles() -> [String] {
        Tree.files(below: folders.inbox).filter { path in
            !path.split(separator: "/").contains { $0.hasPrefix(".") } && !path.hasSuffix(".part")
        }
    }

    /// The last line of the daemon's log.
    var lastWords: String {
        let log = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return log.split(separator: "\n").last.map(String.init) ?? "it said nothing"
    }

    /// How often a text stands in the daemon's log.
    func mentions(_ text: String) -> Int {
        let log = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return log.ranges(of: text).count
    }
}
