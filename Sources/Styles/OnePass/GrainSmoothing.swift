import Nets

/// Takes away what the arbitrary-style network lays over areas where the photograph is smooth: a screen of three to six pixels, which
/// its narrow last layers make of nothing.
///
///     out = P + w·(G(P) − P),   w = t² / (t² + v)
///
/// v is the variance of the photograph's luma about a pixel, G a Gaussian as wide as the finer screen; and the same once more with a
/// wider G and a lower t, for the coarser one, where the photograph is all but even. So skies become smooth, strokes
/// that are wider than the screen stay, and what has forms is left as it is.
struct GrainSmoothing {
    /// G and t, of a luma in 0…1. The first t is twice the noise of a good photograph: with half as much, skies of compressed ones keep
    /// half of the finer screen.
    private static let screens: [(blur: GaussianFilter, flatness: Float)] = [
        (GaussianFilter(sigma: 1.2), 0.015), (GaussianFilter(sigma: 2.5), 0.006),
    ]
    /// What the luma is compared with, and over what the difference is averaged.
    private static let (mean, window) = (GaussianFilter(sigma: 2), GaussianFilter(sigma: 3))

    private let width: Int
    /// w of each pixel, for each screen.
    private let shares: [[Float]]

    /// - Parameter content: `[1, H, W, 3]`, RGB in 0…1.
    init(content: Tensor) {
        width = content.shape.width
        let lumas = (0..<content.count / 3).map {
            0.299 * content[3 * $0] + 0.587 * content[3 * $0 + 1] + 0.114 * content[3 * $0 + 2]
        }
        let squares = zip(lumas, Self.mean(lumas, width: width)).map { ($0 - $1) * ($0 - $1) }
        let variances = Self.window(squares, width: width)
        shares = Self.screens.map { screen in
            let bearable = screen.flatness * screen.flatness
            return variances.map { bearable / (bearable + $0) }
        }
    }

    /// - Parameter painted: what the network made of the content, of its shape; changed in place.
    func smooth(_ painted: Tensor) {
        for (screen, shares) in zip(Self.screens, shares) {
            let smooth = screen.blur(painted.values, width: width, channels: 3)
            for (pixel, share) in shares.enumerated() {
                for index in 3 * pixel..<3 * pixel + 3 { painted[index] += share * (smooth[index] - painted[index]) }
            }
        }
    }
}
