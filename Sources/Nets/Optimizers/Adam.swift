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
        let correction1 = 1 - power(Double(beta1), iteration)
        let correction2 = 1 - power(Double(beta2), iteration)
        let rate = Float(Double(learningRate) / correction1)
        let root = Float(correction2.squareRoot())
        let pieces = Pieces(parameter.count, size: Pieces.elements)
        if let threads {
            threads.parallel(pieces.count) { piece, _ in
                update(pieces.range(piece), parameter.pointer, gradient.pointer, rate: rate, root: root)
            }
        } else {
            update(0..<parameter.count, parameter.pointer, gradient.pointer, rate: rate, root: root)
        }
    }

    private func update(_ range: Range<Int>, _ x: Floats, _ d: Floats, rate: Float, root: Float) {
        let (m, v) = (firstMoment.pointer, secondMoment.pointer)
        for index in range {
            let g = d[index]
            m[index] += (g - m[index]) * (1 - beta1)
            v[index] = v[index] * beta2 + (1 - beta2) * g * g
            x[index] -= rate * m[index] / (v[index].squareRoot() / root + epsilon)
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, base, exponent) = (1.0, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result *= base }
            base *= base
            exponent >>= 1
        }
        return result
    }
}
