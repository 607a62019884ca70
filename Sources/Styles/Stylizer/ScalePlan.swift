import Pictures

/// The sizes that an optimisation passes through, small to full, and the iterations spent at each.
///
/// Large forms of the style settle where they are cheap; each doubling then only adds detail (Gatys et al. 2017,
/// "Controlling Perceptual Factors in Neural Style Transfer", section 5). The first size gets `2 / (count + 1)` of the
/// iterations, the others share the rest.
struct ScalePlan: Equatable {
    struct Step: Equatable {
        let size: PixelSize
        let iterations: Int
    }

    /// Below this short side a scale shows too little of a style to be worth passing through.
    static let leastSide = 96

    let steps: [Step]

    /// - Parameter smallest: the least short side; smaller scales are left out.
    init(full: PixelSize, scales: Int, iterations: Int, smallest: Int) {
        precondition(scales >= 1 && iterations >= 1)
        let shortSide = min(full.width, full.height)
        let possible = (1...scales).filter { $0 == 1 || shortSide >> ($0 - 1) >= smallest && iterations >= $0 }
        let count = possible.last ?? 1
        let first = count == 1 ? iterations : max(1, iterations * 2 / (count + 1))
        let rest = iterations - first
        steps = (0..<count).map { index in
            let size = full.fitted(longSide: max(1, full.longSide >> (count - 1 - index)))
            guard index > 0 else { return Step(size: size, iterations: first) }
            // The remainder of the division goes to the last, largest size.
            let share = rest / (count - 1)
            return Step(size: size, iterations: index == count - 1 ? rest - share * (count - 2) : share)
        }
    }
}
