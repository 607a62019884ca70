import Nets
import Pictures

/// A photograph that a style is learned on: pieces of the greater part of it, and one of the rest that judges.
package struct LearningPhotograph {
    /// Long side at which photographs are learned on.
    static let longSide = 512
    /// Of both sides, before it is made smaller.
    package static let smallestSide = 64
    /// Long side over short side, at most.
    private static let longest = 4.0
    /// Share of the long side that is kept for judging.
    private static let kept = 0.4
    /// Long side of the part that a piece is taken of, over the piece's.
    private static let zoom: ClosedRange<Double> = 1.05...2

    /// SHA-256 of the photograph as it was given.
    let hash: String
    private let ground: Picture
    private let rest: Picture

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
        let size = picture.size.fitted(atMost: Self.longSide)
        let small = picture.resized(to: size)
        let isWide = size.width >= size.height
        let cut = Int((Double(size.longSide) * (1 - Self.kept)).rounded())
        ground = small.cropped(
            to: PixelRect(x: 0, y: 0, width: isWide ? cut : size.width, height: isWide ? size.height : cut))
        rest = small.cropped(
            to: PixelRect(
                x: isWide ? cut : 0, y: isWide ? 0 : cut, width: isWide ? size.width - cut : size.width,
                height: isWide ? size.height : size.height - cut))
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

    /// The middle of the part that is never learned on, a square.
    func judge(side: Int) -> Picture {
        let short = min(rest.width, rest.height)
        let square = rest.cropped(
            to: PixelRect(
                x: (rest.width - short) / 2, y: (rest.height - short) / 2, width: short, height: short))
        return square.resized(to: PixelSize(width: side, height: side))
    }
}
