import Nets
import Pictures

import typealias Wire.LayerWeights

/// A style picture and its share among the others; shares need not add up to 1.
package struct StylePicture: Sendable {
    package private(set) var picture: Picture
    /// Of a style with a mask, a factor on its strength.
    package let weight: Double
    /// Where the style applies: white; stretched to the photograph. Styles without one paint what the masks leave.
    package let mask: Picture?
    /// The part of the picture that is the style: white; stretched to it. All of it without one, and where next to nothing is white.
    package private(set) var styleMask: Picture?
    /// What its share is multiplied by in each layer, nothing in those that are not named; all alike without.
    package let layers: LayerWeights?

    package init(
        _ picture: Picture, weight: Double = 1, mask: Picture? = nil, styleMask: Picture? = nil,
        layers: LayerWeights? = nil
    ) {
        self.picture = picture
        self.weight = weight
        self.mask = mask
        self.styleMask = styleMask
        self.layers = layers
    }

    /// The same, opaque: where it was transparent its colours go on for those who look at whole pictures, and are no part of the style.
    var opaque: StylePicture {
        guard picture.channels == .rgba else { return self }
        var style = self
        style.picture = picture.continuedColours()
        style.styleMask = picture.alphaMask.flatMap { $0.times(styleMask) ?? $0 } ?? styleMask
        return style
    }

    /// The mask of a part of it, as far as that is the style.
    func styleMask(of part: Picture?) -> Picture? {
        guard let part, let styleMask else { return part ?? styleMask }
        return styleMask.times(part) ?? styleMask
    }

    /// Whether anything of it is opaque, and within its mask, if it has one.
    package var isSeen: Bool {
        guard let alpha = picture.alphaMask else { return true }
        return alpha.times(styleMask) != nil
    }

    /// For networks that look at whole pictures: no more than holds everything that is white in the style's mask.
    var cropped: StylePicture {
        guard let styleMask else { return self }
        let mask = RegionMask(styleMask, stretchedTo: picture.size)
        var (left, right, top, bottom) = (picture.width, -1, picture.height, -1)
        for y in 0..<picture.height {
            for x in 0..<picture.width where mask.values[y * picture.width + x] >= 0.5 {
                (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), y)
            }
        }
        guard bottom >= 0 else { return self }
        let rect = PixelRect(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
        return StylePicture(picture.cropped(to: rect), weight: weight, mask: self.mask)
    }
}

extension Picture {
    /// White where the picture is opaque, black where it is transparent; nil for one that is opaque everywhere.
    fileprivate var alphaMask: Picture? {
        guard channels == .rgba else { return nil }
        let alpha = stride(from: 3, to: pixels.count, by: 4).map { pixels[$0] }
        return alpha.allSatisfy { $0 == .max } ? nil : Picture(mask: alpha, size)
    }

    /// This mask where another is white, too, stretched to it; nil where the two leave nothing.
    fileprivate func times(_ other: Picture?) -> Picture? {
        let own = RegionMask(self, stretchedTo: size).values
        let others = other.map { RegionMask($0, stretchedTo: size).values }
        let values = own.indices.map { UInt8((own[$0] * (others?[$0] ?? 1) * 255).rounded()) }
        return values.contains { $0 > 0 } ? Picture(mask: values, size) : nil
    }

    private init(mask values: [UInt8], _ size: PixelSize) {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(values.count * 3)
        for value in values { pixels.append(contentsOf: repeatElement(value, count: 3)) }
        self.init(width: size.width, height: size.height, pixels: pixels)
    }
}

/// What a picture is repainted after.
package enum StyleSource: Sendable {
    case pictures([StylePicture])
    case numbered([StyleRecipe.NumberedStyle])
    case learned(LearnedStyle)
    case imported(ImportedStyle)

    /// Of its styles; none where one covers what the others leave.
    var masks: [Picture] {
        guard case .pictures(let styles) = self, styles.allSatisfy({ $0.mask != nil }) else { return [] }
        return styles.compactMap(\.mask)
    }

    /// - Throws: as ``StyleSettings/check(layers:)``.
    func checkLayers(_ settings: StyleSettings) throws(StyleError) {
        guard case .pictures(let styles) = self else { return }
        try settings.check(layers: StyleRegion.regions(of: styles).map { $0.styles.map(\.layers) })
    }
}

extension Picture {
    /// Whether there is nothing to see in it; opaque.
    package var isOfOneColour: Bool { Tensor(pixelsOf: self).isFlat(tolerance: PaintingCheck.flatness) }
}
