/// Where a job stands, as users see it. It goes `waiting → queued → running → done | failed | quarantined | cancelled`;
/// `failed` goes back to `queued` when its backoff is over, and `limner retry` leads back from the other failures.
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
}
