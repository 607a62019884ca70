import Nets

/// Executors of one network for the input sizes that came last: planning one takes time, keeping all takes memory.
final class SizedExecutors {
    private let graph: Graph
    private let inputName: String
    private let threads: ThreadPool
    private let capacity: Int
    /// Most recently used first.
    private var kept: [(shape: Shape, executor: Executor)] = []

    init(graph: Graph, inputName: String, capacity: Int, threads: ThreadPool) {
        precondition(capacity >= 1, "room for at least one executor, not \(capacity)")
        self.graph = graph
        self.inputName = inputName
        self.capacity = capacity
        self.threads = threads
    }

    var keptShapes: [Shape] { kept.map(\.shape) }

    /// - Throws: `NetsError` when the network does not take this shape.
    func executor(for shape: Shape) throws -> Executor {
        if let index = kept.firstIndex(where: { $0.shape == shape }) {
            kept.insert(kept.remove(at: index), at: 0)
        } else {
            // The oldest goes first, so that no more than `capacity` exist at any time.
            if kept.count == capacity { kept.removeLast() }
            kept.insert((shape, try Executor(graph, inputShapes: [inputName: shape], threads: threads)), at: 0)
        }
        return kept[0].executor
    }
}
