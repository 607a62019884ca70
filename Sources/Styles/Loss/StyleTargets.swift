import Nets

/// What the features of G are compared with: the content picture's activations and the blended Gram matrices.
///
/// Plain tensors; the executors that made them are gone.
struct StyleTargets {
    /// `[1, H, W, N]` by content layer.
    let content: [String: Tensor]
    /// `[N, N]` by style layer: `Σ share · Gram` over the style pictures.
    let grams: [String: Tensor]
}
