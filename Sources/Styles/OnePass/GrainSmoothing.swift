import Nets

/// Takes away what the arbitrary-style network lays over areas where the photograph is smooth: a screen of three to six pixels, which
/// its narrow last layers make of nothing.
///
///     out = P + w·(G(P) − P),   w = t² / (t² + v)
///
/// v is the variance of the photograph's luma about a pixel, G a Gaussian as wide as the finer screen; and the same once more with a
/// wider G and a lower t, for the coarser one, where the photograph is all but even. So skies become smooth, strokes
/// that are wider than the screen stay, and what has forms is left as it is.
///
/// Along a line in flat art v is high, and the screen stands there as coloured teeth. Where most of what is about a pixel has exactly its
/// neighbour's colour, a ``GuidedFilter`` takes the place of G, which smooths along an edge and on either side of it, not across.
/// Photographs have next to no such pixels but where they are white or black.
struct GrainSmoothing {
    /// G and t, of a luma in 0…1. The first t is twice the noise of a good photograph: with half as much, skies of compressed ones keep
    /// half of the finer screen.
    private static let screens: [(blur: GaussianFilter, flatness: Float)] = [
        (GaussianFilter(sigma: 1.2), 0.015), (GaussianFilter(sigma: 2.5), 0.006),
    ]
    /// What the luma is compared with, and over what the difference is averaged.
    private static let (mean, window) = (GaussianFilter(sigma: 2), GaussianFilter(sigma: 3))

    /// Of flat art: from which part of pixels like their neighbours smoothing begins, and over which it becomes whole; what they are
    /// counted over, wider than a letter; and the filter, whose ε is far below the contrast of anything drawn.
    private static let flatArt = (
        least: Float(0.2), rise: Float(0.3), window: GaussianFilter(sigma: 5), radius: 4, epsilon: 1e-3
    )

    private let width: Int
    /// w of each pixel, for each screen.
    private let shares: [[Float]]
    /// How much each pixel is of flat art, and the filter of the content; `nil` where none is.
    private let flatArt: (shares: [Float], filter: GuidedFilter)?

    /// - Parameter content: `[1, H, W, 3]`, RGB in 0…1.
    init(content: Tensor, threads: ThreadPool) {
        width = content.shape.width
        flatArt = Self.flatShares(of: content).map { shares in
            let guide = content.copy()
            for index in 0..<guide.count { guide[index] *= 255 }
            return (
                shares,
                GuidedFilter(
                    guide: guide, radius: Self.flatArt.radius, epsilon: Self.flatArt.epsilon, threads: threads)
            )
        }
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
        guard let flatArt else { return }
        let smooth = flatArt.filter.filtered(painted)
        for (pixel, share) in flatArt.shares.enumerated() where share > 0 {
            for index in 3 * pixel..<3 * pixel + 3 { painted[index] += share * (smooth[index] - painted[index]) }
        }
    }

    /// How much of flat art each pixel is of, 0 to 1; `nil` where none is.
    private static func flatShares(of content: Tensor) -> [Float]? {
        let (height, width) = (content.shape.height, content.shape.width)
        /// Of levels of 8 bits, which are a 255th apart.
        let same: Float = 0.5 / 255
        var alike = [Float](repeating: 0, count: height * width)
        for y in 0..<height {
            for x in 0..<width {
                let own = (y * width + x) * 3
                let (right, below) = (x + 1 < width ? own + 3 : own, y + 1 < height ? own + width * 3 : own)
                let isAlike = (0..<3).allSatisfy {
                    abs(content[right + $0] - content[own + $0]) < same
                        && abs(content[below + $0] - content[own + $0]) < same
                }
                if isAlike { alike[y * width + x] = 1 }
            }
        }
        let shares = flatArt.window(alike, width: width).map {
            min(max(0, ($0 - flatArt.least) / flatArt.rise), 1)
        }
        return shares.contains { $0 > 0 } ? shares : nil
    }
}
