import Nets
import Pictures

/// Styles that are blended, and the part of the photograph that they are painted in.
struct StyleRegion {
    private enum Area {
        case whole
        case mask(Picture)
        /// What the masks of the other styles leave.
        case rest([Picture])
    }

    let styles: [StylePicture]
    private let area: Area

    /// What the styles' weights add up to: only their ratio counts for those without a mask.
    var total: Double { styles.reduce(0) { $0 + $1.weight } }

    /// How strongly the styles apply: of those with a mask the sum of their weights.
    var factor: Double {
        switch area {
        case .whole, .rest: 1
        case .mask: total
        }
    }

    /// Where the region lies in a photograph of a size; nil for all of it.
    func mask(at size: PixelSize) -> RegionMask? {
        switch area {
        case .whole: nil
        case .mask(let picture): RegionMask(picture, stretchedTo: size)
        case .rest(let others): RegionMask(leftBy: others.map { RegionMask($0, stretchedTo: size) })
        }
    }

    /// Its styles as `[1, H, W, 3]`, RGB in 0…255, for a painting of a size, with shares that add up to 1.
    ///
    /// A style picture is only ever made smaller, since enlarged strokes are blurred strokes; and no smaller than the network
    /// needs.
    /// - Parameter smallest: the least side that the network takes.
    /// - Throws: `StyleError.pictureTooSmall`.
    func pixels(
        at size: PixelSize, _ settings: StyleSettings, smallest: Int
    ) throws(StyleError) -> [StyleNetwork.Style] {
        let long = settings.styleLongSide(at: size.longSide)
        var prepared: [StyleNetwork.Style] = []
        for style in styles {
            let fitted = try style.picture.size.fitted(atMost: long, holding: smallest)
            prepared.append(
                StyleNetwork.Style(
                    pixels: Tensor(pixelsOf: style.picture.resized(to: fitted)), share: style.weight / total,
                    mask: style.styleMask.map { RegionMask($0, stretchedTo: fitted) }, layers: style.layers))
        }
        return prepared
    }

    /// The styles without a mask in one region, the whole if no other has one; those with the same mask in one each.
    static func regions(of styles: [StylePicture]) -> [StyleRegion] {
        var masked: [(mask: Picture, styles: [StylePicture])] = []
        for style in styles {
            guard let mask = style.mask else { continue }
            if let index = masked.firstIndex(where: { $0.mask == mask }) {
                masked[index].styles.append(style)
            } else {
                masked.append((mask, [style]))
            }
        }
        let free = styles.filter { $0.mask == nil }
        guard !masked.isEmpty else { return [StyleRegion(styles: free, area: .whole)] }
        let rest = free.isEmpty ? [] : [StyleRegion(styles: free, area: .rest(masked.map(\.mask)))]
        return rest + masked.map { StyleRegion(styles: $0.styles, area: .mask($0.mask)) }
    }
}

extension PixelSize {
    /// As long as `longSide` at most, but with no side below `smallest`.
    ///
    /// - Throws: `StyleError.pictureTooSmall` where a side has less as it is.
    func fitted(atMost longSide: Int, holding smallest: Int) throws(StyleError) -> PixelSize {
        try check(holds: smallest)
        let short = min(width, height)
        return fitted(atMost: max(longSide, (smallest * self.longSide + short - 1) / short))
    }

    /// - Throws: `StyleError.pictureTooSmall` where a side is smaller.
    func check(holds smallest: Int) throws(StyleError) {
        guard min(width, height) >= smallest else {
            throw .pictureTooSmall(width: width, height: height, smallest: smallest)
        }
    }
}
