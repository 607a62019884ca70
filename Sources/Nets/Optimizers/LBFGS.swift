/// Limited-memory BFGS. Nocedal, Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5; stopping rules, the
/// scaling of the first step and the line search behave as PyTorch's `torch.optim.LBFGS`, so that runs compare.
///
/// `step` runs up to `iterationsPerStep` iterations; with 1 (the default), one call is one iteration, and with a fixed
/// step length it evaluates the loss once.
///
/// Within bounds it is a two-metric projection (Bertsekas 1982, "Projected Newton Methods for Optimization Problems with
/// Simple Constraints"): elements that the gradient presses against a bound stay there, the others move as the curvature
/// says, and what would leave the bounds ends at them. A remembered step is the one that was taken.
package final class LBFGS {
    package enum LineSearch: Sendable {
        /// The step length is the learning rate; the very first one is also scaled by `min(1, 1 / ‖g‖₁)`.
        case fixed
        /// Sufficient decrease 1e-4 and curvature 0.9, by bracketing and cubic interpolation.
        case strongWolfe
    }

    /// What ended a call of `step`.
    package enum Outcome: Sendable, Equatable {
        /// The allowed iterations or evaluations are used up.
        case limitReached
        /// The gradient is within `gradientTolerance`.
        case gradientVanished
        /// The step, the change of the loss or the slope is within `changeTolerance`.
        case progressVanished
    }

    package struct Options: Sendable {
        package var learningRate: Float = 1
        /// Pairs of steps and gradient changes that are remembered; each costs two vectors.
        package var history = 20
        package var lineSearch = LineSearch.fixed
        /// Where every element is held; `nil` for anywhere. Only with steps of fixed length.
        package var bounds: ClosedRange<Float>?
        package var iterationsPerStep = 1
        /// By default 5/4 of the iterations, as in PyTorch; with a line search 25 more, since one that runs out of
        /// evaluations may stay where it is.
        package var evaluationsPerStep: Int?
        package var gradientTolerance = 1e-7
        package var changeTolerance = 1e-9

        package init() {}
    }

    /// Writes the gradient at `x` and returns the loss.
    package typealias Objective = (_ x: Tensor, _ gradient: Tensor) throws -> Double

    package let options: Options
    /// Iterations and evaluations so far, over all calls.
    package private(set) var iteration = 0
    package internal(set) var evaluations = 0

    let vectors: Vectors
    let direction: Tensor
    /// Where a line search began.
    let start: Tensor
    /// The gradient at the current point, and spare ones that the line search swaps about.
    var gradient: Tensor
    var spares: [Tensor]

    private let previousGradient: Tensor
    /// A ring of pairs: the oldest at `oldest`, `stored` of them.
    private let steps: [Tensor]
    private let changes: [Tensor]
    private var curvatures: [Double]
    private var alphas: [Double]
    private var oldest = 0
    private var stored = 0
    private var scale = 1.0
    private var stepLength: Float = 0

    /// Takes all memory that the optimisation needs: `2 · history + 4` vectors, and three more for a line search.
    package init(_ shape: Shape, options: Options = .init(), threads: ThreadPool? = nil) {
        precondition(options.history >= 1 && options.iterationsPerStep >= 1, "history or iterations below 1")
        precondition(options.bounds == nil || options.lineSearch == .fixed, "a line search knows no bounds")
        self.options = options
        vectors = Vectors(shape.count, threads: threads)
        direction = Tensor(shape)
        gradient = Tensor(shape)
        previousGradient = Tensor(shape)
        let searches = options.lineSearch != .fixed
        spares = (0..<(searches ? 3 : 1)).map { _ in Tensor(shape) }
        start = searches ? Tensor(shape) : spares[0]
        steps = (0..<options.history).map { _ in Tensor(shape) }
        changes = (0..<options.history).map { _ in Tensor(shape) }
        curvatures = .init(repeating: 0, count: options.history)
        alphas = .init(repeating: 0, count: options.history)
    }

    /// Moves `x` downhill.
    ///
    /// - Parameter x: within the bounds, where there are any.
    /// - Returns: the loss at the point where the call began, and what ended it.
    /// - Throws: what `objective` throws; `x` may then lie anywhere on the line being searched.
    package func step(_ x: Tensor, _ objective: Objective) throws -> (loss: Double, outcome: Outcome) {
        precondition(x.count == vectors.count, "\(x.shape) for an optimiser of \(vectors.count) parameters")
        let limit = evaluationLimit
        var used = 1
        var loss = try evaluate(x, gradient, objective)
        let first = loss
        if gradientVanished { return (first, .gradientVanished) }
        for local in 1...options.iterationsPerStep {
            iteration += 1
            findDirection(at: x)
            previousGradient.assign(gradient)
            let previousLoss = loss
            let slope = vectors.dot(gradient.pointer, direction.pointer)
            stepLength = firstLength()
            if slope > -options.changeTolerance { return (first, .progressVanished) }
            switch options.lineSearch {
            case .strongWolfe:
                let found = try search(
                    x, from: loss, slope: slope, length: Double(stepLength), rounds: limit - used, objective)
                (loss, stepLength) = (found.loss, Float(found.length))
                used += found.evaluations
            case .fixed:
                if let bounds = options.bounds {
                    vectors.advance(x.pointer, stepLength, direction.pointer, within: bounds)
                    stepLength = 1
                } else {
                    vectors.combine(x.pointer, stepLength, direction.pointer, into: x.pointer)
                }
                if local < options.iterationsPerStep {
                    loss = try evaluate(x, gradient, objective)
                    used += 1
                }
            }
            if local == options.iterationsPerStep || used >= limit { return (first, .limitReached) }
            if gradientVanished { return (first, .gradientVanished) }
            let moved = vectors.greatestMagnitude(direction.pointer) * Double(stepLength)
            if moved <= options.changeTolerance || abs(loss - previousLoss) < options.changeTolerance {
                return (first, .progressVanished)
            }
        }
        return (first, .limitReached)
    }

    func evaluate(_ x: Tensor, _ gradient: Tensor, _ objective: Objective) throws -> Double {
        let loss = try objective(x, gradient)
        evaluations += 1
        return loss
    }

    private var evaluationLimit: Int {
        if let limit = options.evaluationsPerStep { return limit }
        let plain = max(1, options.iterationsPerStep * 5 / 4)
        return options.lineSearch == .fixed ? plain : plain + Self.searchEvaluations
    }

    /// Evaluations that a line search may need on top.
    private static let searchEvaluations = 25

    private var gradientVanished: Bool { vectors.greatestMagnitude(gradient.pointer) <= options.gradientTolerance }

    private func firstLength() -> Float {
        if iteration > 1 { return options.learningRate }
        return Float(min(1, 1 / vectors.absoluteSum(gradient.pointer))) * options.learningRate
    }

    /// Sets `direction` to −H g by the two-loop recursion, after taking up the last step; zero for what a bound holds.
    private func findDirection(at x: Tensor) {
        if iteration > 1 { remember() }
        vectors.scale(gradient.pointer, by: -1, into: direction.pointer)
        holdDirection(at: x)
        if stored == 0 { return }
        applyCurvature()
        holdDirection(at: x)
    }

    private func holdDirection(at x: Tensor) {
        guard let bounds = options.bounds else { return }
        vectors.hold(direction.pointer, at: x.pointer, gradient: gradient.pointer, within: bounds)
    }

    /// Multiplies `direction` by the inverse Hessian that the pairs tell of.
    private func applyCurvature() {
        let q = direction.pointer
        for age in stride(from: stored - 1, through: 0, by: -1) {
            let pair = (oldest + age) % options.history
            alphas[pair] = vectors.dot(steps[pair].pointer, q) / curvatures[pair]
            vectors.combine(q, Float(-alphas[pair]), changes[pair].pointer, into: q)
        }
        vectors.scale(q, by: Float(scale), into: q)
        for age in 0..<stored {
            let pair = (oldest + age) % options.history
            let beta = vectors.dot(changes[pair].pointer, q) / curvatures[pair]
            vectors.combine(q, Float(alphas[pair] - beta), steps[pair].pointer, into: q)
        }
    }

    /// Keeps the pair of the last step unless its curvature is not positive.
    private func remember() {
        let pair = (oldest + stored) % options.history
        let (s, y) = (steps[pair], changes[pair])
        // With a full ring this slot is the oldest; a refused pair must not cost it.
        let change = spares[0]
        vectors.combine(gradient.pointer, -1, previousGradient.pointer, into: change.pointer)
        let curvature = vectors.dot(change.pointer, direction.pointer) * Double(stepLength)
        guard curvature > Self.leastCurvature else { return }
        y.assign(change)
        vectors.scale(direction.pointer, by: stepLength, into: s.pointer)
        curvatures[pair] = curvature
        scale = curvature / vectors.dot(change.pointer, change.pointer)
        if stored == options.history { oldest = (oldest + 1) % options.history } else { stored += 1 }
    }

    /// Pairs with less are noise.
    private static let leastCurvature = 1e-10
}
