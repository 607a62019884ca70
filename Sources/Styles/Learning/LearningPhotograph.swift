import Nets
import Pictures

/// A photograph that a style is learned on: pieces of the greater part of it, and two of the rest, of which one chooses among what was
/// learned, and the other judges what was chosen.
package struct LearningPhotograph {
    /// Long side at which photographs are learned on.
    static let longSide = 512
    /// Of both sides, before it is made smaller.
    package static let smallestSide = 64
    /// Long side over short side, at most.
    private static let longest = 4.0
    /// Share of the long side that is never learned on.
    private static let kept = 0.4
    /// Long side of the part that a piece is taken of, over the piece's.
    private static let zoom: ClosedRange<Double> = 1.05...2

    /// SHA-256 of the photograph as it was given.
    let hash: String
    private let ground: Picture
    private let choosing: Picture
    private let judging: Picture

    /// - Parameter picture: opaque.
    /// - Throws: `StyleError.pictureTooSmall`, also of one so narrow that nothing is left of it at ``longSide``.
    package init(_ picture: Picture) throws(StyleError) {
        let narrow = min(picture.width, picture.height)
        guard narrow >= Self.smallestSide, Double(picture.size.longSide) <= Self.longest * Double(narrow) else {
            throw .pictureTooSmall(
                width: picture.width, height: picture.height,
                smallest: max(Self.smallestSide, Int((Double(picture.size.longSide) / Self.longest).rounded(.up))))
        }
        hash = picture.hash
        let small = picture.resized(to: picture.size.fitted(atMost: Self.longSide))
        let rest: Picture
        (ground, rest) = small.cut(at: 1 - Self.kept)
        (choosing, judging) = rest.cut(at: 0.5)
    }

    /// A square at a random place and size, perhaps mirrored.
    func piece(side: Int, _ generator: inout SeededGenerator) -> Tensor {
        let (low, high) = (Self.zoom.lowerBound, Self.zoom.upperBound)
        let short = Double(side) * (low + (high - low) * generator.uniform())
        let factor = short / Double(min(ground.width, ground.height))
        let large = ground.resized(
            to: PixelSize(
                width: max(side, Int((Double(ground.width) * factor).rounded())),
                height: max(side, Int((Double(ground.height) * factor).rounded()))))
        let square = large.cropped(
            to: PixelRect(
                x: Int.random(in: 0...large.width - side, using: &generator),
                y: Int.random(in: 0...large.height - side, using: &generator), width: side, height: side))
        return Tensor(pixelsOf: generator.uniform() < 0.5 ? square.upright(from: .mirrored) : square)
    }

    /// A square that is never learned on, by which steps are compared.
    func choosing(side: Int) -> Picture { choosing.square(side: side) }

    /// Another one, by which nothing was chosen either.
    func judging(side: Int) -> Picture { judging.square(side: side) }
}

extension Picture {
    /// Two parts of it along its longer side, the first of which has the share.
    fileprivate func cut(at share: Double) -> (Picture, Picture) {
        let isWide = width >= height
        let at = Int((Double(size.longSide) * share).rounded())
        return (
            cropped(to: PixelRect(x: 0, y: 0, width: isWide ? at : width, height: isWide ? height : at)),
            cropped(
                to: PixelRect(
                    x: isWide ? at : 0, y: isWide ? 0 : at, width: isWide ? width - at : width,
                    height: isWide ? height : height - at))
        )
    }

    /// The middle of it.
    fileprivate func square(side: Int) -> Picture {
        let short = min(width, height)
        return cropped(to: PixelRect(x: (width - short) / 2, y: (height - short) / 2, width: short, height: short))
            .resized(to: PixelSize(width: side, height: side))
    }
}
