/// Runs a graph for fixed input shapes, forward and backward.
///
/// All memory is planned and taken in `init`; `forward()` and `backward()` allocate nothing but the context of the
/// closures that they hand to the pool (32 bytes a shared loop). Not `Sendable`: one thread
/// drives an executor, and the pool's threads help it.
///
///     let executor = try Executor(graph, inputShapes: ["image": .nhwc(1, 512, 512, 3)], threads: pool)
///     executor.input("image").assign(pixels)
///     executor.forward()
///     let features = executor.output("relu4_2")
package final class Executor {
    /// What the backward pass is to find.
    package enum Gradients: Sendable, Equatable {
        case none
        case inputs
        case inputsAndWeights
        /// Of the constants of these names only: nothing is computed that no gradient of theirs needs.
        case weights(Set<String>)

        var ofInputs: Bool { self == .inputs || self == .inputsAndWeights }

        func includes(_ constant: Graph.Constant) -> Bool {
            switch self {
            case .none, .inputs: false
            case .inputsAndWeights: true
            case .weights(let names): names.contains(constant.name)
            }
        }

        /// Whether constants are going to change.
        var trains: Bool {
            switch self {
            case .none, .inputs: false
            case .inputsAndWeights, .weights: true
            }
        }
    }

    package let inputNames: [String]
    package let outputNames: [String]
    /// The outputs at which the backward pass can start.
    package let seedNames: [String]
    /// Memory taken, in bytes: buffers and scratch; without constants, which belong to the graph, and without the turned
    /// copies of convolution weights that gradients need (as large as those weights).
    package let bytes: Int

    private let arena: AlignedStorage
    private let constants: [Graph.Constant]
    private let forwardSteps: [Step]
    private let backwardSteps: [Step]
    private let inputs: [String: Tensor]
    private let outputs: [String: Tensor]
    private let seeds: [String: Tensor]
    private let inputGradients: [String: Tensor]
    private let weightGradients: [String: Tensor]

    /// Lays a graph out.
    ///
    /// - Parameters:
    ///   - inputShapes: one shape for each input that the chosen outputs need.
    ///   - outputs: names of the outputs to compute, by default all.
    ///   - seeds: names of the outputs at which the backward pass starts, by default all those computed.
    ///   - limit: most bytes that all values may take together, for graphs that are not trusted.
    /// - Throws: `NetsError` for unknown names, missing or refused input shapes, shapes that do not fit an operator, and
    ///   values beyond the limit.
    package init(
        _ graph: Graph, inputShapes: [String: Shape], outputs: [String]? = nil, gradients: Gradients = .none,
        seeds: [String]? = nil, limit: Int = .max, threads: ThreadPool
    ) throws(NetsError) {
        if limit < .max { _ = try ExecutionPlan.inferShapes(graph, inputShapes, limit: limit) }
        let tidy = try graph.pruned(to: outputs ?? graph.outputNames).findingInstanceNorms().fusingActivations()
        let graph =
            switch gradients {
            case .none: try tidy.rewrittenForInference(inputShapes)
            case .inputs: try tidy.fusingPools(inputShapes)
            case .inputsAndWeights, .weights: tidy
            }
        var values: [String: Graph.Value] = [:]
        for output in graph.outputs { values[output.name] = output.value }
        var seeded: [String: Graph.Value] = [:]
        if gradients != .none {
            for name in seeds ?? graph.outputNames {
                guard let value = values[name] else {
                    throw .nameUnknown(kind: .output, name: name, known: graph.outputNames)
                }
                seeded[name] = value
            }
        }
        let plan = try ExecutionPlan(
            graph, inputShapes: inputShapes, gradients: gradients, seeds: Set(seeded.values))
        let memory = Memory(plan, graph)
        let workspace = Workspace(workers: threads.threads)

        var forward: [Step] = []
        var backward: [Step] = []
        func site(_ index: Int, isBack: Bool) -> Site {
            memory.site(
                graph.nodes[index], index, isBack: isBack, trains: gradients.trains, workspace: workspace,
                threads: threads)
        }
        // Steps of the way back come last to first, what one of them needs anew behind it, and are turned round.
        for (index, node) in graph.nodes.enumerated() {
            let operation = node.operation.operation
            if !operation.isView { forward.append(operation.forward(at: site(index, isBack: false))) }
            let back = site(index, isBack: true)
            if back.outputGradient != nil, back.inputGradients.contains(where: { $0 != nil }) {
                backward.append(operation.backward(at: back))
            }
            for (_, again) in plan.repeats.sorted(by: { $0.value.node < $1.value.node }) where again.before == index {
                let operation = graph.nodes[again.node].operation.operation
                backward.append(operation.forward(at: site(again.node, isBack: true)))
            }
        }
        workspace.seal()
        backward.reverse()

        inputNames = graph.inputNames
        outputNames = graph.outputNames
        seedNames = seeded.keys.sorted()
        arena = memory.arena
        bytes = memory.bytes + workspace.bytes
        constants = graph.constants
        forwardSteps = forward
        backwardSteps = backward
        inputs = Dictionary(graph.inputs.map { ($0.name, memory.tensor($0.value)) }) { first, _ in first }
        self.outputs = values.mapValues { memory.tensor($0) }
        self.seeds = seeded.mapValues { memory.gradient($0) }
        inputGradients = Dictionary(
            gradients.ofInputs ? graph.inputs.map { ($0.name, memory.gradient($0.value)) } : []
        ) { first, _ in first }
        weightGradients = Dictionary(
            graph.constants.filter(gradients.includes).map { ($0.name, memory.gradient($0.value)) }
        ) { first, _ in first }
    }

    /// Computes all outputs from the inputs.
    package func forward() { for step in forwardSteps { step() } }

    /// Computes the gradients from the seeds, for the values of the last `forward()`.
    ///
    /// Every seed has to be written before each call: the pass uses their memory up.
    package func backward() { for step in backwardSteps { step() } }

    /// Where the caller writes an input before `forward()`. Kept between runs.
    package func input(_ name: String) -> Tensor { find(name, in: inputs, .input) }

    /// Where the caller reads an output after `forward()`.
    package func output(_ name: String) -> Tensor { find(name, in: outputs, .output) }

    /// Where the caller writes the derivative of its loss by an output between `forward()` and `backward()`: `forward()` may use the
    /// memory for something else.
    package func seed(_ name: String) -> Tensor { find(name, in: seeds, .output) }

    /// Where the caller reads the derivative by an input after `backward()`; zero where no seed reaches.
    package func inputGradient(_ name: String) -> Tensor { find(name, in: inputGradients, .input) }

    /// Where the caller reads the derivative by a constant after `backward()`; zero where no seed reaches.
    package func weightGradient(_ name: String) -> Tensor { find(name, in: weightGradients, .constant) }

    /// The constants that this execution reads, by name. Training writes them in place.
    package var weights: [String: Tensor] {
        Dictionary(constants.map { ($0.name, $0.tensor) }) { first, _ in first }
    }

    private func find(_ name: String, in table: [String: Tensor], _ kind: NetsError.NameKind) -> Tensor {
        guard let tensor = table[name] else {
            preconditionFailure("\(NetsError.nameUnknown(kind: kind, name: name, known: table.keys.sorted()))")
        }
        return tensor
    }
}
