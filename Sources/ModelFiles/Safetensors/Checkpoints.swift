/// Half-done work that goes to the disk and back.
package protocol Checkpoint {
    /// Reads a file that ``write(to:)`` made. Whether it belongs to a work is seen when the work begins.
    init(reading path: String) throws

    /// Writes the file, all of it or none.
    func write(to path: String) throws
}

/// How work is kept from being lost when its process ends.
package struct Checkpoints<State: Checkpoint> {
    private final class Start {
        var state: State?

        init(_ state: State?) { self.state = state }
    }

    private let kept: Start
    /// Where to go on; nil to begin anew, and once it was let go of. One of another work is not used.
    package var start: State? { kept.state }
    /// Asked after or before each step, on the caller's thread, and before progress is told and a cancellation asked for: who wants to
    /// stop and lose nothing answers true here, and stops the work there.
    package var isDue: () -> Bool
    /// Gets the state when it is due, on the same thread. Write it before returning: its tensors are the work's own and change with the
    /// next step. What it throws ends the work.
    package var keep: (State) throws -> Void

    package init(start: State? = nil, isDue: @escaping () -> Bool, keep: @escaping (State) throws -> Void) {
        kept = Start(start)
        self.isDue = isDue
        self.keep = keep
    }

    /// Gives the memory back that the start takes: it may be as large as the work that goes on from it.
    package func letGoOfStart() { kept.state = nil }
}
