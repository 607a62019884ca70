import Foundation
import Wire

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

    package subscript(state: JobState) -> Int {
        get { self[keyPath: Self.place(of: state)] }
        set { self[keyPath: Self.place(of: state)] = newValue }
    }

    private static func place(of state: JobState) -> WritableKeyPath<JobCounts, Int> {
        switch state {
        case .waiting: \.waiting
        case .queued: \.queued
        case .running: \.running
        case .done: \.done
        case .failed: \.failed
        case .quarantined: \.quarantined
        case .cancelled: \.cancelled
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
    }

    package struct Inbox: Codable, Sendable, Equatable {
        /// Folders under watch.
        package var watches = 0
        package var lastReconcile: Date?
        /// Files seen that are not at rest yet.
        package var unsettled = 0
        /// Whether it is scanned every `intake.pollInterval`.
        package var polls = false
        /// Why nothing is taken in; absent when it is.
        package var shortage: String?
    }

    package var version = LimnerVersion.text
    package var root: String
    /// Absent in what the CLI reads from the database when no daemon runs.
    package var pid: Int32?
    package var started: Date?
    package var paused: Bool
    package var counts: JobCounts
    /// ``JobCounts/isBalanced``.
    package var balanced: Bool
    package var running: [JobSummary]
    package var workers: [Worker] = []
    package var inbox: Inbox?
    /// What keeps files from being taken or jobs from ending, each with its folder or file; it is tried again by itself.
    package var problems: [String] = []
}
