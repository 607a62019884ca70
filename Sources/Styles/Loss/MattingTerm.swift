import Nets

import enum Wire.MattingNorm

/// ``MattingLaplacian`` as a term of the loss: how little a picture is the photograph that it was made of, in other light.
struct MattingTerm {
    private let laplacian: MattingLaplacian
    /// Of pᵀLp.
    private let share: Double
    private let weight: Double

    /// - Parameters:
    ///   - content: `[1, H, W, 3]`, RGB in 0…255.
    ///   - weight: of the derivative.
    init(of content: Tensor, norm: MattingNorm, weight: Double, threads: ThreadPool) {
        laplacian = MattingLaplacian(of: content, threads: threads)
        share =
            switch norm {
            case .mean: 3 / Double(content.count)
            case .sum: 1 / (256.0 * 256)
            }
        self.weight = weight
    }

    /// The value, and its gradient times the weight added to `gradient`, if there is one.
    func evaluate(_ pixels: Tensor, addingTo gradient: Tensor?) -> Double {
        share * laplacian.evaluate(pixels, factor: Float(2 * share * weight), addingTo: gradient)
    }
}
