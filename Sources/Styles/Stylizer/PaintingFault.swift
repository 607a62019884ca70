import Nets

import enum Wire.StylePreset

/// What makes a painting one that nobody asked for, whatever its style.
package enum PaintingFault: Hashable, Sendable {
    /// Pixels that are no numbers.
    case notFinite
    /// One flat colour, although the content is none.
    case blank
    /// A loss above that of what the last size began with.
    case worse(loss: Double, start: Double)
    /// Finer grain than content, styles and start have together.
    case noise(roughness: Double, most: Double)
    /// Forms in which the network does not find the content's.
    case contentLost(likeness: Double, least: Double)
    /// The same in a section of the picture only, which is no reason to hand nothing out.
    case sectionLost(likeness: Double, least: Double)
}

extension PaintingFault: CustomStringConvertible {
    /// What follows "The painting".
    package var description: String {
        func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        return switch self {
        case .notFinite: "has pixels that are no numbers"
        case .blank: "is one flat colour"
        case .worse(let loss, let start):
            "has the loss \(number(loss)), more than the \(number(start)) that it began with"
        case .noise(let roughness, let most):
            "is noise: its roughness is \(number(roughness)), where content and style explain \(number(most))"
        case .contentLost(let likeness, let least):
            "has lost the content: the network finds a likeness of \(number(likeness)), where \(number(least)) is needed"
        case .sectionLost(let likeness, let least):
            "has lost a part of the content: the network finds a likeness of \(number(likeness)) there, where \(number(least)) is needed"
        }
    }
}

/// What a painting is held against before it is handed out.
///
/// The lines stand between what was painted whole and what is none, at 96 to 224 px: likenesses of 0.7 to 0.9 with the usual
/// weights, 0.28 after stripes in which nobody finds the content any more, and −0.02 to 0.05 of noise and of other photographs;
/// 0.3 to 2.0 times the roughness of the rougher original where noise that is half optimised away has 10 to 26 times.
struct PaintingCheck {
    /// Greatest difference within a channel below which a picture counts as one flat colour, in steps of 255.
    static let flatness: Float = 3
    /// How far rounding to whole steps of 255 may raise a loss.
    private static let rounding = 1.1
    /// How many times rougher than the roughest of its originals a painting may be, and the least that counts as rough.
    private static let roughnessFactor = 3.0
    private static let leastRoughness = 800.0
    /// Correlation with the content's features that is too little: of a first painting with no more than the usual weight for
    /// the style, as another may keep the content, and of any.
    private static let leastLikeness = (first: 0.3, any: 0.08)
    /// The same of the section with the least, in a first painting: 0.18 to 0.31 where a page of text became the style's picture, 0.41
    /// and more of paintings of photographs, drawings and screens.
    private static let leastInSections = 0.35
    /// The weight of the style over the content's, in units of the usual one, from which the content may go.
    private static let overpowering = 10.0

    /// Of the content, of the styles at the sizes that they were measured at, and of the start.
    private let roughness: Double
    private let isFlat: Bool
    private let leastLikeness: Double
    /// `nil` where sections are not asked about.
    private let leastInSections: Double?

    /// - Parameters:
    ///   - content: `[1, H, W, 3]` in 0…255, as what is judged.
    ///   - roughness: of the roughest of the styles, as they were measured, and of what the work began with.
    ///   - isFirst: whether none was painted before this with more weight for the content.
    init(content: Tensor, roughness: Double, settings: StyleSettings, isFirst: Bool) {
        isFlat = content.isFlat(tolerance: Self.flatness)
        self.roughness = max(content.roughness, roughness)
        let balance = settings.styleWeight / settings.contentWeight / settings.usualBalance
        let isUsual = isFirst && balance <= 1
        leastLikeness =
            if settings.start.showsContent, balance <= Self.overpowering {
                isUsual ? Self.leastLikeness.first : Self.leastLikeness.any
            } else {
                -1
            }
        // What another program paints is its own affair.
        let isHouses = !StylePreset.ofPrograms.contains(settings.preset)
        leastInSections = settings.start.showsContent && isUsual && isHouses ? Self.leastInSections : nil
    }

    /// What is wrong with pixels that are rounded as the file will have them.
    ///
    /// - Parameters:
    ///   - loss: at these pixels, and where the last size began.
    ///   - likeness: as ``StyleObjective/look(at:)`` has it, and the least of its sections.
    func fault(
        of pixels: Tensor, loss: Double, start: Double, likeness: Double?, least: Double? = nil
    ) -> PaintingFault? {
        guard loss.isFinite else { return .notFinite }
        if !isFlat, pixels.isFlat(tolerance: Self.flatness) { return .blank }
        if loss > Self.rounding * start { return .worse(loss: loss, start: start) }
        let most = Self.roughnessFactor * max(roughness, Self.leastRoughness)
        if pixels.roughness > most { return .noise(roughness: pixels.roughness, most: most) }
        if let likeness, likeness < leastLikeness { return .contentLost(likeness: likeness, least: leastLikeness) }
        if let least, let leastInSections, least < leastInSections {
            return .sectionLost(likeness: least, least: leastInSections)
        }
        return nil
    }
}

extension Tensor {
    /// How much grain a `[1, H, W, 3]` picture has: the mean square of the second differences of its rows and columns.
    /// White noise of variance σ² has 6σ², a smooth ramp none.
    var roughness: Double {
        let (height, width) = (shape.height, shape.width)
        var (sum, count) = (0.0, 0)
        func add(_ reach: Int, rows: Range<Int>, columns: Range<Int>) {
            for y in rows {
                var row: Float = 0
                for index in (y * width + columns.lowerBound) * 3..<(y * width + columns.upperBound) * 3 {
                    let second = pointer[index - reach] - 2 * pointer[index] + pointer[index + reach]
                    row += second * second
                }
                sum += Double(row)
                count += columns.count * 3
            }
        }
        if width > 2 { add(3, rows: 0..<height, columns: 1..<width - 1) }
        if height > 2 { add(width * 3, rows: 1..<height - 1, columns: 0..<width) }
        return count == 0 ? 0 : sum / Double(count)
    }
}
