import typealias Wire.LayerWeights
import enum Wire.StyleLoss

/// One of the losses that a painting compares its styles by.
struct WeighedLoss {
    let loss: StyleLoss
    /// Among the others.
    let share: Double
    /// What makes the losses of a mix comparable, whose values have nothing to do with each other: the weight that it usually has; 1 of
    /// one alone, whose weight is β.
    let unit: Double
    /// Where it compares, with weights that add up to 1.
    let layers: [LayerWeights.Entry]

    /// Of its value.
    var weight: Double { share * unit }
}

extension StyleSettings {
    /// The losses that count; one, unless several are mixed.
    var losses: [WeighedLoss] {
        let shares = self.styleLoss.shares
        return shares.map { entry in
            let loss = entry.name
            return WeighedLoss(
                loss: loss, share: entry.weight, unit: shares.count == 1 ? 1 : loss.usualWeight(in: self.preset),
                layers: layers(of: loss).shares)
        }
    }

    /// Those that are asked for, or else the loss's own.
    private func layers(of loss: StyleLoss) -> LayerWeights {
        self.styleLayers ?? (self.network.kind ?? .vgg19).styleLayers(of: loss, in: self.preset)
    }

    /// Where styles are compared by losses of places drawn at random, or by the others; each layer once, in the order of their names.
    func comparedLayers(sampled: Bool) -> [String] {
        let layers = losses.filter { $0.loss.isSampled == sampled }.flatMap { $0.layers.map(\.layer) }
        return Set(layers).sorted()
    }
}
