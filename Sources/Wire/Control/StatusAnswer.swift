import Foundation

/// How many jobs stand in each state.
package struct JobCounts: Codable, Sendable, Equatable {
    package var waiting = 0
    package var queued = 0
    package var running = 0
    package var failed = 0
    package var done = 0
    package var quarantined = 0
    package var cancelled = 0
    /// Every file or manifest that ever came to rest in the inbox.
    package var seen = 0

    package init() {}

    package subscript(state: JobState) -> Int {
        get {
            switch state {
            case .waiting: waiting
            case .queued: queued
            case .running: running
            case .done: done
            case .failed: failed
            case .quarantined: quarantined
            case .cancelled: cancelled
            }
        }
        set {
            switch state {
            case .waiting: waiting = newValue
            case .queued: queued = newValue
            case .running: running = newValue
            case .done: done = newValue
            case .failed: failed = newValue
            case .quarantined: quarantined = newValue
            case .cancelled: cancelled = newValue
            }
        }
    }

    /// `seen = queued + running + done + quarantined + cancelled`, where jobs that wait for a picture or for their
    /// next attempt count as queued.
    package var isBalanced: Bool { seen == sum }

    /// Jobs in whatever state.
    package var sum: Int { waiting + queued + failed + running + done + quarantined + cancelled }
}

/// `GET /v1/status`.
package struct StatusAnswer: Codable, Sendable, Equatable {
    package struct Worker: Codable, Sendable, Equatable {
        package var pid: Int32
        /// The job it runs; absent while it waits.
        package var job: JobIdentifier?
        /// How many attempts it has ended.
        package var served: Int
        package var residentBytes: Int64?
        package var started: Date

        package init(pid: Int32, job: JobIdentifier?, served: Int, residentBytes: Int64?, started: Date) {
            self.pid = pid
            self.job = job
            self.served = served
            self.residentBytes = residentBytes
            self.started = started
        }
    }

    package struct Inbox: Codable, Sendable, Equatable {
        /// Folders under watch.
        package var watches: Int
        package var lastReconcile: Date?
        /// Files seen that are not at rest yet.
        package var unsettled: Int
        /// Whether it is scanned every `intake.pollInterval`.
        package var polls: Bool
        /// Why nothing is taken in; absent when it is.
        package var shortage: String?

        package init(watches: Int, lastReconcile: Date?, unsettled: Int, polls: Bool = false, shortage: String? = nil) {
            self.watches = watches
            self.lastReconcile = lastReconcile
            self.unsettled = unsettled
            self.polls = polls
            self.shortage = shortage
        }
    }

    package var version: String
    package var root: String
    /// Absent in what the CLI reads from the database when no daemon runs.
    package var pid: Int32?
    package var started: Date?
    package var paused: Bool
    package var counts: JobCounts
    /// ``JobCounts/isBalanced``.
    package var balanced: Bool
    package var running: [JobSummary]
    package var workers: [Worker]
    package var inbox: Inbox?
    /// What keeps files from being taken or jobs from ending, each with its folder or file; it is tried again by itself.
    package var problems: [String]

    package init(
        version: String = LimnerVersion.text, root: String, pid: Int32?, started: Date?, paused: Bool,
        counts: JobCounts, running: [JobSummary], workers: [Worker], inbox: Inbox?, problems: [String] = []
    ) {
        self.version = version
        self.root = root
        self.pid = pid
        self.started = started
        self.paused = paused
        self.counts = counts
        balanced = counts.isBalanced
        self.running = running
        self.workers = workers
        self.inbox = inbox
        self.problems = problems
    }
}
