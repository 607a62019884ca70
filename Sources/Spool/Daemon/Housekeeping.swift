import CLinux
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// The slow chores: originals that were kept long enough, originals not moved yet, work kept for nobody, the write-ahead
/// log, freed memory, the watchdog.
package actor Housekeeping: Service {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.chores")

    let queue: Queue
    let outbox: Outbox
    let settings: SettingsBox
    let notifier: ServiceNotifier
    let logger: Logger
    let audit: Audit
    let tally: Tally
    let reconciler: Reconciler

    /// Rounds of chores between two proofs for the metrics.
    private static let proofRounds = 5
    private static let watchdog = "the service manager's watchdog"
    private static let unheard = "it gets no sign of life"
    private static let chores = Duration.seconds(60)
    /// Between two tries at originals that could not be moved.
    private static let patience = Duration.seconds(5)

    init(
        queue: Queue, outbox: Outbox, settings: SettingsBox, notifier: ServiceNotifier, logger: Logger, audit: Audit,
        tally: Tally, reconciler: Reconciler
    ) {
        self.queue = queue
        self.outbox = outbox
        self.settings = settings
        self.notifier = notifier
        self.logger = logger
        self.audit = audit
        self.tally = tally
        self.reconciler = reconciler
    }

    package nonisolated func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.clean() }
                group.addTask { await self.beat() }
                group.addTask { await self.prove() }
                await group.waitForAll()
            }
        }
    }

    private func clean() async {
        while !Task.isCancelled {
            await reconciler.tryAgain()
            let isBehind = chores()
            try? await Task.sleep(for: isBehind ? Self.patience : Self.chores)
        }
    }

    /// One round. No chore that fails keeps another from being done.
    ///
    /// - Returns: whether originals are still to be moved.
    func chores(now: Date = .now) -> Bool {
        var isBehind = false
        var failure: (any Error)?
        func attempt(_ chore: () throws -> Void) {
            do { try chore() } catch { failure = failure ?? error }
        }
        attempt {
            let removed = try outbox.retain(settings.current.retention, now: now)
            if removed != Outbox.Removed() {
                logger.info("retention: \(removed.folders) folders and the history of \(removed.jobs) jobs removed")
            }
        }
        attempt {
            for job in try queue.unsettled() {
                isBehind = true
                attempt { try outbox.settle(job) }
            }
        }
        attempt {
            for name in try outbox.tree.checkpoints.names() { attempt { try outbox.dropCheckpoints(name) } }
        }
        attempt { try queue.checkpoint() }
        outbox.troubles.follow("not all of it could be done", because: failure, of: "housekeeping", in: logger)
        limner_trim_memory()
        return isBehind
    }

    /// Keeps the figure of `limner status --proof` for the metrics: a proof looks at all that the root holds, so not every
    /// question may cause one.
    private nonisolated func prove() async {
        while !Task.isCancelled {
            do {
                tally.note(proof: try await audit.proof())
                outbox.troubles.follow(
                    "it cannot be made", because: nil, of: "the proof that nothing is lost", in: logger)
                limner_trim_memory()
            } catch is CancellationError {
                return
            } catch {
                outbox.troubles.follow(
                    "it cannot be made", because: error, of: "the proof that nothing is lost", in: logger)
            }
            try? await Task.sleep(for: Self.chores * Self.proofRounds)
        }
    }

    /// Signs of life at half of what the service manager waits for. Each goes through the database, so that a daemon
    /// that is stuck there stops beating.
    private nonisolated func beat() async {
        guard notifier.isActive else { return }
        let interval = notifier.watchdog.map { $0 / 2 } ?? .seconds(30)
        while !Task.isCancelled {
            do {
                let counts = try queue.reader.counts()
                if notifier.watchdog != nil { notifier.alive() }
                outbox.troubles.follow(Self.unheard, because: nil, of: Self.watchdog, in: logger)
                let open = counts.waiting + counts.queued + counts.failed
                notifier.status(
                    "\(open) queued, \(counts.running) running, \(counts.done) done, \(counts.quarantined) quarantined")
            } catch {
                outbox.troubles.follow(Self.unheard, because: error, of: Self.watchdog, in: logger)
            }
            try? await Task.sleep(for: interval)
        }
    }
}
