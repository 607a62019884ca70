import Nets
import Pictures

/// One optimiser at work on the pixels of one size, and the best point that it has seen.
///
/// L-BFGS takes only steps down. Where it finds none although the gradient promises one, Adam goes on from there, once:
/// it needs no descent at each step, and the best point is kept.
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
    }

    private enum Method {
        case lbfgs(LBFGS)
        /// With the gradient at `pixels`, and the best point apart from them.
        case adam(Adam, gradient: Tensor, best: Tensor)
    }

    /// Adam forgets the squares of gradients sooner than usual, so that early, huge ones do not brake it.
    private static let adamBeta2: Float = 0.99
    /// Pairs of steps and gradient changes that L-BFGS remembers; each costs two pictures of floats.
    private static let history = 12

    /// Where the optimiser stands: `[1, H, W, 3]` in 0…255.
    private let pixels: Tensor
    private(set) var numbers: Numbers
    private let settings: StyleSettings
    private let threads: ThreadPool
    private var method: Method

    /// The pixels of the lowest J so far.
    var best: Tensor {
        switch method {
        case .lbfgs: pixels
        case .adam(_, _, let best): best
        }
    }

    /// Evaluates J where the descent begins; `pixels` are worked on.
    ///
    /// - Throws: what the objective throws.
    init(
        from pixels: Tensor, settings: StyleSettings, threads: ThreadPool, _ objective: Objective
    ) throws {
        self.pixels = pixels
        self.settings = settings
        self.threads = threads
        let found: ObjectiveValue
        switch settings.optimizer {
        case .adam:
            let gradient = Tensor(pixels.shape)
            found = try objective(pixels, gradient)
            method = .adam(Self.adam(pixels.shape, settings, threads), gradient: gradient, best: pixels.copy())
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
        numbers = Numbers(first: found, current: found, best: found)
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
                    best: pixels.copy())
                try step(objective)
            }
        case .adam(let adam, let gradient, let best):
            adam.step(pixels, gradient: gradient)
            pixels.clamp()
            let found = try objective(pixels, gradient)
            if found.isFinite {
                note(found)
                if numbers.bestStep == numbers.steps { best.assign(pixels) }
            } else {
                note(numbers.current)
                numbers.isSettled = true
            }
        }
    }

    private mutating func note(_ found: ObjectiveValue) {
        numbers.steps += 1
        numbers.current = found
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

    /// With the rate that is asked for, or its usual one where L-BFGS was.
    private static func adam(_ shape: Shape, _ settings: StyleSettings, _ threads: ThreadPool) -> Adam {
        let rate = settings.optimizer == .adam ? settings.learningRate : StyleSettings.learningRate(of: .adam)
        return Adam(shape, learningRate: Float(rate), beta2: adamBeta2, threads: threads)
    }
}

// MARK: Going on

extension PixelDescent {
    /// Everything that ``init(_:_:size:settings:threads:)`` needs; the tensors change with the next step.
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
        case .adam(let adam, let gradient, let best):
            numbers.adamSteps = adam.iteration
            tensors[Name.gradient] = gradient
            tensors[Name.best] = best
            tensors[Name.firstMoment] = adam.firstMoment
            tensors[Name.secondMoment] = adam.secondMoment
        }
        return (numbers, tensors)
    }

    /// Goes on from another descent's ``state``, as if there had been one.
    ///
    /// - Returns: `nil` when tensors are missing or of another size.
    init?(
        _ numbers: Numbers, _ tensors: [String: Tensor], size: PixelSize, settings: StyleSettings, threads: ThreadPool
    ) {
        let shape = Shape.nhwc(1, size.height, size.width, 3)
        guard tensors.values.allSatisfy({ $0.count == shape.count }), let pixels = tensors[Name.pixels],
            let gradient = tensors[Name.gradient]
        else { return nil }
        self.pixels = pixels.copy()
        self.numbers = numbers
        self.settings = settings
        self.threads = threads
        if settings.optimizer == .adam || numbers.fallback != nil {
            guard let best = tensors[Name.best], let first = tensors[Name.firstMoment],
                let second = tensors[Name.secondMoment]
            else { return nil }
            let adam = Self.adam(shape, settings, threads)
            adam.resume(iteration: numbers.adamSteps, firstMoment: first, secondMoment: second)
            method = .adam(adam, gradient: gradient.copy(), best: best.copy())
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
        static let firstMoment = "moment.first"
        static let secondMoment = "moment.second"
        static func step(_ index: Int) -> String { "step.\(index)" }
        static func change(_ index: Int) -> String { "change.\(index)" }
    }
}
