import Nets

/// Takes away what the arbitrary-style network lays over areas where the photograph is smooth: a screen of three to four pixels, which
/// its narrow last layers make of nothing.
///
///     out = P + w·(G(P) − P),   w = t² / (t² + v)
///
/// v is the variance of the photograph's luma about a pixel, G a Gaussian as wide as the screen. So skies become smooth, strokes
/// that are wider than the screen stay, and what has forms is left as it is.
struct GrainSmoothing {
    private static let screen = GaussianFilter(sigma: 1.2)
    /// What the luma is compared with, and over what the difference is averaged.
    private static let (mean, window) = (GaussianFilter(sigma: 2), GaussianFilter(sigma: 3))
    /// t, of a luma in 0…1: twice the noise of a good photograph. With half as much, skies of compressed ones keep half of the screen.
    private static let flatness: Float = 0.015

    private let width: Int
    /// w of each pixel.
    private let shares: [Float]

    /// - Parameter content: `[1, H, W, 3]`, RGB in 0…1.
    init(content: Tensor) {
        width = content.shape.width
        let lumas = (0..<content.count / 3).map {
            0.299 * content[3 * $0] + 0.587 * content[3 * $0 + 1] + 0.114 * content[3 * $0 + 2]
        }
        let squares = zip(lumas, Self.mean(lumas, width: width)).map { ($0 - $1) * ($0 - $1) }
        let bearable = Self.flatness * Self.flatness
        shares = Self.window(squares, width: width).map { bearable / (bearable + $0) }
    }

    /// - Parameter painted: what the network made of the content, of its shape; changed in place.
    func smooth(_ painted: Tensor) {
        let smooth = Self.screen(painted.values, width: width, channels: 3)
        for (pixel, share) in shares.enumerated() {
            for index in 3 * pixel..<3 * pixel + 3 { painted[index] += share * (smooth[index] - painted[index]) }
        }
    }
}
