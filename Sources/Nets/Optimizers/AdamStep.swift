/// One step of Adam, as both of its forms make it: Kingma, Ba 2015, algorithm 1.
struct AdamStep {
    private let beta1: Float
    private let beta2: Float
    private let epsilon: Float
    /// The learning rate and the root of the second moment, corrected for moments that began with zeros.
    private let rate: Float
    private let root: Float

    /// - Parameter iteration: 1 for the first step.
    init(learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, iteration: Int) {
        (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
        rate = learningRate / Float(1 - Self.power(Double(beta1), iteration))
        root = Float(1 - Self.power(Double(beta2), iteration)).squareRoot()
    }

    /// Moves an element and its moments.
    @inline(__always)
    func move(_ x: inout Float, _ m: inout Float, _ v: inout Float, against g: Float) {
        m += (g - m) * (1 - beta1)
        v = v * beta2 + (1 - beta2) * g * g
        x -= rate * m / (v.squareRoot() / root + epsilon)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, base, exponent) = (1.0, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result *= base }
            base *= base
            exponent >>= 1
        }
        return result
    }
}
