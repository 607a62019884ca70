import FlyingFox
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
        HTTPResponse(
            statusCode: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: Data(try await text().utf8))
    }

    func text() async throws -> String {
        var metrics = MetricsText()
        metrics.family("limner_build_info", .gauge, "The daemon's version.")
        metrics.sample("limner_build_info", [("version", LimnerVersion.text)], 1)
        try queue(&metrics)
        try disk(&metrics)
        let isShort = watch.status.shortage != nil
        metrics.single(
            "limner_intake_paused", .gauge, "1 while the disk is too full to take files in.", isShort ? 1 : 0)
        work(&metrics, workers: await dispatcher.workers)
        return metrics.text
    }

    private func queue(_ metrics: inout MetricsText) throws {
        let figures = try reader.figures()
        metrics.family("limner_jobs", .gauge, "Jobs by state and kind.")
        for state in JobState.allCases {
            for kind in JobKind.allCases.map(\.rawValue) + ["none"] {
                let count = figures.jobs[QueueFigures.Standing(state: state, kind: kind), default: 0]
                metrics.sample("limner_jobs", [("state", state.rawValue), ("kind", kind)], count)
            }
        }
        metrics.family(
            "limner_oldest_job_age_seconds", .gauge, "Age of the oldest job in a state; 0 when there is none.")
        for state in QueueFigures.open {
            let age = figures.oldest[state].map { max(0, -$0.timeIntervalSinceNow) } ?? 0
            metrics.sample("limner_oldest_job_age_seconds", [("state", state.rawValue)], age)
        }
        metrics.single("limner_files_seen", .gauge, "Files and manifests that came to rest.", figures.seen)
        metrics.single("limner_paused", .gauge, "1 while jobs are held back by limner pause.", figures.paused ? 1 : 0)
        if let proof = tally.figures.proof {
            metrics.single(
                "limner_unaccounted", .gauge, "What limner status --proof cannot account for.", proof.unaccounted)
            metrics.single(
                "limner_inbox_files", .gauge, "Files in the inbox, not taken yet, at the last proof.", proof.inbox)
        }
    }

    private func disk(_ metrics: inout MetricsText) throws {
        let space = try tree.state.freeSpace()
        metrics.single("limner_disk_free_bytes", .gauge, "Free space on the root's disk.", Int(space.bytes))
        let log = try tree.state.facts(FileName("queue.sqlite-wal"))?.identity.size ?? 0
        metrics.single("limner_queue_wal_bytes", .gauge, "Size of the queue's write-ahead log.", Int(log))
    }

    private func work(_ metrics: inout MetricsText, workers: [StatusAnswer.Worker]) {
        let figures = tally.figures
        metrics.single("limner_workers", .gauge, "Worker processes.", workers.count)
        metrics.single(
            "limner_worker_resident_bytes", .gauge, "Memory of all workers.",
            Int(workers.compactMap(\.residentBytes).reduce(0, +)))
        metrics.single("limner_worker_starts_total", .counter, "Workers started.", figures.workersStarted)
        metrics.family("limner_worker_deaths_total", .counter, "Workers that did not go by themselves, by reason.")
        for death in Tally.Death.allCases {
            metrics.sample(
                "limner_worker_deaths_total", [("reason", death.rawValue)], figures.deaths[death, default: 0])
        }
        metrics.family("limner_hooks_total", .counter, "Runs of the hook, by outcome.")
        for hook in Tally.Hook.allCases {
            metrics.sample("limner_hooks_total", [("outcome", hook.rawValue)], figures.hooks[hook, default: 0])
        }
        let name = "limner_attempt_duration_seconds"
        metrics.family(name, .histogram, "How long attempts took, however they ended.")
        for kind in JobKind.allCases {
            let durations = figures.attempts[kind] ?? Tally.Durations()
            for (bound, count) in zip(Tally.Durations.bounds, durations.below) {
                metrics.sample(name + "_bucket", [("kind", kind.rawValue), ("le", "\(bound)")], count)
            }
            metrics.sample(name + "_bucket", [("kind", kind.rawValue), ("le", "+Inf")], durations.count)
            metrics.sample(name + "_sum", [("kind", kind.rawValue)], durations.sum)
            metrics.sample(name + "_count", [("kind", kind.rawValue)], durations.count)
        }
    }
}
