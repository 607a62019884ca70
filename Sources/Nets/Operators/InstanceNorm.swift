/// `scale · (x − mean) / √(variance + epsilon) + offset`, mean and (biased) variance over H and W of each picture.
///
/// x `[N, H, W, C]`, optional scale and offset `[C]`. Ulyanov et al. 2016, "Instance Normalization", equation 3.
package struct InstanceNorm: Hashable, Sendable, Codable {
    package var epsilon: Float

    package init(epsilon: Float = 1e-5) { self.epsilon = epsilon }
}
