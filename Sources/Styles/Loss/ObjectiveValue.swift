import enum Wire.StyleLoss

/// The value of J(G) and of its parts at one moment, before weighting; `total` is weighted.
package struct ObjectiveValue: Hashable, Sendable, Codable {
    /// `α·content + β·style + γ·totalVariation + λ·matting + δ·lines + η·histogram + temporal`.
    package var total: Double
    package var content: Double
    package var style: Double
    package var totalVariation: Double
    /// `nil` where it has no weight.
    package var matting: Double?
    /// `nil` where it has no weight.
    package var lines: Double?
    /// `nil` where it has no weight.
    package var histogram: Double?
    /// What each of several losses has of `style`; `nil` of one.
    package var styleLosses: [StyleLoss: Double]?
    /// Of a film's frame that is held to earlier ones, with its weight; `nil` of others.
    package var temporal: Double?

    package var isFinite: Bool { total.isFinite }
}

/// Losses of the pixels that an iteration ends at. Iterations are counted from 1 over all scales; 0 is the start.
package struct StyleLossPoint: Hashable, Sendable, Codable {
    package let iteration: Int
    /// Long side of the picture worked on then.
    package let size: Int
    /// Each part with its weight, so that they add up to the total.
    package let losses: ObjectiveValue

    init(iteration: Int, size: Int, losses: ObjectiveValue, settings: StyleSettings) {
        self.iteration = iteration
        self.size = size
        self.losses = losses.weighted(settings)
    }
}
