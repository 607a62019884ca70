import Pictures
import Wire

/// At which sizes a picture is searched for faces.
///
/// The detector finds faces of about 10 to 300 pixels. Large photographs are made smaller, which costs faces below a
/// hundredth of the picture's side and saves most of the time; ``CrowdSearch`` looks for those. Small ones are enlarged for the sake of small faces, unless
/// their own size shows a portrait, which is four times cheaper to find there. A picture is searched at half and a quarter
/// of that size as well, whatever the first search saw: a face that is too large
/// for it leaves no trace there, and the passer-by behind it does. The smaller searches take a third of the first one's time.
package struct SearchScale: Equatable, Sendable {
    /// Longer side of the largest picture searched, in pixels.
    package var longest = 1280
    /// The same where a larger one is looked at once more for small faces.
    package var closest = 2560
    /// A picture whose longer side is below this is enlarged, unless it is a portrait.
    package var small = 500
    /// A face of at least this part of the longer side makes a small picture a portrait.
    package var portrait: Float = 0.25
    /// How much it is enlarged.
    package var enlargement = 2
    /// No picture is made smaller than this, by its longer side, to find larger faces.
    package var shortest = 320
    /// Wider faces, in pixels of the searched picture, are left to a smaller one: on close-ups of the sample portraits
    /// boxes overlap the truth by 0.9 and more up to this width, and by 0.4 to 0.7, with doubles, at 500 and above.
    package var widestFace: Float = 400

    package init() {}

    /// The faces of a picture of `size`, in its pixels, best first.
    ///
    /// - Parameter detect: the faces of the picture at another size, in pixels of that size.
    func search(_ size: PixelSize, detect: (PixelSize) throws -> [DetectedFace]) rethrows -> [DetectedFace] {
        if size.longSide < small {
            let faces = try detect(size)
            if faces.contains(where: { $0.box.width >= portrait * Float(size.longSide) }) { return faces }
        }
        let sizes = sizes(for: size)
        let suppression = NonMaximumSuppression()
        var found: [DetectedFace] = []
        for searched in sizes {
            let trusted = try detect(searched).filter { searched == sizes.last || $0.box.width <= widestFace }
            // Of one face seen twice, the larger picture has the more exact landmarks, whatever the scores are.
            found += trusted.map { $0.scaled(from: searched, to: size) }
                .filter { face in found.allSatisfy { $0.box.overlap(with: face.box) <= suppression.maximumOverlap } }
        }
        return suppression.survivors(of: found)
    }

    /// The sizes to search, in order; at least one.
    func sizes(for size: PixelSize) -> [PixelSize] {
        let first = size.longSide < small ? size.longSide * enlargement : min(size.longSide, longest)
        var sides = [first]
        while let last = sides.last, last / 2 >= shortest { sides.append(last / 2) }
        return sides.map { $0 == size.longSide ? size : size.fitted(longSide: $0) }
    }
}
