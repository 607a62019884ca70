import ModelFiles
import Nets

import enum Wire.StyleNetworkKind
import enum Wire.StylePooling

/// A pre-trained classifier read as a measure of content and style.
///
/// Holds the weights once; the executors that are planned over them for a picture's size come and go.
package final class StyleNetwork {
    package let kind: StyleNetworkKind
    let threads: ThreadPool
    private let features: FeatureNetwork

    /// - Throws: what `ModelStore` throws when the model is missing or damaged.
    package init(_ kind: StyleNetworkKind, store: ModelStore, threads: ThreadPool) throws {
        self.kind = kind
        self.threads = threads
        features = try store.features(kind.model)
    }

    package var facts: ModelCard { features.facts }
    var convention: PixelConvention { features.pixels }

    /// An executor that computes `layers` and the Gram matrices of `grams` of a `[1, H, W, 3]` picture, and nothing
    /// deeper, and its input's name.
    func executor(
        for shape: Shape, layers: [String], grams: [String], pooling: StylePooling, gradients: Executor.Gradients
    ) throws -> (executor: Executor, input: String) {
        let graph = try features.graph(layers: layers, grams: grams, pooling: pooling == .max ? .max : .average)
        let input = graph.inputNames[0]
        return (
            try Executor(graph, inputShapes: [input: shape], gradients: gradients, threads: threads), input
        )
    }

    /// The blended Gram matrices of the styles, `Σ share · Gram`, by style layer; none where style has no weight.
    ///
    /// - Parameter styles: `[1, H, W, 3]`, RGB in 0…255, of any size, with shares that add up to 1.
    func grams(
        of styles: [(pixels: Tensor, share: Double)], settings: StyleSettings
    ) throws -> [String: Tensor] {
        var grams: [String: Tensor] = [:]
        guard settings.styleWeight > 0 else { return grams }
        let layers = settings.styleLayers.layers
        for (pixels, share) in styles {
            let (executor, input) = try executor(
                for: pixels.shape, layers: [], grams: layers, pooling: settings.pooling, gradients: .none)
            convention.apply(pixels, into: executor.input(input))
            executor.forward()
            for layer in layers {
                let gram = executor.output(FeatureNetwork.gramName(of: layer))
                let blend = grams[layer] ?? Tensor(gram.shape)
                for index in 0..<gram.count { blend[index] += Float(share) * gram[index] }
                grams[layer] = blend
            }
        }
        return grams
    }
}
