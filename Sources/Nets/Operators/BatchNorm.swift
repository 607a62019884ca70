/// `scale · (x − mean) / √(variance + epsilon) + offset` with the stored statistics, per last axis.
///
/// Inputs x `[…, C]`, scale, offset, mean, variance `[C]`. Inference only: the statistics are never updated.
package struct BatchNorm: Hashable, Sendable, Codable {
    package var epsilon: Float

    package init(epsilon: Float = 1e-5) { self.epsilon = epsilon }
}
