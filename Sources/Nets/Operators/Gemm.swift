/// `alpha · A B + beta · c`: the fully connected layer and the plain matrix product.
///
/// A `[M, K]`, or `[K, M]` when `transposeA`; B `[K, N]`, or `[N, K]` when `transposeB`; c broadcasts to `[M, N]`.
package struct Gemm: Hashable, Sendable, Codable {
    package var transposeA: Bool
    package var transposeB: Bool
    package var alpha: Float
    package var beta: Float

    package init(transposeA: Bool = false, transposeB: Bool = false, alpha: Float = 1, beta: Float = 1) {
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.alpha = alpha
        self.beta = beta
    }
}
