import Nets
import Pictures

/// Makes a photograph again of what was painted of one: the picture is the content, plus what the painting changed of it, smoothed as
/// far as the content is smooth.
///
///     out = C + GF(P − C; guide C)
///
/// The guided filter leaves what is an affine function of the content's colours over a neighbourhood, which is light and colour, and
/// takes strokes and grain away; the content's own detail is never filtered, and need not be added again (what Luan et al. 2017 do
/// after a filter of both).
///
/// The larger the neighbourhoods, the more is left of the content's edges, and the less of strokes, grain and style: of each
/// painting the smallest is taken that leaves the edges and hardly any grain.
struct PhotographicSmoothing {
    /// Least ``EdgeLikeness`` of the result to the content.
    private static let likeness = 0.905
    /// The most that may be left of what is no affine function of the content's colours about a pixel, by the matting Laplacian.
    private static let grain = 1.0 / 30
    /// From the middle of a neighbourhood to its edge, over the long side.
    private static let reach = 0.005...0.3
    /// Halvings of that range, in proportions.
    private static let halvings = 6
    /// ε of the filter, for colours in 0…1: the variance within a neighbourhood from which steps in what was changed are kept. With a
    /// tenth of it the edges' SSIM is lower by 0.04 and 0.02.
    private static let contrast = 1e-2

    /// Both opaque, of the same size.
    static func smooth(_ painted: Picture, content: Picture, threads: ThreadPool) -> Picture {
        precondition(painted.size == content.size, "\(painted.size) is painted, \(content.size) the content")
        let guide = Tensor(samplesOf: content)
        let whole = Tensor(samplesOf: painted)
        let change = whole.copy()
        for index in 0..<change.count { change[index] -= guide[index] }
        func smoothed(_ reach: Double) -> Tensor {
            let filter = GuidedFilter(
                guide: guide, radius: max(1, Int((Double(painted.size.longSide) * reach).rounded())),
                epsilon: contrast, threads: threads)
            let smooth = filter.filtered(change)
            for index in 0..<smooth.count { smooth[index] += guide[index] }
            smooth.clamp()
            return smooth
        }
        var (short, long) = (reach.lowerBound, reach.upperBound)
        var best = smoothed(long)
        guard min(content.width, content.height) >= EdgeLikeness.smallestSide else { return best.picture }
        let edges = EdgeLikeness(to: guide, threads: threads)
        let laplacian = MattingLaplacian(of: guide, threads: threads)
        let most = Self.grain * laplacian.evaluate(whole)
        for _ in 0..<halvings {
            let middle = (short * long).squareRoot()
            let smooth = smoothed(middle)
            let isLike = edges.likeness(of: smooth) >= likeness && laplacian.evaluate(smooth) <= most
            if isLike { (long, best) = (middle, smooth) } else { short = middle }
        }
        return best.picture
    }
}

extension Tensor {
    /// The samples of an opaque picture as `[1, H, W, 3]`, 0…255, with all bits that there are.
    fileprivate convenience init(samplesOf picture: Picture) {
        self.init(pixelsOf: picture)
        for (index, sample) in (picture.deep ?? []).enumerated() { pointer[index] = Float(sample) / 257 }
    }
}
