/// Limited-memory BFGS (Nocedal, Wright 2006, "Numerical Optimization", algorithm 7.4) in which no step is taken on trust.
///
/// Within bounds, elements that the gradient presses against a bound are held, and the others move as the curvature among
/// them says: a projected quasi-Newton method (Bertsekas 1982, "Projected Newton Methods for Optimization Problems with
/// Simple Constraints"), whose pairs are restricted to the free elements. A step ends where the bounds stop it, and is
/// accepted there: the loss must have fallen by a part of what the gradient promises of the way that was really gone
/// (Armijo's rule along the projection arc, equation 15 there). Otherwise shorter steps are tried; then the memory is
/// dropped, since it is of other places, and the gradient alone is followed.
///
/// The loss never rises from one step to the next, and `x` is the best point seen. Most steps need one evaluation.
/// Nothing is allocated after `init`; results do not depend on the number of threads.
package final class LBFGS {
    package struct Options: Sendable {
        /// The part of a quasi-Newton step that is tried first.
        package var learningRate: Float = 1
        /// Pairs of steps and gradient changes that are remembered; each costs two vectors.
        package var history = 20
        /// Where every element is held; `nil` for anywhere.
        package var bounds: ClosedRange<Float>?
        /// How far the first step goes, when nothing is known of the curvature: the root mean square over the elements, in
        /// units of `x`. Large enough for the gradient's change to stand out of its rounding.
        package var firstMove = 1.0

        package init() {}
    }

    /// How a step ended.
    package enum Outcome: Sendable, Equatable {
        /// At a lower loss.
        case descended
        /// Where it began: the gradient of the free elements promises less than the rounding of the loss.
        case settled
        /// Where it began: the gradient promises a way down, and none of the points along it that were tried is lower.
        case stuck
    }

    /// Writes the gradient at `x` and returns the loss. A loss that is not finite is a point to keep away from.
    package typealias Objective = (_ x: Tensor, _ gradient: Tensor) throws -> Double

    /// What a run goes on from, together with `x`.
    package struct Memory {
        package var loss: Double
        /// At `x`.
        package var gradient: Tensor
        /// Steps and the changes of the gradient along them, the oldest first.
        package var pairs: [(step: Tensor, change: Tensor)]
        /// The last measure of the inverse curvature; `nil` before the first.
        package var scale: Double?

        package init(loss: Double, gradient: Tensor, pairs: [(step: Tensor, change: Tensor)], scale: Double?) {
            self.loss = loss
            self.gradient = gradient
            self.pairs = pairs
            self.scale = scale
        }
    }

    package let options: Options
    /// At the current point.
    package private(set) var loss = Double.infinity
    /// Of the objective, so far.
    package private(set) var evaluations = 0

    private let vectors: Vectors
    private var direction: Tensor
    /// Where a step began.
    private let start: Tensor
    /// At the current point, and at the point that is tried.
    private var gradient: Tensor
    private var trial: Tensor
    /// 1 for what may move, 0 for what a bound holds.
    private let free: Tensor
    /// A ring of pairs: the oldest at `oldest`, `stored` of them.
    private var steps: [Tensor]
    private var changes: [Tensor]
    private var oldest = 0
    private var stored = 0
    private var scale: Double?
    /// Of each pair, among the free elements; 0 where it tells nothing of them.
    private var curvatures: [Double]
    private var alphas: [Double]

    /// Takes all memory that the optimisation needs: `2 · history + 5` vectors.
    package init(_ shape: Shape, options: Options = .init(), threads: ThreadPool? = nil) {
        precondition(options.history >= 1 && options.firstMove > 0, "\(options)")
        self.options = options
        vectors = Vectors(shape.count, threads: threads)
        direction = Tensor(shape)
        start = Tensor(shape)
        gradient = Tensor(shape)
        trial = Tensor(shape)
        free = Tensor(shape, repeating: 1)
        steps = (0..<options.history).map { _ in Tensor(shape) }
        changes = (0..<options.history).map { _ in Tensor(shape) }
        curvatures = .init(repeating: 0, count: options.history)
        alphas = .init(repeating: 0, count: options.history)
    }

    /// Evaluates the point that the descent starts from, and forgets any other.
    ///
    /// - Parameter x: within the bounds, where there are any.
    /// - Returns: its loss.
    @discardableResult
    package func begin(at x: Tensor, _ objective: Objective) rethrows -> Double {
        precondition(x.count == vectors.count, "\(x.shape) for an optimiser of \(vectors.count) parameters")
        (stored, scale) = (0, nil)
        loss = try objective(x, gradient)
        evaluations += 1
        return loss
    }

    /// Moves `x` to a lower point, or leaves it where it is.
    ///
    /// - Parameter x: as the last call left it.
    /// - Throws: what `objective` throws; `x` may then be any point that was tried.
    package func step(_ x: Tensor, _ objective: Objective) throws -> Outcome {
        precondition(loss.isFinite, "a descent from a loss of \(loss)")
        start.assign(x)
        free.fill(1)
        if let bounds = options.bounds {
            vectors.hold(free.pointer, at: x.pointer, gradient: gradient.pointer, within: bounds)
        }
        let rate = Double(options.learningRate)
        if stored > 0 {
            if followsMemory(), try search(x, from: rate, tries: Self.rememberedTries, objective) { return .descended }
            stored = 0
        }
        vectors.multiply(gradient.pointer, free.pointer, by: -1, into: direction.pointer)
        let square = vectors.dot(direction.pointer, direction.pointer)
        guard square > 0 else { return .settled }
        let length = rate * (scale ?? options.firstMove * (Double(vectors.count) / square).squareRoot())
        if try search(x, from: length, tries: Self.plainTries, objective) { return .descended }
        return length * square <= Self.rounding * abs(loss) ? .settled : .stuck
    }

    // MARK: Going on

    /// What another optimiser of the same shape and options needs to go on from here. The tensors are this one's own: they
    /// change with the next step.
    package var memory: Memory {
        Memory(
            loss: loss, gradient: gradient,
            pairs: (0..<stored).map {
                let pair = (oldest + $0) % options.history
                return (steps[pair], changes[pair])
            }, scale: scale)
    }

    /// Goes on where another run stopped, as if there had been one.
    package func resume(_ memory: Memory) {
        precondition(memory.pairs.count <= options.history, "\(memory.pairs.count) pairs of \(options.history)")
        gradient.assign(memory.gradient)
        for (index, pair) in memory.pairs.enumerated() {
            steps[index].assign(pair.step)
            changes[index].assign(pair.change)
        }
        (oldest, stored) = (0, memory.pairs.count)
        (loss, scale) = (memory.loss, memory.scale)
    }

    // MARK: Steps

    /// Tries points along `direction`, from `length` times it to shorter, until the loss falls enough. If it does, `x` is
    /// there and the step is remembered, else `x` is where it was.
    private func search(_ x: Tensor, from length: Double, tries: Int, _ objective: Objective) throws -> Bool {
        var length = length
        for _ in 0..<tries {
            vectors.advance(
                start.pointer, Float(length), direction.pointer, within: options.bounds, into: x.pointer)
            let slope = vectors.slope(gradient.pointer, from: start.pointer, to: x.pointer)
            // The bounds can turn a way down into one that is none; that is seen without an evaluation.
            guard slope < 0 else {
                length *= Self.mostOfStep
                continue
            }
            let found = try objective(x, trial)
            evaluations += 1
            if found <= loss + Self.decrease * slope {
                remember(x, found)
                return true
            }
            // Where the parabola through what is known has its lowest point.
            let part = found.isFinite ? -slope / (2 * (found - loss - slope)) : 0
            length *= min(max(part, Self.leastOfStep), Self.mostOfStep)
        }
        x.assign(start)
        return false
    }

    /// Takes up the point that was tried, and keeps the pair of this step if its curvature is positive beyond rounding.
    private func remember(_ x: Tensor, _ found: Double) {
        loss = found
        vectors.combine(x.pointer, -1, start.pointer, into: direction.pointer)
        vectors.combine(trial.pointer, -1, gradient.pointer, into: gradient.pointer)
        swap(&gradient, &trial)
        let (s, y) = (direction.pointer, trial.pointer)
        let squares = vectors.dot(s, s) * vectors.dot(gradient.pointer, gradient.pointer)
        guard vectors.dot(s, y) > Self.leastCurvature * squares.squareRoot() else { return }
        let pair = (oldest + stored) % options.history
        swap(&direction, &steps[pair])
        swap(&trial, &changes[pair])
        if stored == options.history { oldest = (oldest + 1) % options.history } else { stored += 1 }
    }

    /// Sets `direction` to −H g among the free elements by the two-loop recursion.
    ///
    /// - Returns: whether any pair tells something of them.
    private func followsMemory() -> Bool {
        let (q, mask) = (direction.pointer, free.pointer)
        vectors.multiply(gradient.pointer, mask, by: -1, into: q)
        var newest: Double?
        for age in stride(from: stored - 1, through: 0, by: -1) {
            let pair = (oldest + age) % options.history
            let (s, y) = (steps[pair].pointer, changes[pair].pointer)
            let curvature = vectors.dot(s, y, where: mask)
            let change = vectors.dot(y, y, where: mask)
            let tells = curvature > Self.leastCosine * (vectors.dot(s, s, where: mask) * change).squareRoot()
            curvatures[pair] = tells ? curvature : 0
            guard tells else { continue }
            newest = newest ?? curvature / change
            alphas[pair] = vectors.dot(s, q) / curvature
            vectors.combine(q, Float(-alphas[pair]), y, where: mask, into: q)
        }
        guard let newest else { return false }
        scale = newest
        vectors.scale(q, by: Float(newest), into: q)
        for age in 0..<stored {
            let pair = (oldest + age) % options.history
            guard curvatures[pair] > 0 else { continue }
            let beta = vectors.dot(changes[pair].pointer, q) / curvatures[pair]
            vectors.combine(q, Float(alphas[pair] - beta), steps[pair].pointer, where: mask, into: q)
        }
        return true
    }

    /// Of what the gradient promises, the part by which the loss must fall: Nocedal, Wright 2006, equation 3.4.
    private static let decrease = 1e-4
    /// How much shorter the next step that is tried may be, at most and at least.
    private static let leastOfStep = 0.1
    private static let mostOfStep = 0.5
    /// Points that are tried along the memory's direction, and along the gradient.
    private static let rememberedTries = 4
    private static let plainTries = 10
    /// Of a loss summed in single precision.
    private static let rounding = 1e-6
    /// Least sᵀy over ‖s‖‖g‖ of a pair: with less, the change of the gradient is rounding.
    private static let leastCurvature = 1e-7
    /// Least cosine of the angle between s and y among the free elements.
    private static let leastCosine = 1e-4
}
