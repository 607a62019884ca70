import Foundation
import GRDB
import Glibc
import Logging
import ServiceLifecycle
import Subprocess
import Wire

/// Runs the user's program for each finished job, one after the other, with the report on its standard input.
///
/// A job's report counts as told when the program has ended, however it did: a failure is logged and counted, and not
/// tried again. A daemon that is killed in between tells it again. Nothing of the queue ever waits for a hook.
package actor HookRunner: Service {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.hooks")

    let tree: RootTree
    let queue: Queue
    let settings: SettingsBox
    let bell: Bell
    let tally: Tally
    let troubles: Troubles
    let logger: Logger

    /// What a program that cannot be run at all is told as; the failures of one that runs are its own.
    private static let subject = "hooks.completed"
    private static let remedy =
        "Correct hooks.completed, or make the program one: chmod +x, and a first line as #!/bin/sh; it is tried at the next finished job."
    private static let reports = "reports for the hook"
    private static let failing = "it cannot be seen which are to be told"
    /// Longest wait without a look, for settings that were read again.
    private static let longestWait = Duration.seconds(30)
    /// What the program wrote last, for the log.
    private static let outputName = FileName("hook.log")
    /// Bytes of it that are quoted.
    private static let quoteLimit = 2000

    init(
        tree: RootTree, queue: Queue, settings: SettingsBox, bell: Bell, tally: Tally, troubles: Troubles,
        logger: Logger
    ) {
        self.tree = tree
        self.queue = queue
        self.settings = settings
        self.bell = bell
        self.tally = tally
        self.troubles = troubles
        self.logger = logger
    }

    /// How a run ended.
    enum Outcome: Sendable, Equatable {
        case succeeded
        case failed(String)
        case timedOut(Duration)
        /// The report is not in the outbox any more: somebody has collected it.
        case collected
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.tellAll() }
    }

    private func tellAll() async {
        let ear = bell.ear()
        checkProgram()
        while !Task.isCancelled {
            do {
                let job = try next()
                if let job { try await tell(job) }
                troubles.follow(Self.failing, because: nil, of: Self.reports, in: logger)
                if job == nil { await ear.wait(atMost: Self.longestWait) }
            } catch {
                if Task.isCancelled { return }
                troubles.follow(Self.failing, because: error, of: Self.reports, in: logger)
                await ear.wait(atMost: Self.longestWait)
            }
        }
    }

    /// Says at the start that the program cannot be run, rather than when it would be too late.
    private func checkProgram() {
        let program = settings.current.hooks.completed
        guard !program.isEmpty, let obstacle = Self.obstacle(to: program) else { return }
        let reason = Self.failure(of: program, obstacle)
        logger.error("\(Self.subject): \(reason). \(Self.remedy)")
        troubles.note(reason, remedy: Self.remedy, of: Self.subject)
    }

    /// What keeps a program from being run, as far as its file shows it.
    private static func obstacle(to program: String) -> String? {
        access(program, X_OK) == 0 ? nil : String(cString: strerror(errno))
    }

    private static func failure(of program: String, _ why: String) -> String { "\(program) could not be run: \(why)" }

    /// The oldest finished job whose report is to be told; without a program there is none.
    private func next() throws -> JobRecord? {
        if settings.current.hooks.completed.isEmpty {
            troubles.note(nil, of: Self.subject)
            try queue.reportAll()
            return nil
        }
        return try queue.unreported()
    }

    private func tell(_ job: JobRecord) async throws {
        try OpenFiles.require(OpenFiles.ofAProgram)
        let outcome = await call(settings.current.hooks, job)
        // A daemon that is stopping ends the program, which then has to be told again.
        if Task.isCancelled { return }
        switch outcome {
        case .succeeded: logger.debug("\(job.id): the hook was told")
        case .collected: logger.info("\(job.id): its report was collected before the hook was told")
        case .failed(let reason): logger.warning("\(job.id): the hook failed: \(reason)")
        case .timedOut(let limit):
            logger.warning("\(job.id): the hook took longer than \(DurationText.text(of: limit)) and was ended")
        }
        tally.hook(outcome)
        try queue.markReported(job.id)
    }

    /// Runs the program within its time, with the report on its standard input and a file for what it writes.
    func call(_ hooks: Settings.Hooks, _ job: JobRecord) async -> Outcome {
        // What stands in the outbox may be anybody's by now: a FIFO would be waited for.
        let report = open(
            tree.paths.outbox(of: job.id) + "/report.json", O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard report >= 0 else { return errno == ENOENT ? .collected : .failed("the report cannot be opened") }
        defer { close(report) }
        let output = open(
            tree.paths.state + "/" + Self.outputName.description, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o660)
        guard output >= 0 else {
            return .failed("state/\(Self.outputName) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { close(output) }
        do {
            let status = try await Task.within(hooks.timeout) {
                try await self.run(hooks.completed, for: job, input: report, output: output)
            }
            troubles.note(nil, of: Self.subject)
            guard let status else { return .timedOut(hooks.timeout) }
            return status.isSuccess ? .succeeded : .failed("\(status)\(quote(output))")
        } catch {
            let reason = Self.failure(of: hooks.completed, Self.obstacle(to: hooks.completed) ?? error.reason)
            if !Task.isCancelled { troubles.note(reason, remedy: Self.remedy, of: Self.subject) }
            return .failed(reason)
        }
    }

    /// Runs the program in a process group of its own, all of which ends when the task is cancelled.
    private func run(
        _ program: String, for job: JobRecord, input: Int32, output: Int32
    ) async throws -> TerminationStatus {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LIMNER_ROOT": tree.paths.root,
            "LIMNER_JOB": job.id.text, "LIMNER_STATUS": job.state.rawValue, "LIMNER_KIND": job.kind?.rawValue ?? "",
            "LIMNER_FOLDER": tree.paths.outbox(of: job.id),
        ].map { Array("\($0.key)=\($0.value)\0".utf8) }
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2)),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(1)),
        ]
        return try await Subprocess.run(
            .path(.init(program)), arguments: Arguments([job.id.text]), environment: .custom(environment),
            workingDirectory: .init(tree.paths.root), platformOptions: options,
            input: .fileDescriptor(.init(rawValue: input), closeAfterSpawningProcess: false),
            output: .fileDescriptor(.init(rawValue: output), closeAfterSpawningProcess: false),
            error: .fileDescriptor(.init(rawValue: output), closeAfterSpawningProcess: false)
        ).terminationStatus
    }

    private func quote(_ output: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: Self.quoteLimit)
        let size = lseek(output, 0, SEEK_END)
        let count = pread(output, &bytes, bytes.count, max(0, size - off_t(bytes.count)))
        guard count > 0 else { return "" }
        return ": " + String(decoding: bytes[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension Queue {
    /// The oldest finished job whose report is still to be told.
    func unreported() throws -> JobRecord? {
        try pool.read { db in
            try JobRecord.fetchOne(
                db,
                sql: """
                    SELECT * FROM job INDEXED BY job_unreported WHERE reported = 0 AND concluding IS NULL
                    AND state IN ('done', 'quarantined', 'cancelled') ORDER BY id LIMIT 1
                    """)
        }
    }

    func markReported(_ id: JobIdentifier) throws {
        try pool.write { try $0.execute(sql: "UPDATE job SET reported = 1 WHERE id = ?", arguments: [id.text]) }
    }

    /// For when there is nobody to tell any more.
    func reportAll() throws {
        let any = try pool.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE reported = 0)") }
        if any == true { try pool.write { try $0.execute(sql: "UPDATE job SET reported = 1 WHERE reported = 0") } }
    }
}
