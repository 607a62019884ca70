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

    func operand(_ value: Graph.Value) -> Operand {
        Operand(pointer: pointer(plan.places[value]!), shape: plan.shapes[value.index])
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

    func site(_ node: Graph.Node, _ index: Int, trains: Bool, workspace: Workspace, threads: ThreadPool) -> Site {
        let contributions = plan.contributions.isEmpty ? [] : plan.contributions[index]
        // Training will write them.
        if trains { for input in node.inputs { constants[input]?.dropForms() } }
        var targets = contributions.map { contribution in
            contribution.map { GradientTarget(pointer: pointer($0.place), accumulates: $0.accumulates) }
        }
        if targets.isEmpty { targets = node.inputs.map { _ in nil } }
        return Site(
            inputs: node.inputs.map(operand), output: operand(node.output),
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
        case .gradient(let index): (2, index)
        case .routes(let index): (3, index)
        }
    }
}
