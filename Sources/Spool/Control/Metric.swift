/// A family of `GET /metrics`. No label holds the name of a file or a person.
package enum Metric: String, CaseIterable, Sendable {
    case buildInfo = "limner_build_info"
    case jobs = "limner_jobs"
    case oldestJobAge = "limner_oldest_job_age_seconds"
    case filesSeen = "limner_files_seen"
    case paused = "limner_paused"
    case unaccounted = "limner_unaccounted"
    case inboxFiles = "limner_inbox_files"
    case diskFree = "limner_disk_free_bytes"
    case queueLog = "limner_queue_wal_bytes"
    case intakePaused = "limner_intake_paused"
    case workers = "limner_workers"
    case workerMemory = "limner_worker_resident_bytes"
    case workerStarts = "limner_worker_starts_total"
    case workerStartFailures = "limner_worker_start_failures_total"
    case workerDeaths = "limner_worker_deaths_total"
    case hooks = "limner_hooks_total"
    case attemptDuration = "limner_attempt_duration_seconds"

    /// Prometheus' types.
    package enum Form: String, Sendable { case gauge, counter, histogram }

    package var form: Form {
        switch self {
        case .workerStarts, .workerStartFailures, .workerDeaths, .hooks: .counter
        case .attemptDuration: .histogram
        case .buildInfo, .jobs, .oldestJobAge, .filesSeen, .paused, .unaccounted, .inboxFiles, .diskFree, .queueLog,
            .intakePaused, .workers, .workerMemory:
            .gauge
        }
    }

    /// Names of the labels, beside a histogram's `le`.
    package var labels: [String] {
        switch self {
        case .buildInfo: ["version"]
        case .jobs: ["state", "kind"]
        case .oldestJobAge: ["state"]
        case .workerDeaths: ["reason"]
        case .hooks: ["outcome"]
        case .attemptDuration: ["kind"]
        case .filesSeen, .paused, .unaccounted, .inboxFiles, .diskFree, .queueLog, .intakePaused, .workers,
            .workerMemory, .workerStarts, .workerStartFailures:
            []
        }
    }

    /// One sentence for the answer itself and for the manual.
    package var summary: String {
        switch self {
        case .buildInfo: "The daemon's version."
        case .jobs: "Jobs by state and kind."
        case .oldestJobAge: "Age of the oldest job in a state; 0 when there is none."
        case .filesSeen: "Files and manifests that came to rest."
        case .paused: "1 while jobs are held back by limner pause."
        case .unaccounted: "What limner status --proof cannot account for, looked at every five minutes."
        case .inboxFiles: "Files in the inbox, not taken yet, at the last proof."
        case .diskFree: "Free space on the root's disk."
        case .queueLog: "Size of the queue's write-ahead log."
        case .intakePaused: "1 while the disk is too full to take files in."
        case .workers: "Worker processes."
        case .workerMemory: "Memory of all workers."
        case .workerStarts: "Workers started."
        case .workerStartFailures: "Workers that could not be started, or were gone before they took a job."
        case .workerDeaths: "Workers that did not go by themselves, by reason."
        case .hooks: "Runs of the hook, by outcome."
        case .attemptDuration: "How long attempts took, however they ended."
        }
    }
}
