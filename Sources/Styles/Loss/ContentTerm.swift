import Nets

import enum Wire.ContentNorm

/// One layer's part of the content loss, `u · s²/2 · Σ_i w_i ‖a_i(C) − a_i(G)‖² / (N · Σw)`, with w what each cell counts; or over
/// the root of `N · Σw`, or over 1, as ``ContentNorm`` has it.
struct ContentTerm {
    let layer: String
    /// Of G, as the executor has it.
    let feature: Tensor
    private let seed: Tensor
    private let weights: Tensor?
    /// `N · Σw`, and what the squares are divided by.
    private let count: Double
    private let divisor: Double
    /// `u · s²`, and `α` times that.
    private let share: Double
    private let weight: Double
    private var targets: [KeptFeatures] = []
    private let row: Tensor

    /// - Parameters:
    ///   - weights: what each cell counts, `[1, H, W, 1]`; all 1 where there are none.
    ///   - cells: the sum of the weights over all parts.
    ///   - share: `u · s²`.
    ///   - contentWeight: α.
    init(
        layer: String, feature: Tensor, seed: Tensor, weights: Tensor?, cells: Double, norm: ContentNorm,
        share: Double, contentWeight: Double
    ) {
        self.layer = layer
        self.feature = feature
        self.seed = seed
        self.weights = weights
        count = cells * Double(feature.shape.channels)
        divisor =
            switch norm {
            case .mean: count
            case .root: count.squareRoot()
            case .sum: 1
            }
        self.share = share
        weight = contentWeight * share
        row = Tensor([feature.shape.channels])
    }

    /// Makes room for another content's features.
    mutating func forget() { targets.removeAll(keepingCapacity: true) }

    /// Keeps the content's features of the next part.
    ///
    /// - Returns: the part's share of `u · s² · mean a_i(C)²`.
    mutating func measure() -> Double {
        targets.append(KeptFeatures(of: feature) { cell in (weights?[cell] ?? 1) > 0 })
        let channels = row.count
        let sum = (0..<feature.count / channels).reduce(0.0) { sum, cell in
            let found = UnsafeBufferPointer(start: feature.pointer + cell * channels, count: channels)
            return sum + Double(weights?[cell] ?? 1) * Double(found.reduce(Float(0)) { $0 + $1 * $1 })
        }
        return share * sum / count
    }

    /// The part's share of the content loss, without α; its derivatives, with α, are added to the seed.
    ///
    /// - Parameter visit: is given where each cell begins, and its features and the content's.
    func evaluate(
        part: Int,
        visit: (_ start: Int, _ found: UnsafePointer<Float>, _ target: UnsafePointer<Float>) -> Void = { _, _, _ in }
    ) -> Double {
        let (slopes, target) = (seed.pointer, row.pointer)
        var (sum, kept) = (0.0, 0)
        for cell in 0..<feature.count / row.count {
            let counts = weights?[cell] ?? 1
            guard counts > 0 else { continue }
            targets[part].write(kept, to: target)
            kept += 1
            let start = cell * row.count
            let found = feature.pointer + start
            let factor = counts * Float(weight / divisor)
            var squares: Float = 0
            for channel in 0..<row.count {
                let difference = found[channel] - target[channel]
                squares += difference * difference
                slopes[start + channel] += factor * difference
            }
            sum += Double(counts) * Double(squares)
            visit(start, found, target)
        }
        return 0.5 * share * sum / divisor
    }

    /// The same, and adds the part's cells.
    ///
    /// - Parameter section: of a cell, by its row and column; `nil` of those that are left out.
    func compare(
        part: Int, section: (_ row: Int, _ column: Int) -> Int?, addingTo likeness: inout FeatureLikeness
    ) -> Double {
        evaluate(part: part) { start, found, target in
            let (y, x) = (start / row.count).quotientAndRemainder(dividingBy: feature.shape.width)
            if let section = section(y, x) { likeness.add(found, target, to: section) }
        }
    }
}
