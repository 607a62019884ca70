/// The memory of an execution plan: one arena for everything that is not a constant.
struct Memory {
    let arena: AlignedStorage
    let bytes: Int

    private let plan: ExecutionPlan
    private let offsets: [ExecutionPlan.Place: Int]
    private let constants: [Graph.Value: Tensor]

    init(_ plan: ExecutionPlan, _ graph: Graph) {
        self.plan = plan
        let requests = plan.requests.sorted { $0.key < $1.key }
        let layout = ArenaPlan(requests.map { .init(count: $0.value.count, lifetime: $0.value.lifetime) })
        offsets = Dictionary(uniqueKeysWithValues: zip(requests.map(\.key), layout.offsets))
        arena = AlignedStorage(count: layout.count)
        bytes = layout.count * MemoryLayout<Float>.stride
        constants = Dictionary(graph.constants.map { ($0.value, $0.tensor) }) { first, _ in first }
    }

    func pointer(_ place: ExecutionPlan.Place) -> Floats {
        if case .constant(let value) = place { return constants[value]!.pointer }
        return arena.pointer + offsets[place]!
    }

    /// - Parameter isBack: whether it is read on the way back, where some values are computed again.
    func operand(_ value: Graph.Value, isBack: Bool = false) -> Operand {
        let place = isBack && plan.repeats[value] != nil ? .again(value.index) : plan.places[value]!
        return Operand(pointer: pointer(place), shape: plan.shapes[value.index])
    }

    /// A value as the caller sees it.
    func tensor(_ value: Graph.Value) -> Tensor {
        let owner: AnyObject
        if case .constant(let source) = plan.places[value]! { owner = constants[source]! } else { owner = arena }
        return Tensor(plan.shapes[value.index], borrowing: operand(value).pointer, owner: owner)
    }

    /// A gradient as the caller sees it.
    func gradient(_ value: Graph.Value) -> Tensor {
        Tensor(plan.shapes[value.index], borrowing: pointer(plan.gradientPlaces[value]!), owner: arena)
    }

    /// - Parameter isBack: whether it is for a step on the way back.
    func site(
        _ node: Graph.Node, _ index: Int, isBack: Bool, trains: Bool, workspace: Workspace, threads: ThreadPool
    ) -> Site {
        let contributions = plan.contributions.isEmpty ? [] : plan.contributions[index]
        // Training will write them.
        if trains { for input in node.inputs { constants[input]?.dropForms() } }
        var targets = contributions.map { contribution in
            contribution.map { GradientTarget(pointer: pointer($0.place), accumulates: $0.accumulates) }
        }
        if targets.isEmpty { targets = node.inputs.map { _ in nil } }
        return Site(
            inputs: node.inputs.map { operand($0, isBack: isBack) }, output: operand(node.output, isBack: isBack),
            outputGradient: plan.gradientPlaces[node.output].map(pointer), inputGradients: targets,
            fixed: node.inputs.map { trains ? nil : constants[$0] },
            routes: offsets[.routes(node.output.index)].map {
                UnsafeMutableRawPointer(arena.pointer + $0).assumingMemoryBound(to: UInt8.self)
            },
            workspace: workspace, threads: threads)
    }
}

extension ExecutionPlan.Place: Comparable {
    /// An arbitrary but fixed order, so that a plan is the same in every run.
    static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: (Int, Int) {
        switch self {
        case .constant(let value): (0, value.index)
        case .forward(let index): (1, index)
        case .again(let index): (2, index)
        case .gradient(let index): (3, index)
        case .routes(let index): (4, index)
        }
    }
}

/// Buffers that share one block of memory: two of them may overlap in space only when they do not in time.
struct ArenaPlan {
    /// One buffer: its size in floats and the steps between which it must be kept, both included.
    struct Request {
        let count: Int
        let lifetime: ClosedRange<Int>
    }

    /// Offsets in floats, one a request.
    let offsets: [Int]
    /// Size of the block in floats.
    let count: Int

    /// Places the largest buffers first, each at the lowest free offset. Pisarchyk, Lee 2020, "Efficient Memory Management
    /// for Deep Neural Net Inference", section 5 (greedy by size).
    init(_ requests: [Request]) {
        let line = Tensor.alignment / MemoryLayout<Float>.stride
        let sizes = requests.map { max(1, ($0.count + line - 1) / line) * line }
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [Int] = []
        var end = 0
        for index in requests.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
            let neighbours =
                placed.filter { requests[$0].lifetime.overlaps(requests[index].lifetime) }
                .sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbour in neighbours {
                if offset + sizes[index] <= offsets[neighbour] { break }
                offset = max(offset, offsets[neighbour] + sizes[neighbour])
            }
            offsets[index] = offset
            placed.append(index)
            end = max(end, offset + sizes[index])
        }
        self.offsets = offsets
        count = end
    }
}

/// Scratch memory of steps, as large as the hungriest step asked for: one piece a worker, and one for all of them.
final class Workspace {
    private let workers: Int
    private var floats = 0
    private var sharedFloats = 0
    private var storage: AlignedStorage?

    init(workers: Int) { self.workers = workers }

    /// Asks for at least so many floats a worker. Only before `seal()`.
    func reserve(_ count: Int) {
        precondition(storage == nil, "reserving scratch after it was allocated")
        floats = max(floats, Self.wholeLines(count))
    }

    /// Asks for at least so many floats that all workers share. Only before `seal()`.
    func reserveShared(_ count: Int) {
        precondition(storage == nil, "reserving scratch after it was allocated")
        sharedFloats = max(sharedFloats, Self.wholeLines(count))
    }

    private static func wholeLines(_ count: Int) -> Int {
        let line = Tensor.alignment / MemoryLayout<Float>.stride
        return (count + line - 1) / line * line
    }

    func seal() { storage = AlignedStorage(count: floats * workers + sharedFloats) }

    /// Bytes held once sealed.
    var bytes: Int { (floats * workers + sharedFloats) * MemoryLayout<Float>.stride }

    /// The scratch of one worker. Its content does not survive a step.
    func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { storage!.pointer + worker * floats }

    /// The scratch that all workers share. Its content does not survive a step.
    var shared: UnsafeMutablePointer<Float> { storage!.pointer + workers * floats }
}
