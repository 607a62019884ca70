import Nets

/// The convolutions of a classification network, from which graphs up to any layer are built.
///
/// Weights are memory-mapped: a graph costs no copy of them.
package struct FeatureNetwork {
    package let facts: ModelCard
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

    init(facts: ModelCard, architecture: FeatureArchitecture, tensors: [String: Tensor]) {
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

/// The classification networks whose convolutions serve as feature extractors.
package enum FeatureArchitecture: String, Sendable, Codable {
    case vgg19, vgg16, alexnet

    /// One step of the network.
    enum Layer: Sendable {
        /// A convolution with its ReLU; both give their name to a feature map.
        case convolution(Convolution)
        case pool(window: Int, stride: Int)
    }

    struct Convolution: Sendable {
        /// For example `4_2`: the maps are then `conv4_2` and `relu4_2`.
        let name: String
        let inputs: Int
        let outputs: Int
        let side: Int
        let stride: Int
        let padding: Int

        var weightDims: [Int] { [side, side, inputs, outputs] }
    }

    /// How the pixels go in.
    package var pixels: PixelConvention {
        switch self {
        case .vgg19: .caffe
        case .vgg16, .alexnet: .torchvision
        }
    }

    /// The layers up to the last convolution.
    var layers: [Layer] {
        switch self {
        case .vgg19: Self.vgg(convolutionsPerBlock: [2, 2, 4, 4, 4])
        case .vgg16: Self.vgg(convolutionsPerBlock: [2, 2, 3, 3, 3])
        case .alexnet: Self.alexnetLayers
        }
    }

    var convolutions: [Convolution] {
        layers.compactMap { layer in
            guard case .convolution(let convolution) = layer else { return nil }
            return convolution
        }
    }

    /// The layers that LPIPS compares (Zhang et al. 2018), in the order of its heads.
    var perceptualLayers: [String] {
        switch self {
        case .vgg19: []
        case .vgg16: ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"]
        case .alexnet: ["relu1", "relu2", "relu3", "relu4", "relu5"]
        }
    }

    /// Simonyan and Zisserman 2015, table 1: 3×3 convolutions, halving the picture between blocks.
    private static func vgg(convolutionsPerBlock counts: [Int]) -> [Layer] {
        let widths = [64, 128, 256, 512, 512]
        var layers: [Layer] = []
        var channels = 3
        for (block, count) in counts.enumerated() {
            if block > 0 { layers.append(.pool(window: 2, stride: 2)) }
            for index in 1...count {
                layers.append(
                    .convolution(
                        Convolution(
                            name: "\(block + 1)_\(index)", inputs: channels, outputs: widths[block], side: 3, stride: 1,
                            padding: 1)))
                channels = widths[block]
            }
        }
        return layers
    }

    /// Krizhevsky 2014, "One weird trick", as torchvision has it.
    private static let alexnetLayers: [Layer] = [
        .convolution(Convolution(name: "1", inputs: 3, outputs: 64, side: 11, stride: 4, padding: 2)),
        .pool(window: 3, stride: 2),
        .convolution(Convolution(name: "2", inputs: 64, outputs: 192, side: 5, stride: 1, padding: 2)),
        .pool(window: 3, stride: 2),
        .convolution(Convolution(name: "3", inputs: 192, outputs: 384, side: 3, stride: 1, padding: 1)),
        .convolution(Convolution(name: "4", inputs: 384, outputs: 256, side: 3, stride: 1, padding: 1)),
        .convolution(Convolution(name: "5", inputs: 256, outputs: 256, side: 3, stride: 1, padding: 1)),
    ]
}
