import Wire

/// How a job ends.
package enum Conclusion: String, Sendable, CaseIterable {
    case done, quarantined, cancelled

    /// The state in which users see a job that has ended so.
    package var state: JobState {
        switch self {
        case .done: .done
        case .quarantined: .quarantined
        case .cancelled: .cancelled
        }
    }
}

/// What a decided end changes, besides what lies in the job's staging folder.
package struct Outcome: Sendable, Equatable {
    package var conclusion: Conclusion
    /// What the gallery takes up with the commit. It is kept with the decision, so that a daemon that dies in between can
    /// make good what is missing.
    package var changes: [GalleryChange] = []

    package init(_ conclusion: Conclusion, changes: [GalleryChange] = []) {
        self.conclusion = conclusion
        self.changes = changes
    }
}

/// Where a job stands in the ledger. Only ``Queue/Turn`` changes it.
package enum JobStanding: Sendable, Equatable {
    /// Its files are being taken, or its manifest waits for its pictures.
    case waiting
    /// Ready for a worker.
    case queued
    /// Given to a worker: only who holds this token may end the attempt.
    case running(WorkerToken)
    /// An attempt has failed. Another begins at this time of the monotonic clock, in milliseconds.
    case failed(until: Int64)
    /// Its end is decided and being carried out: it can neither be claimed nor get another end. Users see the state from
    /// which it was decided until the end is recorded.
    case ending(Outcome, from: JobState)
    /// It has ended. Settled means that its originals are where users find them.
    case ended(Conclusion, settled: Bool)
    /// It has ended, and is on its way back to the queue. Users see the old end until it is there.
    case reopening(Conclusion)

    /// What users see.
    package var state: JobState {
        switch self {
        case .waiting: .waiting
        case .queued: .queued
        case .running: .running
        case .failed: .failed
        case .ending(_, let state): state
        case .ended(let conclusion, _), .reopening(let conclusion): conclusion.state
        }
    }

    /// Whether no end of it is decided.
    var isOpen: Bool {
        switch self {
        case .waiting, .queued, .running, .failed: true
        case .ending, .ended, .reopening: false
        }
    }

    var isFailed: Bool { if case .failed = self { true } else { false } }

    var isEnding: Bool { if case .ending = self { true } else { false } }

    var isReopening: Bool { if case .reopening = self { true } else { false } }
}

/// How the columns of `job` say it.
extension JobStanding {
    /// `concluding` of a job that is ``reopening(_:)``.
    private static let retrying = "retrying"

    /// - Returns: `nil` for a state that this version does not know. A decision that it does not know is none.
    init?(
        state: String, concluding: String?, changes: [GalleryChange], settled: Bool, runAt: Int64, token: WorkerToken
    ) {
        guard let state = JobState(rawValue: state) else { return nil }
        if let end = Conclusion(rawValue: state.rawValue) {
            // Nothing leads back from what is done.
            self = concluding == Self.retrying && end != .done ? .reopening(end) : .ended(end, settled: settled)
        } else if let decided = concluding.flatMap(Conclusion.init(rawValue:)) {
            self = .ending(Outcome(decided, changes: changes), from: state)
        } else {
            self.init(undecided: state, runAt: runAt, token: token)
        }
    }

    /// - Returns: `nil` for the state of a job that has ended.
    init?(undecided state: JobState, runAt: Int64 = 0, token: WorkerToken) {
        switch state {
        case .waiting: self = .waiting
        case .queued: self = .queued
        case .running: self = .running(token)
        case .failed: self = .failed(until: runAt)
        case .done, .quarantined, .cancelled: return nil
        }
    }

    var concluding: String? {
        switch self {
        case .ending(let outcome, _): outcome.conclusion.rawValue
        case .reopening: Self.retrying
        case .waiting, .queued, .running, .failed, .ended: nil
        }
    }

    var changes: [GalleryChange] { if case .ending(let outcome, _) = self { outcome.changes } else { [] } }

    var isSettled: Bool {
        switch self {
        case .ended(_, let settled): settled
        case .reopening: true
        case .waiting, .queued, .running, .failed, .ending: false
        }
    }

    var runAt: Int64 { if case .failed(let time) = self { time } else { 0 } }
}
