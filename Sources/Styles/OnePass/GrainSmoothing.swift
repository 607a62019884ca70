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

    /// Rows that the filter is at work on at a time, as its sums take as much memory as the network's widest layer.
    private static let bandRows = 64

    private let width: Int
    private let threads: ThreadPool
    /// w of each pixel, for each screen.
    private let shares: [[Float]]
    /// How much each pixel is of flat art; `nil` where none is.
    private let flatShares: [Float]?

    /// - Parameter content: `[1, H, W, 3]`, RGB in 0…1.
    init(content: Tensor, threads: ThreadPool) {
        width = content.shape.width
        self.threads = threads
        flatShares = Self.flatShares(of: content)
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

    /// - Parameters:
    ///   - painted: what the network made of the content, of its shape; changed in place.
    ///   - content: some rows of the content, which a network may have written over.
    func smooth(_ painted: Tensor, content: (Range<Int>) -> Tensor) {
        for (screen, shares) in zip(Self.screens, shares) {
            let smooth = screen.blur(painted.values, width: width, channels: 3)
            for (pixel, share) in shares.enumerated() {
                for index in 3 * pixel..<3 * pixel + 3 { painted[index] += share * (smooth[index] - painted[index]) }
            }
        }
        guard let flatShares else { return }
        let smooth = filtered(painted, content)
        for (pixel, share) in flatShares.enumerated() where share > 0 {
            for index in 3 * pixel..<3 * pixel + 3 { painted[index] += share * (smooth[index] - painted[index]) }
        }
    }

    /// By a ``GuidedFilter`` over bands of rows, and what is about them: of a row it takes in fits as far off as its radius, and these
    /// the pixels as far off again.
    private func filtered(_ painted: Tensor, _ content: (Range<Int>) -> Tensor) -> Tensor {
        let (height, row, margin) = (painted.shape.height, width * 3, 2 * Self.flatArt.radius)
        let filtered = Tensor(painted.shape)
        threads.parallel((height + Self.bandRows - 1) / Self.bandRows) { band, _ in
            let rows = band * Self.bandRows..<min((band + 1) * Self.bandRows, height)
            let around = max(rows.lowerBound - margin, 0)..<min(rows.upperBound + margin, height)
            let guide = content(around)
            for index in 0..<guide.count { guide[index] *= 255 }
            let planes = Tensor(guide.shape)
            planes.pointer.update(from: painted.pointer + around.lowerBound * row, count: planes.count)
            let filter = GuidedFilter(
                guide: guide, radius: Self.flatArt.radius, epsilon: Self.flatArt.epsilon,
                threads: ThreadPool(threads: 1))
            let smooth = filter.filtered(planes)
            (filtered.pointer + rows.lowerBound * row).update(
                from: smooth.pointer + (rows.lowerBound - around.lowerBound) * row, count: rows.count * row)
        }
        return filtered
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
