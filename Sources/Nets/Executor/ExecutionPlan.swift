/// Which value lives where and when: everything about an execution that can be known before memory is taken.
///
/// Time runs from 0: node `i` of `n` runs forward at `i`, backward at `2n − 1 − i`; `end` is after all. A *place* is a
/// piece of memory that one or more values share, one after the other (in-place operators) or at once (views).
struct ExecutionPlan {
    enum Place: Hashable {
        /// The memory of a constant.
        case constant(Graph.Value)
        case forward(Int)
        /// Of a value that is computed a second time, for the way back.
        case again(Int)
        case gradient(Int)
        /// What a node leaves for its way back, by its output.
        case routes(Int)
    }

    /// One gradient that a backward step hands on.
    struct Contribution {
        let place: Place
        let accumulates: Bool
    }

    let shapes: [Shape]
    private(set) var places: [Graph.Value: Place] = [:]
    private(set) var gradientPlaces: [Graph.Value: Place] = [:]
    /// For each node, where its inputs' gradients go; empty for a node that has no part in the backward pass.
    private(set) var contributions: [[Contribution?]] = []
    /// Values that are not kept for the way back but computed again: by which node, and before which node's backward step.
    private(set) var repeats: [Graph.Value: (node: Int, before: Int)] = [:]
    private(set) var requests: [Place: (count: Int, lifetime: ClosedRange<Int>)] = [:]

    private let graph: Graph
    private let operations: [any Operation]
    private let gradients: Executor.Gradients
    private let seeds: Set<Graph.Value>
    private var end: Int { (gradients == .none ? 1 : 2) * graph.nodes.count }

    init(
        _ graph: Graph, inputShapes: [String: Shape], gradients: Executor.Gradients, seeds: Set<Graph.Value>
    ) throws(NetsError) {
        self.graph = graph
        self.gradients = gradients
        self.seeds = seeds
        operations = graph.nodes.map(\.operation.operation)
        shapes = try Self.inferShapes(graph, inputShapes)
        let parts = wantedGradients()
        var reads = planRoutes(parts)
        planRepeats(parts, &reads)
        planForward(reads: reads)
        if gradients != .none { planBackward(parts) }
    }

    // MARK: Shapes

    /// Shapes of all values, by index.
    ///
    /// - Parameter limit: most bytes that the values may take together.
    static func inferShapes(
        _ graph: Graph, _ inputShapes: [String: Shape], limit: Int = .max
    ) throws(NetsError) -> [Shape] {
        var left = limit / MemoryLayout<Float>.stride
        var shapes = [Shape](repeating: [], count: graph.valueCount)
        for (name, shape) in inputShapes where !graph.inputs.contains(where: { $0.name == name }) {
            throw .inputShapeRefused(name: name, found: shape, declared: nil)
        }
        for input in graph.inputs {
            guard let shape = inputShapes[input.name] else { throw .inputShapeMissing(name: input.name) }
            if let dims = input.dims {
                let fits = dims.count == shape.rank && zip(dims, shape.dims).allSatisfy { $0 == nil || $0 == $1 }
                guard fits else { throw .inputShapeRefused(name: input.name, found: shape, declared: dims) }
            }
            shapes[input.value.index] = shape
        }
        for constant in graph.constants { shapes[constant.value.index] = constant.tensor.shape }
        for node in graph.nodes {
            var inputs: [Shape] = []
            for input in node.inputs { inputs.append(shapes[input.index]) }
            let shape = try node.operation.outputShape(inputs, node: node.name)
            left -= shape.count
            guard left >= 0 else { throw .tooLarge(node: node.name, shape: shape, limit: limit) }
            shapes[node.output.index] = shape
        }
        return shapes
    }

    // MARK: Which gradients

    /// The values whose gradients the caller is going to read.
    private var asked: Set<Graph.Value> {
        Set(graph.constants.filter(gradients.includes).map(\.value))
            .union(gradients.ofInputs ? graph.inputs.map(\.value) : [])
    }

    /// For each node and input, whether the backward pass computes that gradient.
    private func wantedGradients() -> [[Bool]] {
        if gradients == .none { return graph.nodes.map { $0.inputs.map { _ in false } } }
        var wanted = asked
        for node in graph.nodes where node.inputs.contains(where: wanted.contains) { wanted.insert(node.output) }
        var reached = seeds
        var result = [[Bool]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated().reversed() {
            let active = reached.contains(node.output)
            result[index] = node.inputs.map { active && wanted.contains($0) }
            for (input, isWanted) in zip(node.inputs, result[index]) where isWanted { reached.insert(input) }
        }
        return result
    }

    /// The last time at which each value is read after the forward pass, by the backward pass or by the caller. Takes
    /// memory for the routes that stand in for values.
    private mutating func planRoutes(_ wanted: [[Bool]]) -> [Graph.Value: Int] {
        var reads = Dictionary(graph.outputs.map { ($0.value, end) }) { first, _ in first }
        // A node comes after all that read its output.
        for (index, node) in graph.nodes.enumerated().reversed() where wanted[index].contains(true) {
            let time = 2 * graph.nodes.count - 1 - index
            let needed = operations[index].backwardReads(gradients: wanted[index])
            for input in needed.inputs where input < node.inputs.count {
                reads[node.inputs[input]] = max(reads[node.inputs[input]] ?? 0, time)
            }
            let use = operations[index].routes(node.inputs.map { shapes[$0.index] }, gradients: wanted[index])
            if use == .always || use == .insteadOfOutput && reads[node.output] == nil {
                let floats = MemoryLayout<Float>.stride
                requests[.routes(node.output.index)] = (
                    (shapes[node.output.index].count + floats - 1) / floats, index...time
                )
            } else if needed.output {
                reads[node.output] = max(reads[node.output] ?? 0, time)
            }
        }
        return reads
    }

    /// What is made of the inputs for little is forgotten on the way there: in a picture of many channels it is the largest of all
    /// that would be kept, and kept the longest.
    private mutating func planRepeats(_ wanted: [[Bool]], _ reads: inout [Graph.Value: Int]) {
        let given = Set(graph.inputs.map(\.value)).union(graph.constants.map(\.value))
        let outputs = Set(graph.outputs.map(\.value))
        for (index, node) in graph.nodes.enumerated() {
            guard let last = reads[node.output], !outputs.contains(node.output), given.isSuperset(of: node.inputs),
                operations[index].isCheap(node.inputs.map { shapes[$0.index] })
            else { continue }
            let first = graph.nodes.indices.last { reader in
                guard wanted[reader].contains(true) else { return false }
                let needed = operations[reader].backwardReads(gradients: wanted[reader])
                return reader == index && needed.output
                    || graph.nodes[reader].inputs.enumerated().contains {
                        $0.element == node.output && needed.inputs.contains($0.offset)
                    }
            }
            guard let first else { continue }
            repeats[node.output] = (index, first)
            requests[.again(node.output.index)] = (
                shapes[node.output.index].count, 2 * graph.nodes.count - 1 - first...last
            )
            reads[node.output] = nil
        }
    }

    // MARK: Forward places

    private mutating func planForward(reads: [Graph.Value: Int]) {
        var lastRead = reads
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { lastRead[input] = max(lastRead[input] ?? 0, index) }
        }
        var pinned = Set<Place>()
        for constant in graph.constants { places[constant.value] = .constant(constant.value) }
        let outputs = Set(graph.outputs.map(\.value))
        func keep(_ value: Graph.Value, at place: Place, from start: Int) {
            let last = max(start, lastRead[value] ?? 0)
            let old = requests[place]
            requests[place] = (
                max(shapes[value.index].count, old?.count ?? 0),
                min(start, old?.lifetime.lowerBound ?? start)...max(last, old?.lifetime.upperBound ?? last)
            )
            if outputs.contains(value) { pinned.insert(place) }
        }
        for input in graph.inputs {
            let place = Place.forward(input.value.index)
            places[input.value] = place
            requests[place] = (shapes[input.value.index].count, 0...end)
            pinned.insert(place)
        }
        for (index, node) in graph.nodes.enumerated() {
            guard let first = node.inputs.first, let source = places[first] else { continue }
            var place = Place.forward(node.output.index)
            if operations[index].isView {
                place = source
            } else if operations[index].worksInPlace, shapes[first.index] == shapes[node.output.index],
                !pinned.contains(source), let request = requests[source], request.lifetime.upperBound <= index,
                !node.inputs.dropFirst().contains(where: { places[$0] == source })
            {
                place = source
            }
            places[node.output] = place
            if case .constant = place { continue }
            keep(node.output, at: place, from: index)
        }
    }

    // MARK: Gradient places

    private mutating func planBackward(_ wanted: [[Bool]]) {
        contributions = graph.nodes.map { _ in [] }
        var written = Set<Graph.Value>()
        // Seeds are written by the caller between the two ways, and used up; what is asked for is kept to the end.
        for seed in seeds {
            open(seed, lifetime: graph.nodes.count...(asked.contains(seed) ? end : graph.nodes.count))
            written.insert(seed)
        }
        for value in asked where !seeds.contains(value) { open(value, lifetime: 0...end) }
        for (index, node) in graph.nodes.enumerated().reversed() where wanted[index].contains(true) {
            let time = 2 * graph.nodes.count - 1 - index
            if let own = gradientPlaces[node.output] { extend(own, to: time) }
            contributions[index] = zip(node.inputs, wanted[index]).map { input, isWanted in
                guard isWanted else { return nil }
                let isFirst = written.insert(input).inserted
                if gradientPlaces[input] == nil {
                    share(
                        input, with: node.output, at: index, time: time,
                        onlyOne: wanted[index].count(where: \.self) == 1)
                }
                extend(gradientPlaces[input]!, to: time)
                return Contribution(place: gradientPlaces[input]!, accumulates: !isFirst)
            }
        }
    }

    /// Gives the gradient of an input a place: that of the output's gradient when the operator can work there.
    private mutating func share(
        _ input: Graph.Value, with output: Graph.Value, at index: Int, time: Int, onlyOne: Bool
    ) {
        let operation = operations[index]
        if onlyOne, operation.worksInPlace || operation.isView, !seeds.contains(output),
            shapes[input.index].count == shapes[output.index].count, let place = gradientPlaces[output]
        {
            gradientPlaces[input] = place
        } else {
            open(input, lifetime: time...time)
        }
    }

    private mutating func open(_ value: Graph.Value, lifetime: ClosedRange<Int>) {
        let place = Place.gradient(value.index)
        gradientPlaces[value] = place
        requests[place] = (shapes[value.index].count, lifetime)
    }

    private mutating func extend(_ place: Place, to time: Int) {
        guard let request = requests[place] else { return }
        requests[place] = (
            request.count, request.lifetime.lowerBound...max(request.lifetime.upperBound, time)
        )
    }
}
