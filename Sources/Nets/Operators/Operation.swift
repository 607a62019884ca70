/// What the executor needs to know of an operator. Every parameter struct of `Operator` conforms.
protocol Operation {
    /// How many inputs it takes.
    var arity: ClosedRange<Int> { get }

    /// The output's shape for the given input shapes.
    ///
    /// - Throws: `Misfit` with the reason in words; the caller adds node and shapes.
    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape

    /// Whether the output may share storage with input 0 when nothing else reads that and the shapes are equal.
    var worksInPlace: Bool { get }

    /// Whether the output is input 0 under another shape, and nothing has to be computed.
    var isView: Bool { get }

    /// Whether forward leaves routes for backward, given the inputs' shapes and which of them need gradients.
    func routes(_ inputs: [Shape], gradients wanted: [Bool]) -> RouteUse

    /// What backward reads again, given which inputs need gradients.
    func backwardReads(gradients wanted: [Bool]) -> BackwardReads

    /// Whether the output is computed from its inputs for so little that it is rather computed anew for the way back than kept.
    func isCheap(_ inputs: [Shape]) -> Bool

    /// Compiles the forward step for fixed operands. Everything it needs is allocated here, nothing when it runs.
    func forward(at site: Site) -> Step

    /// Compiles the backward step: from `site.outputGradient` into each of `site.inputGradients` that is not nil.
    func backward(at site: Site) -> Step
}

extension Operation {
    var worksInPlace: Bool { false }
    var isView: Bool { false }
    func routes(_ inputs: [Shape], gradients wanted: [Bool]) -> RouteUse { .none }
    func isCheap(_ inputs: [Shape]) -> Bool { false }
}

/// Work compiled for fixed operands; runs without allocating.
typealias Step = () -> Void

/// Why the inputs of an operator do not fit.
struct Misfit: Error {
    let why: String

    init(_ why: String) { self.why = why }
}

/// Which forward values a backward step reads.
struct BackwardReads {
    var inputs: Set<Int> = []
    var output = false
}

/// Whether an operator leaves routes: a byte an element of its output, which says where the gradient goes.
enum RouteUse {
    case none
    case always
    /// Where nothing but its own way back would keep the output, which is four times as large.
    case insteadOfOutput
}

/// A tensor's place in memory, as kernels see it.
struct Operand {
    let pointer: UnsafeMutablePointer<Float>
    let shape: Shape

    var count: Int { shape.count }
}

/// Where a backward step leaves a gradient.
struct GradientTarget {
    let pointer: UnsafeMutablePointer<Float>
    /// Whether the gradient is added to what is there (a second consumer, a seed) or overwrites it.
    let accumulates: Bool
}

/// The surroundings in which an operator is compiled.
struct Site {
    let inputs: [Operand]
    let output: Operand
    /// The gradient of the output. A backward step may destroy it: it is read by nobody else.
    var outputGradient: UnsafeMutablePointer<Float>?
    /// One entry an input; nil where no gradient is wanted.
    var inputGradients: [GradientTarget?]
    /// For each input, the tensor whose content is known now and stays: a constant that is not being trained.
    let fixed: [Tensor?]
    /// Where forward leaves for backward what it asked for, if there is a backward step.
    var routes: Routes?
    let workspace: Workspace
    let threads: ThreadPool
}

extension Site {
    /// The surroundings of a part of an operator, which reads some of its inputs and is only run forward.
    func part(_ chosen: [Int], output: Operand) -> Site {
        Site(
            inputs: chosen.map { inputs[$0] }, output: output, outputGradient: nil,
            inputGradients: chosen.map { _ in nil },
            fixed: chosen.map { fixed[$0] }, routes: nil, workspace: workspace, threads: threads)
    }
}

extension GradientTarget {
    /// One of several terms of an element.
    @inline(__always)
    func gather(_ value: Float, at index: Int, isFirst: Bool) {
        pointer[index] = accumulates || !isFirst ? pointer[index] + value : value
    }

    @inline(__always)
    func put(_ value: Float, at index: Int) { pointer[index] = accumulates ? pointer[index] + value : value }

    @inline(__always)
    func put(_ value: Lanes, at index: Int) {
        pointer.store(accumulates ? pointer.lanes(index) + value : value, index)
    }
}
