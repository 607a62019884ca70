import Nets

import enum Wire.StyleLoss

/// One layer's part of the style loss: what it compares, how, and its derivative.
///
/// With s the network's `featureScale`, N channels, m and G the mean and the Gram matrix at the picture, m* and A those of the
/// styles, B and B* the covariances over N:
///
///     gram         s⁴/4 · mean((G − A)²)
///     gatys        s⁴/4 · Σ(G − A)², which is N² times as much                       Gatys, Ecker and Bethge 2016
///     covariance   s⁴/4 · (mean((B − B*)²) + mean(((m·mᵀ − m*·m*ᵀ)/N)²))
///     wasserstein, w2
///                  s² · (mean((m − m*)²) + tr(B + B* − 2 (B*^½ B B*^½)^½))
///
/// The Gram matrix fixes only the sum of covariance and squared means, which drift against each other (Risser, Wilmot and
/// Barnes 2017, section 4.1); the other two hold both. Wasserstein's is the squared distance of the Gaussians with these means
/// and covariances: it grows with the square of the features, not with their fourth power, so that one weight does for faint
/// and for glaring styles alike.
struct StyleTerm {
    private enum Form {
        case gram
        case covariance(target: Tensor, own: Tensor)
        case wasserstein(GaussianTransport, own: Tensor)
    }

    private let form: Form
    private let target: LayerStatistics
    private let found: LayerStatistics
    private let seed: LayerStatistics
    /// Of the value.
    private var share = 0.0
    /// Of the derivative: `β · share`.
    private var weight = 0.0
    private let styleWeight: Double
    /// What the loss sums up where others have a mean.
    private let elements: Double
    private let scale: Double

    /// - Parameters:
    ///   - found: the graph's outputs at the picture.
    ///   - seed: where the derivatives by them are added.
    ///   - styleWeight: β.
    ///   - scale: `featureScale`.
    init(
        _ loss: StyleLoss, target: LayerStatistics, found: LayerStatistics, seed: LayerStatistics,
        styleWeight: Double, scale: Double, threads: ThreadPool
    ) {
        self.target = target
        self.found = found
        self.seed = seed
        let channels = Double(found.gram.shape.channels)
        elements = loss == .gatys ? channels * channels : 1
        self.styleWeight = styleWeight
        self.scale = scale
        switch loss {
        case .gram, .gatys: form = .gram
        case .strotss: preconditionFailure("hypercolumns have a term of their own")
        case .covariance:
            let covariance = Tensor(target.gram.shape)
            target.writeCovariance(to: covariance)
            form = .covariance(target: covariance, own: Tensor(covariance.shape))
        case .wasserstein, .w2:
            let covariance = Tensor(target.gram.shape)
            target.writeCovariance(to: covariance)
            form = .wasserstein(
                GaussianTransport(to: covariance, threads: threads), own: Tensor(covariance.shape))
        }
    }

    /// Sets the layer's share among the others, without which it counts for nothing.
    mutating func weigh(_ share: Double) {
        self.share = elements * share
        weight = styleWeight * self.share
    }

    /// The layer's share of the style loss, without β; its derivatives, with β, are added to the seeds.
    func evaluate() -> Double {
        switch form {
        case .gram: return share * power(4) * 0.25 * compareGrams(found.gram, target.gram)
        case .covariance(let target, let own):
            found.writeCovariance(to: own)
            let covariances = compareGrams(own, target)
            return share * power(4) * 0.25 * (covariances + compareMeanProducts(own, target))
        case .wasserstein(let transport, let own):
            found.writeCovariance(to: own)
            return share * power(2) * distance(transport, own)
        }
    }

    private func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1.0) { product, _ in product * scale } }

    /// `mean ΔG²`, and the derivative of its quarter by the matrix, `ΔG / 2N²`.
    private func compareGrams(_ found: Tensor, _ target: Tensor) -> Double {
        let factor = gramSlope(found)
        let derivative = seed.gram
        var sum = 0.0
        for index in 0..<found.count {
            let difference = found[index] - target[index]
            sum += Double(difference) * Double(difference)
            derivative[index] += factor * difference
        }
        return sum / Double(found.count)
    }

    /// Of a difference of matrices.
    private func gramSlope(_ found: Tensor) -> Float { Float(0.5 * weight * power(4) / Double(found.count)) }

    /// `mean ΔM²` with `M = m·mᵀ/N`. The derivative by m is that of its quarter, and of the covariances' quarter, in which M
    /// is subtracted.
    private func compareMeanProducts(_ covariance: Tensor, _ wanted: Tensor) -> Double {
        let (own, theirs, derivative) = (found.mean!, target.mean!, seed.mean!)
        let channels = own.count
        let factor = 0.5 * weight * power(4) / Double(channels * channels)
        let gramFactor = gramSlope(covariance)
        var sum = 0.0
        for row in 0..<channels {
            var slope = 0.0
            for column in 0..<channels {
                let difference =
                    (Double(own[row]) * Double(own[column]) - Double(theirs[row]) * Double(theirs[column]))
                    / Double(channels)
                sum += difference * difference
                let index = row * channels + column
                let byMatrix = gramFactor * (covariance[index] - wanted[index])
                slope += (factor * difference - Double(byMatrix)) * Double(own[column])
            }
            derivative[row] += Float(2 * slope / Double(channels))
        }
        return sum / Double(channels * channels)
    }

    /// The squared distance over N. By the matrix its derivative is `I − T`, by m `2/N · ((m − m*) − (I − T) m)`.
    private func distance(_ transport: GaussianTransport, _ own: Tensor) -> Double {
        let root = transport.run(from: own)
        let (mean, theirs, derivative) = (found.mean!, target.mean!, seed.mean!)
        let channels = mean.count
        let factor = weight * power(2)
        let map = transport.map
        let slopes = seed.gram
        var (means, trace) = (0.0, transport.trace - 2 * root)
        for row in 0..<channels {
            var slope = 0.0
            for column in 0..<channels {
                let index = row * channels + column
                let value = (row == column ? 1 : 0) - Double(map[index])
                slopes[index] += Float(factor * value)
                slope += value * Double(mean[column])
            }
            trace += Double(own[row * channels + row])
            let difference = Double(mean[row]) - Double(theirs[row])
            means += difference * difference
            derivative[row] += Float(2 * factor / Double(channels) * (difference - slope))
        }
        return means / Double(channels) + trace
    }
}
