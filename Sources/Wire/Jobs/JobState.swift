/// Where a job stands, as users see it. It goes `waiting → queued → running → done | failed | quarantined | cancelled`;
/// `failed` goes back to `queued` when its backoff is over, and `limner retry` leads back from the other failures.
package enum JobState: String, Codable, Sendable, Hashable, CaseIterable {
    case waiting
    case queued
    case running
    case done
    case failed
    case quarantined
    case cancelled

    /// One sentence for the manual.
    package var meaning: String {
        switch self {
        case .waiting: "A manifest whose pictures have not all arrived."
        case .queued: "Ready for a worker."
        case .running: "Leased to a worker under a fencing token."
        case .done: "Finished; outputs and report are committed."
        case .failed: "An attempt failed and another will follow."
        case .quarantined: "Given up; the original and its report stand in `quarantine/`."
        case .cancelled: "Taken back by the user, or a duplicate that was skipped."
        }
    }

    /// No further transition happens by itself.
    package var isFinal: Bool {
        switch self {
        case .done, .quarantined, .cancelled: true
        case .waiting, .queued, .running, .failed: false
        }
    }
}
