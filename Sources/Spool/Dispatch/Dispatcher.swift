import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Wire

/// Gives queued jobs to worker processes, as many at once as `workers.count` says, and every attempt its end.
package actor Dispatcher: Service {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.dispatch")

    /// Why an attempt's worker was ended from outside.
    enum Interruption: Sendable {
        case timedOut(Duration)
        /// Nothing was done for the lease's length.
        case silent(Duration)
        case cancelled
        case stopping

        /// Whether another attempt is to go on with what this one has done.
        var keepsWork: Bool {
            switch self {
            case .timedOut, .stopping: true
            case .silent, .cancelled: false
            }
        }
    }

    /// One place for a worker.
    struct Slot {
        /// Whether a worker is being started, which will look for work.
        var isStarting = false
        var conversation: WorkerConversation?
        var started = Date.now
        var served = 0
        var attempt: JobRecord?
        /// When the worker last gave a sign of life, in milliseconds of the queue's clock: the lease runs from then. It means
        /// nothing to another daemon, so it is kept nowhere else.
        var heard: Int64 = 0
        var interruption: Interruption?
        /// What the attempt comes to, once its worker has said so.
        var plan: WorkerPlan?
        /// What the worker's last beat said of its work.
        var work: Int64?
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
    private let place: LocalExecutor

    var slots: [Slot]
    /// Ends that could not be committed, with their outputs: they are committed when their jobs' turn comes again, instead of
    /// doing the work once more.
    var kept: [JobIdentifier: Outbox.End] = [:]
    /// Attempts that are over, and that the queue could not be told about.
    var stranded: [JobRecord] = []
    /// How far each job had come, 0…1, when its worker last went.
    var reached: [JobIdentifier: (fraction: Double, start: Int)] = [:]
    private var isStopping = false

    /// How long a worker that was asked to stop may take to keep what it has done: shorter than what a service manager
    /// gives the daemon.
    private static let stopPatience = Duration.seconds(10)
    /// Longest wait without a look at the queue; a safety net under the bell.
    private static let longestWait = Duration.seconds(30)
    /// Between two looks at the deadlines. Milliseconds after which a look comes so late that this process was stopped, or
    /// the machine asleep, and could not have heard a worker.
    private static let absence: Int64 = 5000
    /// Between two looks at a root whose folders are not where they should be, of whose return nobody tells.
    private static let heldWait = Duration.seconds(2)

    package init(
        tree: RootTree, queue: Queue, outbox: Outbox, settings: SettingsBox, hub: EventHub, bell: Bell,
        logger: Logger, place: LocalExecutor, tally: Tally
    ) {
        self.place = place
        self.tally = tally
        self.tree = tree
        self.queue = queue
        self.outbox = outbox
        self.settings = settings
        self.hub = hub
        self.bell = bell
        self.logger = logger
        slots = Array(repeating: Slot(), count: place.places(settings.current))
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
        let conversation = slots[number].conversation
        if case .cancelled = interruption, let plan = slots[number].plan, plan.keepsPartial, let conversation {
            // The attempt ends with what is done, for which it has the rest of its time.
            try? await conversation.send(.conclude(plan.token))
            return
        }
        if interruption.keepsWork, let plan = slots[number].plan, plan.isResumable {
            await conversation?.stop(plan.token, patience: Self.stopPatience)
        }
        await conversation?.kill()
    }

    /// Notes a sign of life of whoever runs a job; `false` when nobody does under this token any more.
    func hear(from job: JobRecord) -> Bool {
        guard let number = slots.firstIndex(where: { $0.attempt?.id == job.id && $0.attempt?.token == job.token })
        else { return false }
        slots[number].heard = queue.clock.now()
        return true
    }

    // MARK: One slot

    /// Keeps one worker while there is work, and starts it anew when it dies.
    private func keep(_ number: Int) async {
        var failures = 0
        let words = WordsBox()
        let ear = bell.ear()
        while !isStopping {
            guard hasWorkForOneMore() else {
                // Without work none is started any more.
                if !slots.contains(where: { $0.isStarting || $0.conversation != nil }) { noteStart(failure: nil) }
                await ear.wait(atMost: Self.longestWait)
                continue
            }
            slots[number].isStarting = true
            let command = place.command(settings.current)
            let sight = place.sight(settings.current)
            do {
                let run = try await WorkerProcess.run(command) { [logger] line in
                    words.add(line)
                    logger.debug("worker: \(line)")
                } body: { conversation in
                    try await self.serve(number, conversation, command, sight, words)
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
                    if attempt == nil, !isStopping { noteStart(failure: error) }
                }
            } catch {
                failures += 1
                slots[number] = Slot()
                noteStart(failure: error)
            }
            if failures > 0, !isStopping { await pause(.seconds(min(1 << min(failures - 1, 5), 30)), ear) }
        }
    }

    /// Under which ``Troubles`` know that no worker can be started.
    static let starts = "workers"

    private func noteStart(failure: (any Error)?) {
        if let failure {
            tally.workerStartFailed()
            // Fewer than there might be, but not none.
            if slots.contains(where: { $0.conversation != nil }) {
                return logger.warning("one more worker could not be started: \(failure.reason)")
            }
        }
        outbox.troubles.follow("none can be started", because: failure, of: Self.starts, in: logger)
    }

    /// Why a worker that did not go by itself is gone, for the metrics.
    private static func reason(_ interruption: Interruption?, _ end: WorkerEnd) -> Tally.Death {
        switch interruption {
        case .timedOut, .silent: .timedOut
        case .cancelled, .stopping: .ended
        case nil: end.isOutOfMemory ? .outOfMemory : .crashed
        }
    }

    private func pause(_ duration: Duration, _ ear: Bell.Ear) async {
        let end = ContinuousClock.now + duration
        while !isStopping, ContinuousClock.now < end { await ear.wait(atMost: ContinuousClock.now.duration(to: end)) }
    }

    /// Runs jobs on one worker until there has been none for long, the settings ask for another worker, or it breaks.
    private func serve(
        _ number: Int, _ conversation: WorkerConversation, _ command: WorkerCommand, _ sight: [FolderPlace?],
        _ words: WordsBox
    ) async throws {
        slots[number].isStarting = false
        slots[number].conversation = conversation
        slots[number].started = .now
        tally.workerStarted()
        noteStart(failure: nil)
        if let facts = await conversation.facts {
            logger.info(
                "worker \(facts.pid) is ready: \(facts.threads) threads, OpenBLAS kernels for \(facts.openblasCore)")
        }
        var idleSince = ContinuousClock.now
        let ear = bell.ear()
        while !isStopping {
            let current = settings.current
            if place.command(current) != command {
                logger.info("worker \(conversation.pid) makes room for one with the new settings")
                return
            }
            if place.sight(current) != sight {
                logger.info(
                    "worker \(conversation.pid) makes room for one that may read the new gallery, styles or models")
                return
            }
            if let job = claim(current, for: number) {
                FailPoint.reach(.leased)
                if let end = end(withoutWork: job) {
                    conclude(job, end)
                    continue
                }
                slots[number].attempt = job
                slots[number].heard = queue.clock.now()
                slots[number].command = command
                slots[number].meter = UsageMeter(pid: conversation.pid)
                _ = words.take()
                let outcome = try await attempt(job, number, conversation, current)
                slots[number].meter?.look()
                switch (outcome, slots[number].interruption) {
                case (.ended(.finished(let result)), .cancelled) where slots[number].plan?.keepsPartial == true:
                    endCancelled(slots[number].attempt ?? job, keeping: result)
                case (_, .cancelled): endCancelled(slots[number].attempt ?? job)
                case (.ended(let outcome), _): end(job, outcome, slots[number].setting, words)
                case (.postponed(let plan), _): postpone(job, plan)
                }
                slots[number].attempt = nil
                slots[number].plan = nil
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
            await ear.wait(atMost: min(left, tree.examine().againstJobs == nil ? Self.longestWait : Self.heldWait))
        }
    }

    /// Whether more jobs wait than there are workers that look for one.
    private func hasWorkForOneMore() -> Bool {
        let looking = slots.count { $0.isStarting || $0.conversation != nil && $0.attempt == nil }
        return follow("it cannot be read", of: "the queue") {
            try !queue.isPaused
                && queue.waiting(limits: settings.current.limits.positive, atMost: looking + 1) > looking
        } ?? false
    }

    private func claim(_ settings: Settings, for number: Int) -> JobRecord? {
        let claimed = follow("none can be begun", of: "jobs that wait") { () throws -> JobRecord? in
            try queue.age(by: settings.queue.ageing)
            // Asked last, and only where there is work: workers read by path, and hand in by renames.
            return try queue.isPaused || tree.examine().againstJobs != nil
                ? nil
                : queue.claim(limits: settings.limits.positive, memory: room(settings, beside: number))
        }
        return claimed ?? nil
    }

    /// Threads for a job that has begun: all cores when it is alone, else its share of them.
    func threads(_ settings: Settings) throws -> Int {
        let running = slots.count { $0.attempt != nil }
        let waiting = try queue.waiting(limits: settings.limits.positive, atMost: slots.count - running)
        return place.threads(settings, among: running + waiting)
    }

    /// Bytes for one more job; see ``LocalExecutor/room(_:beside:)``.
    ///
    /// - Parameter number: the slot that the job would run in.
    func room(_ settings: Settings, beside number: Int) -> Int64? {
        let others = slots.indices.filter { $0 != number && slots[$0].attempt != nil }
        return place.room(settings, beside: others.map { (slots[$0].plan, slots[$0].conversation?.pid) })
    }

    // MARK: Deadlines

    /// Puts failed jobs back when their backoff is over, and ends workers that give no sign of life.
    private func watchDeadlines() async {
        var last = queue.clock.now()
        while !isStopping {
            var delay = Duration.seconds(1)
            let now = queue.clock.now()
            for number in slots.indices where slots[number].attempt != nil {
                slots[number].meter?.look()
                if now - last > Self.absence { slots[number].heard = now }
            }
            last = now
            await endSilent(since: now)
            follow("jobs whose time has come are not put back", of: "the queue's deadlines") {
                if try queue.promoteDue() > 0 { bell.ring() }
                try giveBackStranded()
                try outbox.finish()
                // Often enough for any backoff that may be set meanwhile.
                if let next = try queue.nextDeadline() { delay = .milliseconds(min(max(next, 10), 250)) }
            }
            try? await Task.sleep(for: delay)
            if Task.isCancelled { return }
        }
    }

    /// Does what is done again and again; that it fails is said once.
    ///
    /// - Parameter what: cannot be done then.
    @discardableResult
    private func follow<Value>(_ what: String, of subject: String, _ body: () throws -> Value) -> Value? {
        let result = Result { try body() }
        var failure: (any Error)?
        if case .failure(let error) = result { failure = error }
        outbox.troubles.follow(what, because: failure, of: subject, in: logger)
        return try? result.get()
    }

    /// Tells the queue of attempts that it could not be told of before.
    private func giveBackStranded() throws {
        while let job = stranded.last {
            if job.standing.isEnding { try queue.undecide(job.id) }
            _ = try queue.giveBack(job, why: "its attempt is over, and could not be recorded before", counted: true)
            stranded.removeLast()
        }
    }

    private func endSilent(since now: Int64) async {
        let lease = settings.current.lease.duration
        for number in slots.indices
        where slots[number].attempt != nil && now - slots[number].heard > lease.milliseconds {
            await interrupt(number, .silent(lease))
        }
    }

    // MARK: What others ask

    /// Takes jobs back that are queued, failed or running, as far as they stand in one of some states. Here, where attempts
    /// begin and end, so that none does in between.
    func cancel(_ ids: [JobIdentifier], in states: Set<JobState>) async -> Cancellation {
        var answer = Cancellation()
        var running: [Int] = []
        if states.contains(.running) {
            let wanted = Set(ids)
            for number in slots.indices {
                guard let job = slots[number].attempt, wanted.contains(job.id) else { continue }
                // Noted before anything is waited for: an attempt that ends meanwhile ends as cancelled.
                slots[number].interruption = .cancelled
                do {
                    // A daemon that is killed meanwhile does not begin anew what was taken back.
                    slots[number].attempt = try queue.decide(job, Outcome(.cancelled)) ?? job
                } catch {
                    logger.warning("\(job.id): it is being cancelled, which cannot be recorded yet: \(error.reason)")
                }
                running.append(number)
                answer.ending.append(job.id)
            }
        }
        let idle = ids.filter { !answer.ending.contains($0) }
        do {
            let error = ReportError(code: .cancelled, message: "The job was cancelled before it ran.")
            let end = Outbox.End(conclusion: .cancelled, why: "cancelled by the user", error: error)
            let decided = try queue.decide(idle, .cancelled, in: states.intersection([.queued, .failed, .running]))
            answer.failures = outbox.conclude(decided.map { ($0, end) })
            for job in decided {
                if answer.failures[job.id] == nil {
                    answer.cancelled.append(job.id)
                    if let staging = kept.removeValue(forKey: job.id)?.staging { wipe(staging) }
                } else {
                    try queue.undecide(job.id)
                }
            }
        } catch {
            for id in idle where answer.failures[id] == nil && !answer.cancelled.contains(id) {
                answer.failures[id] = error
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for number in running { group.addTask { await self.interrupt(number, .cancelled) } }
        }
        return answer
    }

    /// Has running jobs keep what they have done, as far as they can, and go on.
    func keepWork() async {
        for slot in slots {
            guard let plan = slot.plan, plan.isResumable, let conversation = slot.conversation else { continue }
            // A worker that is gone is found by who waits for its answer.
            try? await conversation.send(.checkpoint(plan.token))
        }
    }

    package var workers: [StatusAnswer.Worker] {
        slots.compactMap { slot in
            guard let conversation = slot.conversation else { return nil }
            return StatusAnswer.Worker(
                pid: conversation.pid, job: slot.attempt?.id, served: slot.served,
                residentBytes: LocalExecutor.residentBytes(of: conversation.pid), started: slot.started)
        }
    }
}
