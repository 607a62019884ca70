import Foundation
import Nets
import Pictures

import enum Wire.StyleOptimizer

/// One optimiser at work on the pixels of one size, and the best point that it has seen.
///
/// L-BFGS takes only steps down. Where it finds none although the gradient promises one, Adam goes on from there, once:
/// it needs no descent at each step, and the best point is kept. Adam walks around the bottom rather than to it, so that the
/// mean of its last points is tried as well (Polyak and Juditsky 1992).
///
/// Where a picture is so large that it goes through the network in parts, there is no memory for any of that: Adam walks with
/// nothing but its moments, and ends where it stands.
struct PixelDescent {
    /// Writes `dJ/dG` over the gradient.
    typealias Objective = (_ pixels: Tensor, _ gradient: Tensor) throws -> ObjectiveValue

    /// What a descent holds besides tensors.
    struct Numbers: Codable, Equatable {
        /// Steps taken at this size.
        fileprivate(set) var steps = 0
        /// J where the descent began, where it stands, and at the best point, which was reached after `bestStep` steps.
        let first: ObjectiveValue
        fileprivate(set) var current: ObjectiveValue
        fileprivate(set) var best: ObjectiveValue
        fileprivate(set) var bestStep = 0
        /// The step before which Adam took over from L-BFGS.
        fileprivate(set) var fallback: Int?
        /// Whether no lower point is to be found: more steps would change nothing.
        fileprivate(set) var isSettled = false
        /// L-BFGS's measure of the inverse curvature.
        fileprivate var scale: Double?
        fileprivate var adamSteps = 0
        /// J without its jumps, and what it was when it was last looked at for a plateau.
        fileprivate var level: Double
        fileprivate var mark: Double

        fileprivate init(first: ObjectiveValue) {
            self.first = first
            (current, best) = (first, first)
            (level, mark) = (first.total, first.total)
        }
    }

    /// Adam's memory on its way from one size to the next.
    struct Momentum {
        fileprivate let steps: Int
        fileprivate let first: Tensor
        fileprivate let second: Tensor

        /// For another size, where a pixel's part of J, and so its gradient, goes with one over the number of pixels.
        fileprivate func resampled(to size: PixelSize) -> Momentum {
            let part = Float(first.count) / Float(size.area * 3)
            let (first, second) = (first.resampledFreely(to: size), second.resampledFreely(to: size))
            for index in 0..<first.count {
                first[index] *= part
                second[index] = max(0, second[index]) * part * part
            }
            return Momentum(steps: steps, first: first, second: second)
        }
    }

    private enum Method {
        case lbfgs(LBFGS)
        /// With the gradient at `pixels`, and the best point and the mean of the last ones apart from them.
        case adam(Adam, gradient: Tensor, best: Tensor, mean: Tensor)
        case lean(LeanAdam, gradient: Tensor)
    }

    /// Adam forgets the squares of gradients sooner than usual, so that early, huge ones do not brake it.
    private static let adamBeta2: Float = 0.99
    /// Pairs of steps and gradient changes that L-BFGS remembers; each costs two pictures of floats.
    private static let history = 12
    /// The mean of Adam's points is over this part of a size's steps, and over no more than so many.
    private static let meanPart = 0.125
    private static let longestMean = 100.0
    /// A size is left when J has fallen by less than `plateau` of itself in so many steps.
    private static let patience = 25
    private static let plateau = 1e-3
    /// How many times its first loss the last one may be, when none between was lower than the first.
    private static let divergence = 10.0
    /// How much of J's level each step renews.
    private static let levelShare = 0.1

    /// Where the optimiser stands: `[1, H, W, 3]` in 0…255.
    private let pixels: Tensor
    private(set) var numbers: Numbers
    private let settings: StyleSettings
    private let threads: ThreadPool
    /// Steps that are planned at this size.
    private let planned: Int
    private var method: Method

    /// The pixels of the lowest J so far, or of the last point.
    var best: Tensor {
        switch method {
        case .lbfgs, .lean: pixels
        case .adam(_, _, let best, _): best
        }
    }

    /// Whether it ended far above where it began, and nothing on the way was lower. In parts nothing but the last point is known.
    var isDiverged: Bool {
        let isNoneLower = if case .lean = method { true } else { numbers.bestStep == 0 }
        return isNoneLower && numbers.current.total > Self.divergence * numbers.first.total
    }

    /// What is at work, which need not be what was asked for, and at which rate.
    var optimizer: (kind: StyleOptimizer, learningRate: Double) {
        switch method {
        case .lbfgs: (.lbfgs, settings.learningRate)
        case .adam, .lean: (.adam, Self.adamRate(settings))
        }
    }

    /// What Adam takes along to the next size; `nil` of L-BFGS, whose pairs are of one size.
    var momentum: Momentum? {
        guard case .adam(let adam, _, _, _) = method else { return nil }
        return Momentum(steps: adam.iteration, first: adam.firstMoment, second: adam.secondMoment)
    }

    /// Evaluates J where the descent begins; `pixels` are worked on.
    ///
    /// - Parameters:
    ///   - planned: how many steps it is to have.
    ///   - momentum: what Adam had at the size before.
    ///   - isLean: whether memory counts more than anything.
    /// - Throws: what the objective throws.
    init(
        from pixels: Tensor, planned: Int, momentum: Momentum? = nil, isLean: Bool = false, settings: StyleSettings,
        threads: ThreadPool, _ objective: Objective
    ) throws {
        self.pixels = pixels
        self.settings = settings
        self.threads = threads
        self.planned = planned
        let found: ObjectiveValue
        switch settings.optimizer {
        case _ where isLean:
            let gradient = Tensor(pixels.shape)
            found = try objective(pixels, gradient)
            method = .lean(Self.lean(pixels.shape, settings, threads), gradient: gradient)
        case .adam:
            let gradient = Tensor(pixels.shape)
            found = try objective(pixels, gradient)
            let adam = Self.adam(pixels.shape, settings, threads)
            if let momentum {
                let size = PixelSize(width: pixels.shape.width, height: pixels.shape.height)
                let fitted = momentum.resampled(to: size)
                adam.resume(iteration: fitted.steps, firstMoment: fitted.first, secondMoment: fitted.second)
            }
            method = .adam(adam, gradient: gradient, best: pixels.copy(), mean: Tensor(pixels.shape))
        case .lbfgs:
            let lbfgs = Self.lbfgs(pixels.shape, settings, threads)
            var begun: ObjectiveValue?
            try lbfgs.begin(at: pixels) {
                begun = try objective($0, $1)
                return begun!.total
            }
            found = begun!
            method = .lbfgs(lbfgs)
        }
        numbers = Numbers(first: found)
    }

    /// Moves the pixels one step, within 0…255.
    ///
    /// - Throws: what the objective throws.
    mutating func step(_ objective: Objective) throws {
        switch method {
        case .lbfgs(let lbfgs):
            var found = numbers.current
            let outcome = try lbfgs.step(pixels) {
                found = try objective($0, $1)
                return found.total
            }
            switch outcome {
            case .descended: note(found)
            case .settled:
                note(numbers.current)
                numbers.isSettled = true
            case .stuck:
                numbers.fallback = numbers.steps
                method = .adam(
                    Self.adam(pixels.shape, settings, threads), gradient: lbfgs.memory.gradient.copy(),
                    best: pixels.copy(), mean: Tensor(pixels.shape))
                try step(objective)
            }
        case .adam(let adam, let gradient, let best, let mean):
            adam.step(pixels, gradient: gradient)
            pixels.clamp()
            let found = try objective(pixels, gradient)
            if found.isFinite {
                note(found)
                if numbers.bestStep == numbers.steps { best.assign(pixels) }
                let share = Float(1 / meanLength)
                for index in 0..<mean.count { mean[index] += share * (pixels[index] - mean[index]) }
            } else {
                note(numbers.current)
                numbers.isSettled = true
            }
        case .lean(let adam, let gradient):
            adam.step(pixels, gradient: gradient)
            pixels.clamp()
            let found = try objective(pixels, gradient)
            note(found)
            numbers.best = found
            numbers.bestStep = numbers.steps
            if !found.isFinite { numbers.isSettled = true }
        }
    }

    /// Tries the mean of Adam's last points, once all steps are made.
    ///
    /// - Throws: what the objective throws.
    mutating func finish(_ objective: Objective) throws {
        guard case .adam(_, _, let best, let mean) = method else { return }
        let steps = numbers.steps - (numbers.fallback ?? 0)
        // The mean began with zeros, which have this share of it left.
        let rest = pow(1 - 1 / meanLength, Double(steps))
        guard steps > 0, rest < 1 else { return }
        let point = Tensor(mean.shape)
        for index in 0..<mean.count { point[index] = mean[index] / Float(1 - rest) }
        point.clamp()
        let found = try objective(point, Tensor(mean.shape))
        // Where J is another function at each step, the lowest of them was the luckiest.
        guard found.total < numbers.best.total || settings.styleLoss.sampled != nil && found.isFinite else { return }
        numbers.best = found
        numbers.bestStep = numbers.steps
        best.assign(point)
    }

    /// Of Adam's points, how many the mean is over, in effect.
    private var meanLength: Double { min(max(1, Double(planned) * Self.meanPart), Self.longestMean) }

    private mutating func note(_ found: ObjectiveValue) {
        numbers.steps += 1
        numbers.current = found
        numbers.level += (found.total - numbers.level) * Self.levelShare
        if numbers.steps % Self.patience == 0 {
            if numbers.level > (1 - Self.plateau) * numbers.mark { numbers.isSettled = true }
            numbers.mark = numbers.level
        }
        guard found.total < numbers.best.total else { return }
        numbers.best = found
        numbers.bestStep = numbers.steps
    }

    private static func lbfgs(_ shape: Shape, _ settings: StyleSettings, _ threads: ThreadPool) -> LBFGS {
        var options = LBFGS.Options()
        options.learningRate = Float(settings.learningRate)
        options.history = history
        options.bounds = 0...255
        return LBFGS(shape, options: options, threads: threads)
    }

    private static func adam(_ shape: Shape, _ settings: StyleSettings, _ threads: ThreadPool) -> Adam {
        Adam(shape, learningRate: Float(adamRate(settings)), beta2: adamBeta2, threads: threads)
    }

    private static func lean(_ shape: Shape, _ settings: StyleSettings, _ threads: ThreadPool) -> LeanAdam {
        LeanAdam(shape, learningRate: Float(adamRate(settings)), beta2: adamBeta2, threads: threads)
    }

    /// The rate that is asked for, or Adam's usual one where L-BFGS was.
    private static func adamRate(_ settings: StyleSettings) -> Double {
        settings.optimizer == .adam ? settings.learningRate : StyleSettings.learningRate(of: .adam)
    }
}

// MARK: Going on

extension PixelDescent {
    /// Everything that ``init(_:_:size:planned:settings:threads:)`` needs; the tensors change with the next step.
    var state: (numbers: Numbers, tensors: [String: Tensor]) {
        var numbers = numbers
        var tensors = [Name.pixels: pixels]
        switch method {
        case .lbfgs(let lbfgs):
            let memory = lbfgs.memory
            numbers.scale = memory.scale
            tensors[Name.gradient] = memory.gradient
            for (index, pair) in memory.pairs.enumerated() {
                tensors[Name.step(index)] = pair.step
                tensors[Name.change(index)] = pair.change
            }
        case .adam(let adam, let gradient, let best, let mean):
            numbers.adamSteps = adam.iteration
            tensors[Name.gradient] = gradient
            tensors[Name.best] = best
            tensors[Name.mean] = mean
            tensors[Name.firstMoment] = adam.firstMoment
            tensors[Name.secondMoment] = adam.secondMoment
        case .lean(let adam, let gradient):
            numbers.adamSteps = adam.iteration
            tensors[Name.gradient] = gradient
            tensors[Name.moments] = adam.moments
        }
        return (numbers, tensors)
    }

    /// Goes on from another descent's ``state``, as if there had been one.
    ///
    /// - Returns: `nil` when tensors are missing or of another size.
    init?(
        _ numbers: Numbers, _ tensors: [String: Tensor], size: PixelSize, planned: Int, settings: StyleSettings,
        threads: ThreadPool
    ) {
        let shape = Shape.nhwc(1, size.height, size.width, 3)
        guard tensors.values.allSatisfy({ $0.count == shape.count }), let pixels = tensors[Name.pixels],
            let gradient = tensors[Name.gradient]
        else { return nil }
        self.pixels = pixels.copy()
        self.numbers = numbers
        self.settings = settings
        self.threads = threads
        self.planned = planned
        if let moments = tensors[Name.moments] {
            let adam = Self.lean(shape, settings, threads)
            adam.resume(iteration: numbers.adamSteps, moments: moments)
            method = .lean(adam, gradient: gradient.copy())
        } else if settings.optimizer == .adam || numbers.fallback != nil {
            guard let best = tensors[Name.best], let mean = tensors[Name.mean], let first = tensors[Name.firstMoment],
                let second = tensors[Name.secondMoment]
            else { return nil }
            let adam = Self.adam(shape, settings, threads)
            adam.resume(iteration: numbers.adamSteps, firstMoment: first, secondMoment: second)
            method = .adam(adam, gradient: gradient.copy(), best: best.copy(), mean: mean.copy())
        } else {
            let lbfgs = Self.lbfgs(shape, settings, threads)
            var pairs: [(step: Tensor, change: Tensor)] = []
            while pairs.count < Self.history, let step = tensors[Name.step(pairs.count)],
                let change = tensors[Name.change(pairs.count)]
            {
                pairs.append((step, change))
            }
            lbfgs.resume(.init(loss: numbers.current.total, gradient: gradient, pairs: pairs, scale: numbers.scale))
            method = .lbfgs(lbfgs)
        }
    }

    private enum Name {
        static let pixels = "pixels"
        static let gradient = "gradient"
        static let best = "best"
        static let mean = "mean"
        static let firstMoment = "moment.first"
        static let secondMoment = "moment.second"
        static let moments = "moments"
        static func step(_ index: Int) -> String { "step.\(index)" }
        static func change(_ index: Int) -> String { "change.\(index)" }
    }
}
