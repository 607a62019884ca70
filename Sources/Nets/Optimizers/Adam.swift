/// Adam with bias-corrected moments. Kingma, Ba 2015, algorithm 1.
///
/// The step is `lr · m̂ / (√v̂ + ε)`, ε outside the root, as PyTorch has it.
package final class Adam {
    package var learningRate: Float
    package let beta1: Float
    package let beta2: Float
    package let epsilon: Float

    /// Steps taken.
    package private(set) var iteration = 0
    /// The moments: what a resumed run needs besides `iteration`.
    package let firstMoment: Tensor
    package let secondMoment: Tensor

    private let threads: ThreadPool?

    /// - Parameter shape: of the parameter.
    package init(
        _ shape: Shape, learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
        threads: ThreadPool? = nil
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.threads = threads
        firstMoment = Tensor(shape)
        secondMoment = Tensor(shape)
    }

    /// Goes on where another run stopped.
    package func resume(iteration: Int, firstMoment: Tensor, secondMoment: Tensor) {
        self.iteration = iteration
        self.firstMoment.assign(firstMoment)
        self.secondMoment.assign(secondMoment)
    }

    /// Moves the parameter one step against the gradient. Allocates nothing.
    package func step(_ parameter: Tensor, gradient: Tensor) {
        precondition(
            parameter.count == firstMoment.count && gradient.count == firstMoment.count,
            "parameter \(parameter.shape) and gradient \(gradient.shape) for moments \(firstMoment.shape)")
        iteration += 1
        let step = AdamStep(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, iteration: iteration)
        let (x, m, v, d) = (parameter.pointer, firstMoment.pointer, secondMoment.pointer, gradient.pointer)
        func update(_ range: Range<Int>) {
            for index in range { step.move(&x[index], &m[index], &v[index], against: d[index]) }
        }
        let pieces = Pieces(parameter.count, size: Pieces.elements)
        if let threads {
            threads.parallel(pieces.count) { piece, _ in update(pieces.range(piece)) }
        } else {
            update(0..<parameter.count)
        }
    }
}
