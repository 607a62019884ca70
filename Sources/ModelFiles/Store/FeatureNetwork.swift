import Nets

/// The convolutions of a classification network, from which graphs up to any layer are built.
///
/// Weights are memory-mapped: a graph costs no copy of them.
package struct FeatureNetwork {
    package let facts: ModelFacts
    package let architecture: FeatureArchitecture
    /// `conv1_1.weights`, `conv1_1.bias`, …
    private let tensors: [String: Tensor]

    package var pixels: PixelConvention { architecture.pixels }

    /// Every feature map by name, shallow to deep: `conv1_1`, `relu1_1`, …
    package var layerNames: [String] {
        architecture.convolutions.flatMap { ["conv\($0.name)", "relu\($0.name)"] }
    }

    /// The layers that LPIPS compares, with its weight for each channel (`[C]`); empty for VGG-19.
    package var perceptualHeads: [(layer: String, weights: Tensor)] {
        architecture.perceptualLayers.enumerated().compactMap { index, layer in
            tensors["lpips\(index).weights"].map { (layer, $0) }
        }
    }

    init(facts: ModelFacts, architecture: FeatureArchitecture, tensors: [String: Tensor]) {
        self.facts = facts
        self.architecture = architecture
        self.tensors = tensors
    }

    /// The network up to the deepest of `layers` and `grams`: each of the former as an output of its name, of each of the
    /// latter the Gram matrix under ``gramName(of:)``.
    ///
    /// The input is `pixels`, `[1, H, W, 3]` after ``pixels`` has been applied.
    /// - Parameter pooling: `.max` is what the weights were trained with; Gatys et al. 2016 prefer `.average`.
    /// - Throws: `ModelFileError.unknownLayer` when a layer is not one of ``layerNames``.
    package func graph(layers: [String], grams: [String] = [], pooling: Pool.Kind = .max) throws -> Graph {
        for layer in layers + grams where !layerNames.contains(layer) {
            throw ModelFileError.unknownLayer(layer, model: facts.id, known: layerNames)
        }
        let wanted = (features: Set(layers), grams: Set(grams))
        var missing = wanted.features.union(wanted.grams)
        var graph = Graph()
        var value = graph.input("pixels", dims: [1, nil, nil, 3])
        for layer in architecture.layers where !missing.isEmpty {
            switch layer {
            case .pool(let window, let stride):
                value = graph.pool(value, Pool(pooling, window: Extent2(window), stride: Extent2(stride)))
            case .convolution(let convolution):
                value = add(convolution, to: &graph, after: value, wanted: wanted)
                missing.subtract(["conv\(convolution.name)", "relu\(convolution.name)"])
            }
        }
        return graph
    }

    /// The output that holds a layer's Gram matrix.
    package static func gramName(of layer: String) -> String { "gram of \(layer)" }

    private func add(
        _ convolution: FeatureArchitecture.Convolution, to graph: inout Graph, after input: Graph.Value,
        wanted: (features: Set<String>, grams: Set<String>)
    ) -> Graph.Value {
        func offer(_ value: Graph.Value, as layer: String) {
            if wanted.features.contains(layer) { graph.output(layer, value) }
            // Right behind its layer, so that neither pass holds the layer's features longer than it needs.
            if wanted.grams.contains(layer) {
                graph.output(Self.gramName(of: layer), graph.add(.gramMatrix, [value]))
            }
        }
        let name = "conv\(convolution.name)"
        let rectified = "relu\(convolution.name)"
        let weights = graph.constant("\(name).weights", tensor("\(name).weights"))
        let bias = graph.constant("\(name).bias", tensor("\(name).bias"))
        var parameters = Nets.Convolution(
            stride: Extent2(convolution.stride), padding: Margins(convolution.padding))
        let value: Graph.Value
        if wanted.features.contains(name) || wanted.grams.contains(name) {
            let linear = graph.convolution(input, weights: weights, bias: bias, parameters, name: name)
            offer(linear, as: name)
            value = graph.relu(linear, name: rectified)
        } else {
            parameters.activation = .relu
            value = graph.convolution(input, weights: weights, bias: bias, parameters, name: rectified)
        }
        offer(value, as: rectified)
        return value
    }

    /// The store checked that every tensor of the architecture is there.
    private func tensor(_ name: String) -> Tensor {
        guard let tensor = tensors[name] else { preconditionFailure("\(facts.id) lacks \(name)") }
        return tensor
    }
}
