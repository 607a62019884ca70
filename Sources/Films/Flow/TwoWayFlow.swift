import Nets
import Pictures

/// The flows between two frames, each on the grid of the frame from which it starts.
package struct FlowPair: Sendable, Equatable {
    /// From the later frame to the earlier one.
    package let backward: FlowField
    /// From the earlier frame to the later one.
    package let forward: FlowField

    package init(backward: FlowField, forward: FlowField) {
        precondition(backward.size == forward.size, "flows of \(backward.size) and \(forward.size)")
        self.backward = backward
        self.forward = forward
    }
}

/// Both flows between two frames at once, a thread each: what ``FlowReliability`` wants. Nothing is shared out within a
/// flow, so threads meet once a pair. Not `Sendable`.
package final class TwoWayFlow {
    private let backward: OpticalFlow
    private let forward: OpticalFlow
    private let threads: ThreadPool

    /// - Throws: ``FilmError/frameTooSmall(film:size:least:)``.
    package init(size: PixelSize, preset: FlowPreset, threads: ThreadPool) throws(FilmError) {
        backward = try OpticalFlow(size: size, preset: preset, threads: ThreadPool(threads: 1))
        forward = try OpticalFlow(size: size, preset: preset, threads: ThreadPool(threads: 1))
        self.threads = threads
    }

    /// A frame of this size, still to be filled.
    package func frame() -> FlowFrame { backward.frame() }

    /// - Parameter previous: the pair before, between frames as far apart: candidates for each patch.
    package func compute(later: FlowFrame, earlier: FlowFrame, previous: FlowPair? = nil) -> FlowPair {
        // Each flow derives the frame that it starts from, and only reads the other.
        var flows: [FlowField?] = [nil, nil]
        flows.withUnsafeMutableBufferPointer { flows in
            threads.parallel(2) { direction, _ in
                flows[direction] =
                    direction == 0
                    ? backward.compute(from: later, to: earlier, previous: previous?.backward)
                    : forward.compute(from: earlier, to: later, previous: previous?.forward)
            }
        }
        return FlowPair(backward: flows[0]!, forward: flows[1]!)
    }
}
