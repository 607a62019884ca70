/// Where a job stands. Transitions are `waiting → queued → running → done | failed | quarantined | cancelled`;
/// `failed` goes back to `queued` when its backoff is over.
package enum JobState: String, Codable, Sendable, Hashable, CaseIterable {
    /// A manifest whose pictures have not all arrived.
    case waiting
    /// Ready for a worker.
    case queued
    /// Leased to a worker under a fencing token.
    case running
    /// Finished; outputs and report are committed.
    case done
    /// An attempt failed and another will follow.
    case failed
    /// Given up; the original and its report stand in `quarantine/`.
    case quarantined
    /// Taken back by the user.
    case cancelled

    /// No further transition happens by itself.
    package var isFinal: Bool {
        switch self {
        case .done, .quarantined, .cancelled: true
        case .waiting, .queued, .running, .failed: false
        }
    }

    /// The states this one may go to. `retry` leads out of the final ones except `done`.
    package var successors: Set<JobState> {
        switch self {
        case .waiting: [.queued, .quarantined, .cancelled]
        case .queued: [.running, .quarantined, .cancelled]
        case .running: [.done, .failed, .quarantined, .cancelled, .queued]
        case .failed: [.queued, .running, .quarantined, .cancelled]
        case .quarantined, .cancelled: [.queued]
        case .done: []
        }
    }
}
