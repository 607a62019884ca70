/// Adam, as ``Adam`` has it, with both moments of an element in the memory of one: each is kept with the 8 bits of a bfloat16,
/// rounded to the nearest. The second moment must not forget too slowly for that: a step that changes it by less than a part in
/// 500 changes nothing, so that `beta2` is 0.99 at most.
package final class LeanAdam {
    package let learningRate: Float
    package let beta1: Float
    package let beta2: Float
    package let epsilon: Float

    /// Steps taken.
    package private(set) var iteration = 0
    /// The upper half of each element's bits is its first moment, the lower half its second: no numbers to reckon with.
    package let moments: Tensor

    private let threads: ThreadPool

    package init(
        _ shape: Shape, learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.99, epsilon: Float = 1e-8,
        threads: ThreadPool
    ) {
        precondition(beta2 <= 0.99, "a second moment that forgets by 1 − \(beta2) does not move")
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.threads = threads
        moments = Tensor(shape)
    }

    /// Goes on where another run stopped.
    package func resume(iteration: Int, moments: Tensor) {
        self.iteration = iteration
        self.moments.assign(moments)
    }

    /// Moves the parameter one step against the gradient. Allocates nothing.
    package func step(_ parameter: Tensor, gradient: Tensor) {
        precondition(
            parameter.count == moments.count && gradient.count == moments.count,
            "parameter \(parameter.shape) and gradient \(gradient.shape) for moments \(moments.shape)")
        iteration += 1
        let step = AdamStep(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, iteration: iteration)
        let pieces = Pieces(parameter.count, size: Pieces.elements)
        let (x, d) = (parameter.pointer, gradient.pointer)
        moments.pointer.withMemoryRebound(to: UInt32.self, capacity: moments.count) { packed in
            threads.parallel(pieces.count) { piece, _ in
                for index in pieces.range(piece) {
                    let bits = packed[index]
                    var m = Float(bitPattern: bits & 0xffff_0000)
                    var v = Float(bitPattern: bits << 16)
                    step.move(&x[index], &m, &v, against: d[index])
                    packed[index] = Self.rounded(m) | Self.rounded(v) >> 16
                }
            }
        }
    }

    /// The bits of the nearest bfloat16, to even where two are as near.
    @inline(__always)
    private static func rounded(_ value: Float) -> UInt32 {
        let bits = value.bitPattern
        return (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000
    }
}
