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
