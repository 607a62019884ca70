import CLinux
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// The slow chores: originals that were kept long enough, originals not moved yet, the write-ahead log, freed memory,
/// the watchdog.
package struct Housekeeping: Service {
    let queue: Queue
    let outbox: Outbox
    let settings: SettingsBox
    let notifier: ServiceNotifier
    let logger: Logger
    let audit: Audit
    let tally: Tally

    /// Rounds of chores between two proofs for the metrics.
    private static let proofRounds = 5
    private static let chores = Duration.seconds(60)
    /// Between two tries at originals that could not be moved.
    private static let patience = Duration.seconds(5)

    package func run() async throws {
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
            var pause = Self.chores
            do {
                let removed = try outbox.retain(settings.current.retention)
                if removed != Outbox.Removed() {
                    logger.info("retention: \(removed.folders) folders and the history of \(removed.jobs) jobs removed")
                }
                // A job that has just ended is being settled by whoever ended it.
                for job in try queue.unsettled() {
                    pause = Self.patience
                    guard job.updated.timeIntervalSinceNow < -Self.patience.seconds else { continue }
                    try outbox.settle(job.id)
                }
                try queue.checkpoint()
                limner_trim_memory()
            } catch {
                logger.error("housekeeping: \(error)")
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Keeps the figure of `limner status --proof` for the metrics: a proof looks at all that the root holds, so not every
    /// question may cause one.
    private func prove() async {
        while !Task.isCancelled {
            do {
                tally.note(proof: try await audit.proof())
                limner_trim_memory()
            } catch is CancellationError {
                return
            } catch {
                logger.error("proof: \(error)")
            }
            try? await Task.sleep(for: Self.chores * Self.proofRounds)
        }
    }

    /// Signs of life at half of what the service manager waits for. Each goes through the database, so that a daemon
    /// that is stuck there stops beating.
    private func beat() async {
        guard notifier.isActive else { return }
        let interval = notifier.watchdog.map { $0 / 2 } ?? .seconds(30)
        while !Task.isCancelled {
            do {
                let counts = try queue.reader.counts()
                if notifier.watchdog != nil { notifier.alive() }
                let open = counts.waiting + counts.queued + counts.failed
                notifier.status(
                    "\(open) queued, \(counts.running) running, \(counts.done) done, \(counts.quarantined) quarantined")
            } catch {
                logger.error("no sign of life for the watchdog: \(error)")
            }
            try? await Task.sleep(for: interval)
        }
    }
}
