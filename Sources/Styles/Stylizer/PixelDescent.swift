import Nets

/// One optimiser at work on the pixels of one size.
struct PixelDescent {
    private enum Method {
        case adam(Adam, gradient: Tensor)
        case lbfgs(LBFGS)
    }

    /// Adam forgets the squares of gradients sooner than usual, so that early, huge ones do not brake it.
    private static let adamBeta2: Float = 0.99
    /// Pairs of steps and gradient changes that L-BFGS remembers; each costs two pictures of floats.
    private static let history = 12

    private let method: Method
    private let settings: StyleSettings

    init(settings: StyleSettings, shape: Shape, threads: ThreadPool) {
        self.settings = settings
        let rate = Float(settings.learningRate)
        switch settings.optimizer {
        case .adam:
            method = .adam(
                Adam(shape, learningRate: rate, beta2: Self.adamBeta2, threads: threads), gradient: Tensor(shape))
        case .lbfgs:
            var options = LBFGS.Options()
            options.learningRate = rate
            options.history = Self.history
            options.bounds = 0...255
            options.gradientTolerance = 0
            options.changeTolerance = 0
            method = .lbfgs(LBFGS(shape, options: options, threads: threads))
        }
    }

    /// Evaluates J at the pixels and moves them one step, within 0…255; returns the losses before the step.
    ///
    /// - Throws: `StyleError.diverged` when the losses are not finite.
    func step(_ objective: StyleObjective, pixels: Tensor, iteration: Int) throws -> StyleLosses {
        var losses: StyleLosses?
        func evaluate(_ pixels: Tensor, _ gradient: Tensor) throws -> Double {
            let found = objective.evaluate(pixels, gradient: gradient)
            guard found.isFinite else {
                throw StyleError.diverged(at: iteration, settings)
            }
            losses = losses ?? found
            return found.total
        }
        switch method {
        case .adam(let adam, let gradient):
            _ = try evaluate(pixels, gradient)
            adam.step(pixels, gradient: gradient)
            pixels.clamp()
        case .lbfgs(let lbfgs):
            _ = try lbfgs.step(pixels, evaluate)
        }
        guard let losses else { preconditionFailure("an optimiser that took a step without looking") }
        return losses
    }
}
