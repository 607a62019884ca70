/// What a stylisation tells while it runs.
package struct StyleProgress: Sendable {
    package enum Stage: String, Sendable {
        /// Activations and Gram matrices of the originals are being computed.
        case measuring
        case painting
        case finishing
    }

    /// Part done, 0…1, never falling.
    package let fraction: Double
    package let stage: Stage
    /// Iterations made and to be made; nil in one-pass modes.
    package let iterations: (done: Int, of: Int)?
    /// Set every `lossInterval` iterations and at the last one.
    package let losses: StyleLossPoint?

    init(
        fraction: Double, stage: Stage, iterations: (done: Int, of: Int)? = nil, losses: StyleLossPoint? = nil
    ) {
        self.fraction = fraction
        self.stage = stage
        self.iterations = iterations
        self.losses = losses
    }
}
