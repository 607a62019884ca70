import Nets
import Pictures

/// A style picture and its share among the others; shares need not add up to 1.
package struct StylePicture: Sendable {
    package let picture: Picture
    /// Of a style with a mask, a factor on its strength.
    package let weight: Double
    /// Where the style applies: white; stretched to the photograph. Styles without one paint what the masks leave.
    package let mask: Picture?
    /// The part of the picture that is the style: white; stretched to it. All of it without one, and where next to nothing is white.
    package let styleMask: Picture?

    package init(_ picture: Picture, weight: Double = 1, mask: Picture? = nil, styleMask: Picture? = nil) {
        self.picture = picture
        self.weight = weight
        self.mask = mask
        self.styleMask = styleMask
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
}

extension Picture {
    /// Whether there is nothing to see in it; opaque.
    package var isOfOneColour: Bool { Tensor(pixelsOf: self).isFlat(tolerance: PaintingCheck.flatness) }
}
