import Foundation
import Pictures

/// The sizes that an optimisation passes through, small to full, and the iterations spent at each.
///
/// Large forms of the style settle where they are cheap; each size then only adds detail (Gatys et al. 2017, "Controlling
/// Perceptual Factors in Neural Style Transfer", section 5). Each is √2 times the one before and gets a fixed part of its
/// iterations.
struct ScalePlan: Equatable {
    struct Step: Equatable {
        let size: PixelSize
        let iterations: Int
    }

    /// Below this long side a size shows too little of a style to be worth passing through.
    static let leastLongSide = 128
    /// What a size gets of the iterations of the one before.
    private static let fall = 0.7

    let steps: [Step]

    /// - Parameters:
    ///   - scales: how many sizes at most.
    ///   - smallest: the least short side that a network takes; smaller sizes are left out, but for the full one.
    init(full: PixelSize, scales: Int, iterations: Int, smallest: Int) {
        precondition(scales >= 1 && iterations >= 1)
        let sizes = (0..<min(scales, iterations)).compactMap { halvings -> PixelSize? in
            guard halvings > 0 else { return full }
            let side = Int((Double(full.longSide) / pow(2, Double(halvings) / 2)).rounded())
            let size = full.fitted(longSide: max(1, side))
            return side >= Self.leastLongSide && min(size.width, size.height) >= smallest ? size : nil
        }
        let parts = (0..<sizes.count).map { pow(Self.fall, Double($0)) }
        let total = parts.reduce(0, +)
        // One for each, and the rest by parts; what rounding leaves over goes to the smallest.
        let rest = Double(iterations - sizes.count)
        var counts = parts.map { 1 + Int(rest * $0 / total) }
        counts[0] += iterations - counts.reduce(0, +)
        steps = zip(sizes.reversed(), counts).map { Step(size: $0, iterations: $1) }
    }
}
