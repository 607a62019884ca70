import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Wire

/// Gives queued jobs to worker processes, as many at once as `workers.count` says, and every attempt its end.
package actor Dispatcher: Service {
    /// Ends of jobs wait for the disk.
    private let executor = DiskExecutor(label: "limner.dispatch")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Why an attempt's worker was ended from outside.
    enum Interruption: Sendable {
        case timedOut(Duration)
        /// No sign of life for the lease's length.
        case silent(Duration)
        case cancelled
        case stopping
    }

    /// One place for a worker.
    struct Slot {
        /// Whether a worker is being started, which will look for work.
        var isStarting = false
        var conversation: WorkerConversation?
        var started = Date.now
        var served = 0
        var attempt: JobRecord?
        var interruption: Interruption?
        /// How the worker was started.
        var command: WorkerCommand?
        var meter: UsageMeter?
    }

    let tree: RootTree
    let queue: Queue
    let outbox: Outbox
    let settings: SettingsBox
    let hub: EventHub
    let logger: Logger
    let tally: Tally
    private let bell: Bell
    private let command: @Sendable (Settings) -> WorkerCommand
    /// Bytes that the machine has for programs.
    private let memory: @Sendable () -> Int64?

    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    var slots: [Slot]
    private var isStopping = false

    /// Longest wait without a look at the queue; a safety net under the bell.
    private static let longestWait = Duration.seconds(30)
    /// Between two looks at a root whose folders are not where they should be, of whose return nobody tells.
    private static let heldWait = Duration.seconds(2)

    package init(
        tree: RootTree, queue: Queue, outbox: Outbox, settings: SettingsBox, hub: EventHub, bell: Bell,
        logger: Logger, command: @escaping @Sendable (Settings) -> WorkerCommand, tally: Tally,
        memory: @escaping @Sendable () -> Int64? = MachineMemory.available
    ) {
        self.memory = memory
        self.tally = tally
        self.tree = tree
        self.queue = queue
        self.outbox = outbox
        self.settings = settings
        self.hub = hub
        self.bell = bell
        self.logger = logger
        self.command = command
        slots = Array(repeating: Slot(), count: settings.current.workers.number(cores: Self.cores))
    }

    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for number in slots.indices { group.addTask { await self.keep(number) } }
                group.addTask { await self.watchDeadlines() }
                await group.waitForAll()
            }
        } onCancelOrGracefulShutdown: {
            Task { await self.stop() }
        }
    }

    /// Returns running jobs to the queue and ends all workers.
    private func stop() async {
        isStopping = true
        bell.ring()
        await withTaskGroup(of: Void.self) { group in
            for number in slots.indices { group.addTask { await self.interrupt(number, .stopping) } }
        }
    }

    /// Ends a slot's worker; the attempt in it then ends with this reason.
    func interrupt(_ number: Int, _ interruption: Interruption) async {
        guard slots[number].attempt != nil || isStopping else { return }
        if slots[number].interruption == nil { slots[number].interruption = interruption }
        await slots[number].conversation?.kill()
    }

    // MARK: One slot

    /// Keeps one worker while there is work, and starts it anew when it dies.
    private func keep(_ number: Int) async {
        var failures = 0
        let words = WordsBox()
        while !isStopping {
            guard hasWorkForOneMore() else {
                await bell.wait(atMost: Self.longestWait)
                continue
            }
            slots[number].isStarting = true
            let command = command(settings.current)
            do {
                let run = try await WorkerProcess.run(command) { [logger] line in
                    words.add(line)
                    logger.debug("worker: \(line)")
                } body: { conversation in
                    try await self.serve(number, conversation, command, words)
                }
                let attempt = slots[number].attempt
                let interruption = slots[number].interruption
                let setting = slots[number].setting
                slots[number] = Slot()
                if case .failure = run.outcome, !isStopping { tally.workerDied(Self.reason(interruption, run.end)) }
                if let attempt { end(attempt, interruption, run, setting) }
                switch run.outcome {
                case .success: failures = 0
                case .failure(let error):
                    // A worker that dies at a job is the job's matter; one that never gets that far would be restarted in a rush.
                    failures = attempt == nil ? failures + 1 : 0
                    if attempt == nil, !isStopping { logger.error("\(error)") }
                }
            } catch {
                failures += 1
                slots[number] = Slot()
                logger.error("\(error); jobs wait until it can be started")
            }
            if failures > 0, !isStopping { await pause(.seconds(min(1 << min(failures - 1, 5), 30))) }
        }
    }

    /// Why a worker that did not go by itself is gone, for the metrics.
    private static func reason(_ interruption: Interruption?, _ end: WorkerEnd) -> Tally.Death {
        switch interruption {
        case .timedOut, .silent: .timedOut
        case .cancelled, .stopping: .ended
        case nil: end.isOutOfMemory ? .outOfMemory : .crashed
        }
    }

    private func pause(_ duration: Duration) async {
        let end = ContinuousClock.now + duration
        while !isStopping, ContinuousClock.now < end { await bell.wait(atMost: ContinuousClock.now.duration(to: end)) }
    }

    /// Runs jobs on one worker until there has been none for long, the settings ask for another worker, or it breaks.
    private func serve(
        _ number: Int, _ conversation: WorkerConversation, _ command: WorkerCommand, _ words: WordsBox
    ) async throws {
        slots[number].isStarting = false
        slots[number].conversation = conversation
        slots[number].started = .now
        tally.workerStarted()
        if let facts = await conversation.facts {
            logger.info(
                "worker \(facts.pid) is ready: \(facts.threads) threads, OpenBLAS kernels for \(facts.openblasCore)")
        }
        var idleSince = ContinuousClock.now
        while !isStopping {
            let current = settings.current
            if self.command(current) != command {
                logger.info("worker \(conversation.pid) makes room for one with the new settings")
                return
            }
            if let job = claim(current) {
                FailPoint.reach(.leased)
                slots[number].attempt = job
                slots[number].command = command
                slots[number].meter = UsageMeter(pid: conversation.pid)
                _ = words.take()
                let outcome = try await attempt(job, number, conversation, current)
                slots[number].meter?.look()
                end(job, outcome, slots[number].setting, words)
                slots[number].attempt = nil
                slots[number].served += 1
                // There may be room now for a job that the others passed over.
                bell.ring()
                // An interruption that came when the attempt had just ended has killed the worker all the same.
                if slots[number].interruption != nil { return }
                idleSince = .now
                continue
            }
            let left = current.workers.idleTimeout - idleSince.duration(to: .now)
            if left <= .zero {
                logger.info("worker \(conversation.pid) had nothing to do and is ended")
                return
            }
            await bell.wait(atMost: min(left, tree.examine().againstJobs == nil ? Self.longestWait : Self.heldWait))
        }
    }

    /// Whether more jobs wait than there are workers that look for one.
    private func hasWorkForOneMore() -> Bool {
        let looking = slots.count { $0.isStarting || $0.conversation != nil && $0.attempt == nil }
        do {
            return try !queue.isPaused
                && queue.waiting(limits: settings.current.limits.byKind, atMost: looking + 1) > looking
        } catch {
            logger.error("the queue cannot be read: \(error)")
            return false
        }
    }

    private func claim(_ settings: Settings) -> JobRecord? {
        do {
            try queue.age(by: settings.queue.ageing)
            // Asked last, and only where there is work: workers read by path, and hand in by renames.
            return try queue.isPaused || tree.examine().againstJobs != nil
                ? nil
                : queue.claim(
                    lease: settings.lease.duration, limits: settings.limits.byKind, memory: try room(settings))
        } catch {
            logger.error("no job could be claimed: \(error)")
            return nil
        }
    }

    /// Threads for a job that has begun: all cores when it is alone, else its share of them.
    func threads(_ settings: Settings) throws -> Int {
        if settings.engine.threads > 0 { return settings.engine.threads }
        let running = slots.count { $0.attempt != nil }
        let waiting = try queue.waiting(limits: settings.limits.byKind, atMost: slots.count - running)
        return max(1, Self.cores / (running + waiting))
    }

    /// Bytes for one more job: what the machine has, without what is to be left to others and what the jobs that run are
    /// still going to take. `nil` when memory is no matter: nothing runs that could give any back, or nobody wants it
    /// looked at.
    private func room(_ settings: Settings) throws -> Int64? {
        let running = slots.filter { $0.attempt != nil }
        guard settings.workers.memoryReserveMB > 0, !running.isEmpty, let available = memory() else { return nil }
        let growth = try running.reduce(Int64(0)) { sum, slot in
            guard let job = slot.attempt, let conversation = slot.conversation else { return sum }
            return sum + max(0, try queue.memory(of: job.id) - (Self.residentBytes(of: conversation.pid) ?? 0))
        }
        return max(0, available - growth - Int64(settings.workers.memoryReserveMB) << 20)
    }

    // MARK: Deadlines

    /// Puts failed jobs back when their backoff is over, and ends workers that give no sign of life.
    private func watchDeadlines() async {
        while !isStopping {
            for slot in slots where slot.attempt != nil { slot.meter?.look() }
            var delay = Duration.seconds(1)
            do {
                if try queue.promoteDue() > 0 { bell.ring() }
                for job in try queue.expired() { await expire(job) }
                // Often enough for any backoff that may be set meanwhile.
                if let next = try queue.nextDeadline() { delay = .milliseconds(min(max(next, 10), 250)) }
            } catch {
                logger.error("the queue's deadlines cannot be read: \(error)")
            }
            try? await Task.sleep(for: delay)
            if Task.isCancelled { return }
        }
    }

    private func expire(_ job: JobRecord) async {
        if let number = slots.firstIndex(where: { $0.attempt?.id == job.id && $0.attempt?.token == job.token }) {
            await interrupt(number, .silent(settings.current.lease.duration))
        } else {
            _ = try? queue.giveBack(job, why: "its lease was nobody's", countAttempt: true)
        }
    }

    // MARK: What others ask

    /// Ends the attempt that is running a job, as cancelled; `false` when none is.
    package func cancel(_ id: JobIdentifier) async -> Bool {
        guard let number = slots.firstIndex(where: { $0.attempt?.id == id }) else { return false }
        await interrupt(number, .cancelled)
        return true
    }

    package var workers: [StatusAnswer.Worker] {
        slots.compactMap { slot in
            guard let conversation = slot.conversation else { return nil }
            return StatusAnswer.Worker(
                pid: conversation.pid, job: slot.attempt?.id, served: slot.served,
                residentBytes: Self.residentBytes(of: conversation.pid), started: slot.started)
        }
    }

    /// The second number of `/proc/<pid>/statm` counts resident pages.
    private static func residentBytes(of pid: Int32) -> Int64? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .ascii) else { return nil }
        let numbers = text.split(separator: " ")
        guard numbers.count > 1, let pages = Int64(numbers[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
