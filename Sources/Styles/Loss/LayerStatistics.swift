import Nets

/// What a style loss compares of a layer's features F, M positions by N channels.
///
/// The statistics of several styles blend by their shares: those of the blend are of a picture that shows so much of each.
struct LayerStatistics {
    /// `FᵀF / (N·M)`: `[N, N]`.
    let gram: Tensor
    /// Of the channels, `[1, 1, 1, N]`; `nil` where no loss asks for them.
    let mean: Tensor?

    init(gram: Tensor, mean: Tensor?) {
        self.gram = gram
        self.mean = mean
    }

    init(zerosLike other: LayerStatistics) {
        self.init(gram: Tensor(other.gram.shape), mean: other.mean.map { Tensor($0.shape) })
    }

    func fill(_ value: Float) {
        gram.fill(value)
        mean?.fill(value)
    }

    func add(_ other: LayerStatistics, times factor: Float) {
        for index in 0..<gram.count { gram[index] += factor * other.gram[index] }
        guard let mean, let others = other.mean else { return }
        for index in 0..<mean.count { mean[index] += factor * others[index] }
    }

    /// Of all features.
    var meanSquare: Double {
        let channels = gram.shape.channels
        return (0..<channels).reduce(0) { $0 + Double(gram[$1 * channels + $1]) }
    }

    /// The covariance of the channels over N, `gram − mean·meanᵀ / N`, written to `[N, N]`.
    func writeCovariance(to covariance: Tensor) {
        guard let mean else { preconditionFailure("a covariance without means") }
        let channels = mean.count
        for row in 0..<channels {
            let factor = mean[row] / Float(channels)
            for column in 0..<channels {
                let index = row * channels + column
                covariance[index] = gram[index] - factor * mean[column]
            }
        }
    }
}
