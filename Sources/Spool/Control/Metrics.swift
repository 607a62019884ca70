import Foundation
import Wire

/// `GET /metrics`: the daemon's figures for Prometheus. Names no file and no person.
package struct Metrics: Sendable {
    let tree: RootTree
    let reader: QueueReader
    let dispatcher: Dispatcher
    let watch: InboxWatch
    let tally: Tally

    func response() async throws -> HTTPResponse {
        HTTPResponse(type: "text/plain; version=0.0.4; charset=utf-8", body: Data(try await text().utf8))
    }

    func text() async throws -> String {
        var metrics = MetricsText()
        metrics.family(.buildInfo)
        metrics.sample(.buildInfo, [LimnerVersion.text], 1)
        try queue(&metrics)
        try disk(&metrics)
        let isShort = watch.status.shortage != nil
        metrics.single(.intakePaused, isShort ? 1 : 0)
        work(&metrics, workers: await dispatcher.workers)
        return metrics.text
    }

    private func queue(_ metrics: inout MetricsText) throws {
        let figures = try reader.figures()
        metrics.family(.jobs)
        for state in JobState.allCases {
            for kind in JobKind.allCases.map(\.rawValue) + ["none"] {
                let count = figures.jobs[QueueFigures.Standing(state: state, kind: kind), default: 0]
                metrics.sample(.jobs, [state.rawValue, kind], count)
            }
        }
        metrics.family(.oldestJobAge)
        for state in QueueFigures.open {
            let age = figures.oldest[state].map { max(0, -$0.timeIntervalSinceNow) } ?? 0
            metrics.sample(.oldestJobAge, [state.rawValue], age)
        }
        metrics.single(.filesSeen, figures.seen)
        metrics.single(.paused, figures.paused ? 1 : 0)
        if let proof = tally.figures.proof {
            metrics.single(.unaccounted, proof.unaccounted)
            metrics.single(.inboxFiles, proof.inbox)
        }
    }

    private func disk(_ metrics: inout MetricsText) throws {
        let space = try tree.state.freeSpace()
        metrics.single(.diskFree, Int(space.bytes))
        let log = try tree.state.facts(FileName("queue.sqlite-wal"))?.identity.size ?? 0
        metrics.single(.queueLog, Int(log))
    }

    private func work(_ metrics: inout MetricsText, workers: [StatusAnswer.Worker]) {
        let figures = tally.figures
        metrics.single(.workers, workers.count)
        metrics.single(.workerMemory, Int(workers.compactMap(\.residentBytes).reduce(0, +)))
        metrics.single(.workerStarts, figures.workersStarted)
        metrics.single(.workerStartFailures, figures.startsFailed)
        metrics.family(.workerDeaths)
        for death in Tally.Death.allCases {
            metrics.sample(.workerDeaths, [death.rawValue], figures.deaths[death, default: 0])
        }
        metrics.family(.hooks)
        for hook in Tally.Hook.allCases {
            metrics.sample(.hooks, [hook.rawValue], figures.hooks[hook, default: 0])
        }
        metrics.family(.attemptDuration)
        for kind in JobKind.allCases {
            let durations = figures.attempts[kind] ?? Tally.Durations()
            metrics.histogram(
                .attemptDuration, [kind.rawValue], bounds: Tally.Durations.bounds, below: durations.below,
                count: durations.count, sum: durations.sum)
        }
    }
}
