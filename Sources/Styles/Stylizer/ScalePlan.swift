import Foundation
import Pictures

/// The sizes that an optimisation passes through, small to full, and the iterations spent at each.
///
/// Large forms of the style settle where they are cheap; each size then only adds detail (Gatys et al. 2017, "Controlling
/// Perceptual Factors in Neural Style Transfer", section 5). Each is √2 times the one before and gets a fixed part of its
/// iterations, but none so few that it would be little more than an enlargement.
struct ScalePlan: Equatable {
    struct Step: Equatable {
        let size: PixelSize
        let iterations: Int
    }

    /// Below this long side a size shows too little of a style to be worth passing through.
    static let leastLongSide = 128

    /// What each size has of the iterations in proportion to the others.
    enum Schedule {
        /// A part of the one before.
        case falling
        /// Half of the first one's, as in Crowson's `style-transfer-pytorch`: 1,000, and 500 at each other.
        case halved

        func parts(_ count: Int) -> [Double] {
            switch self {
            case .falling: return (0..<count).map { pow(ScalePlan.fall, Double($0)) }
            case .halved: return [2.0] + [Double](repeating: 1, count: count - 1)
            }
        }
    }

    /// What a size gets of the iterations of the one before, where they fall.
    private static let fall = 0.7
    /// Fewest iterations of a size, as long as that takes no more than half of them all.
    private static let leastIterations = 5

    let steps: [Step]

    /// - Parameters:
    ///   - scales: how many sizes at most.
    ///   - smallest: the least short side that a network takes; smaller sizes are left out, but for the full one.
    init(full: PixelSize, scales: Int, iterations: Int, smallest: Int, schedule: Schedule = .falling) {
        precondition(scales >= 1 && iterations >= 1)
        let sizes = (0..<min(scales, iterations)).compactMap { halvings -> PixelSize? in
            guard halvings > 0 else { return full }
            let side = Int((Double(full.longSide) / pow(2, Double(halvings) / 2)).rounded())
            let size = full.fitted(longSide: max(1, side))
            return side >= Self.leastLongSide && min(size.width, size.height) >= smallest ? size : nil
        }
        let parts = schedule.parts(sizes.count)
        // One for each, and the rest by parts; what rounding leaves over goes to the smallest.
        func counts(_ iterations: Int, _ parts: ArraySlice<Double>) -> [Int] {
            let (rest, total) = (Double(iterations - parts.count), parts.reduce(0, +))
            var counts = parts.map { 1 + Int(rest * $0 / total) }
            counts[0] += iterations - counts.reduce(0, +)
            return counts
        }
        let least = min(Self.leastIterations, iterations / (2 * sizes.count))
        var (rest, shared) = (iterations, sizes.count)
        while shared > 1, counts(rest, parts[..<shared]).last! < least {
            rest -= least
            shared -= 1
        }
        let all = counts(rest, parts[..<shared]) + [Int](repeating: least, count: sizes.count - shared)
        steps = zip(sizes.reversed(), all).map { Step(size: $0, iterations: $1) }
    }
}
