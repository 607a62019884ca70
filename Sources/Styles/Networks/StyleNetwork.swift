import ModelFiles
import Nets

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

    package var facts: ModelFacts { features.facts }
    var convention: PixelConvention { features.pixels }

    /// An executor that computes `layers` of a `[1, H, W, 3]` picture, and nothing deeper, and its input's name.
    func executor(
        for shape: Shape, layers: [String], pooling: StylePooling, gradients: Executor.Gradients
    ) throws -> (executor: Executor, input: String) {
        let graph = try features.graph(layers: layers, pooling: pooling == .max ? .max : .average)
        let input = graph.inputNames[0]
        return (
            try Executor(graph, inputShapes: [input: shape], gradients: gradients, threads: threads), input
        )
    }

    /// The activations of the content layers and the blended Gram matrices of the style layers.
    ///
    /// - Parameters:
    ///   - content: `[1, H, W, 3]`, RGB in 0…255.
    ///   - styles: the same, of any size, with shares that add up to 1.
    func targets(
        content: Tensor, styles: [(pixels: Tensor, share: Double)], settings: StyleSettings
    ) throws -> StyleTargets {
        var activations: [String: Tensor] = [:]
        if settings.contentWeight > 0 {
            try measure(content, layers: settings.contentLayers.layers, pooling: settings.pooling) { layer, feature in
                activations[layer] = feature.copy()
            }
        }
        var grams: [String: Tensor] = [:]
        if settings.styleWeight > 0 {
            for (pixels, share) in styles {
                try measure(pixels, layers: settings.styleLayers.layers, pooling: settings.pooling) { layer, feature in
                    let channels = feature.shape.channels
                    let gram = Tensor([channels, channels])
                    GramMatrix(feature.shape, threads: threads).forward(feature, into: gram)
                    let blend = grams[layer] ?? Tensor(gram.shape)
                    for index in 0..<gram.count { blend[index] += Float(share) * gram[index] }
                    grams[layer] = blend
                }
            }
        }
        return StyleTargets(content: activations, grams: grams)
    }

    private func measure(
        _ pixels: Tensor, layers: [String], pooling: StylePooling, _ body: (String, Tensor) -> Void
    ) throws {
        let (executor, input) = try executor(for: pixels.shape, layers: layers, pooling: pooling, gradients: .none)
        convention.apply(pixels, into: executor.input(input))
        executor.forward()
        for layer in layers { body(layer, executor.output(layer)) }
    }
}
