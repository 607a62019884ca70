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

    /// What the first convolution sees around the picture.
    package enum Rim: Sendable {
        /// Zeros, as in training.
        case zeros
        /// What the input brings along: ``FeatureArchitecture/rim`` pixels more on each side than the picture has.
        case given
    }

    /// What is measured of a layer's features over one region of the picture.
    package struct Statistic {
        package let layer: String
        package let region: Int
        /// How much each cell counts, `[1, H, W, 1]`; all count 1 where there are none. They may be changed between passes.
        package let weights: Tensor?

        package init(of layer: String, region: Int = 0, weights: Tensor? = nil) {
            self.layer = layer
            self.region = region
            self.weights = weights
        }

        /// The output that holds the Gram matrix.
        package var gramName: String { "gram of \(place)" }
        /// The output that holds the means of the channels.
        package var meanName: String { "mean of \(place)" }

        fileprivate var place: String { region == 0 ? layer : "\(layer) in region \(region)" }
    }

    /// What of a pool's output the layers behind it see.
    package struct Trim {
        package let size: Extent2
        /// Its first row and column, `[2]`; they may be changed between passes.
        package let place: Tensor

        package init(to size: Extent2) {
            self.size = size
            place = Tensor([2])
        }
    }

    /// The network up to the deepest of the layers: each of `layers` as an output of its name, of each of `statistics` the Gram
    /// matrix and, if asked for, the channels' means, `[1, 1, 1, C]`, as outputs of the names that it gives.
    ///
    /// The input is `pixels`, `[1, H, W, 3]` after ``pixels`` has been applied.
    /// - Parameters:
    ///   - statistics: of a layer as many as there are regions.
    ///   - pooling: `.max` is what the weights were trained with; Gatys et al. 2016 prefer `.average`.
    ///   - trims: by the number of pools up to and with theirs.
    /// - Throws: `ModelFileError.unknownLayer` when a layer is not one of ``layerNames``.
    package func graph(
        layers: [String], statistics: [Statistic] = [], means: Bool = false, pooling: Pool.Kind = .max,
        rim: Rim = .zeros, trims: [Int: Trim] = [:]
    ) throws -> Graph {
        for layer in layers + statistics.map(\.layer) where !layerNames.contains(layer) {
            throw ModelFileError.unknownLayer(layer, model: facts.id, known: layerNames)
        }
        let wanted = Wanted(
            features: Set(layers), statistics: Dictionary(grouping: statistics, by: \.layer), means: means, rim: rim)
        var missing = wanted.features.union(wanted.statistics.keys)
        var graph = Graph()
        var value = graph.input("pixels", dims: [1, nil, nil, 3])
        var pools = 0
        for layer in architecture.layers where !missing.isEmpty {
            switch layer {
            case .pool(let window, let stride):
                value = graph.pool(value, Pool(pooling, window: Extent2(window), stride: Extent2(stride)))
                pools += 1
                guard let trim = trims[pools] else { continue }
                let place = graph.constant("place behind pool \(pools)", trim.place)
                value = graph.add(.window(Window(trim.size)), [value, place])
            case .convolution(let convolution):
                value = add(convolution, to: &graph, after: value, wanted: wanted)
                missing.subtract(["conv\(convolution.name)", "relu\(convolution.name)"])
            }
        }
        return graph
    }

    private struct Wanted {
        let features: Set<String>
        let statistics: [String: [Statistic]]
        let means: Bool
        let rim: Rim
    }

    private func add(
        _ convolution: FeatureArchitecture.Convolution, to graph: inout Graph, after input: Graph.Value, wanted: Wanted
    ) -> Graph.Value {
        func offer(_ value: Graph.Value, as layer: String) {
            if wanted.features.contains(layer) { graph.output(layer, value) }
            // Right behind its layer, so that neither pass holds the layer's features longer than it needs.
            for statistic in wanted.statistics[layer] ?? [] {
                let weights = statistic.weights.map { [graph.constant("weights of \(statistic.place)", $0)] }
                let weighted = [value] + (weights ?? [])
                graph.output(statistic.gramName, graph.add(.gramMatrix, weighted))
                if wanted.means { graph.output(statistic.meanName, graph.add(.globalAveragePool, weighted)) }
            }
        }
        let name = "conv\(convolution.name)"
        let rectified = "relu\(convolution.name)"
        let weights = graph.constant("\(name).weights", tensor("\(name).weights"))
        let bias = graph.constant("\(name).bias", tensor("\(name).bias"))
        let isOutermost = convolution.name == architecture.convolutions[0].name
        var parameters = Nets.Convolution(
            stride: Extent2(convolution.stride),
            padding: isOutermost && wanted.rim == .given ? .none : Margins(convolution.padding))
        let value: Graph.Value
        if wanted.features.contains(name) || wanted.statistics[name] != nil {
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

        /// Whether a layer is its output, before or behind the rectifier.
        func makes(_ layer: String) -> Bool { layer == "conv\(name)" || layer == "relu\(name)" }
    }

    /// How the pixels go in.
    package var pixels: PixelConvention {
        switch self {
        case .vgg19: .caffe
        case .vgg16, .alexnet: .torchvision
        }
    }

    /// What the first convolution takes from beyond each side of the picture, in pixels.
    package var rim: Int { convolutions[0].padding }

    /// The sides of pictures that lose nothing at their right and lower edges: multiples of `step` and `rest` more. Other
    /// sizes have pixels that no window of the deepest layer sees, since a pool leaves out what it does not divide.
    package var wholeSides: (step: Int, rest: Int) {
        switch self {
        case .vgg19, .vgg16: (16, 0)
        case .alexnet: (16, 15)
        }
    }

    /// How many cells of a layer stand along so many pixels, how many pixels lie from one to the next, and how many pools lie
    /// before them.
    package func cells(of layer: String, along pixels: Int) -> (count: Int, stride: Int, pools: Int) {
        var (count, stride, pools) = (pixels, 1, 0)
        for step in layers {
            switch step {
            case .pool(let window, let by):
                (count, stride, pools) = ((count - window) / by + 1, stride * by, pools + 1)
            case .convolution(let convolution):
                count = (count + 2 * convolution.padding - convolution.side) / convolution.stride + 1
                stride *= convolution.stride
                if convolution.makes(layer) { return (count, stride, pools) }
            }
        }
        preconditionFailure("\(self) has no layer \(layer)")
    }

    /// How many pixels a cell of a layer sees beyond its own, on the side where these are more: 70 of relu5_1 of VGG-19.
    package func reach(of layer: String) -> Int {
        // What a cell sees, and how much of that lies before its first own pixel.
        var (field, before, stride) = (1, 0, 1)
        func pass(_ window: Int, by step: Int, padding: Int) {
            field += (window - 1) * stride
            before += padding * stride
            stride *= step
        }
        for step in layers {
            switch step {
            case .pool(let window, let by): pass(window, by: by, padding: 0)
            case .convolution(let convolution):
                pass(convolution.side, by: convolution.stride, padding: convolution.padding)
                if convolution.makes(layer) { return max(before, field - before - stride, 0) }
            }
        }
        preconditionFailure("\(self) has no layer \(layer)")
    }

    /// Bytes that a layer's features take for each pixel of the picture.
    package func bytesPerPixel(of layer: String) -> Int {
        let stride = cells(of: layer, along: 1 << 12).stride
        let outputs = convolutions.first { $0.makes(layer) }?.outputs ?? 0
        return outputs * MemoryLayout<Float>.stride / (stride * stride)
    }

    /// How a picture is looked at in parts.
    package struct Parts: Sendable, Equatable {
        /// First pixels are multiples of this, so that all pools divide alike.
        package let step: Int
        /// How many pixels a part reaches beyond what is measured in it, so that nothing of that sees where it was cut: at the
        /// input, and behind each pool, where less will do.
        package let margins: [Int]

        package var reach: Int { margins[0] }
    }

    /// Less than this, in pixels, is not worth a copy of a pool's output.
    private static let leastTrim = 8

    /// What parts have to reach for layers up to the deepest of these; nil where pools overlap.
    package func parts(to layers: some Sequence<String>) -> Parts? {
        if self == .alexnet { return nil }
        let deepest = layers.compactMap { layer in convolutions.firstIndex { $0.makes(layer) } }.max() ?? 0
        var steps: [(isPool: Bool, stride: Int)] = []
        var (stride, passed) = (1, 0)
        for layer in self.layers where passed <= deepest {
            switch layer {
            case .pool(_, let by):
                stride *= by
                steps.append((true, stride))
            case .convolution:
                passed += 1
                steps.append((false, stride))
            }
        }
        var margins: [Int] = []
        var need = 0
        /// A pool takes pairs of cells, the picture's first with its second.
        func reach(at stride: Int) {
            let multiple = max(Self.leastTrim, 2 * stride)
            margins.append(max(margins.last ?? 0, (need + multiple - 1) / multiple * multiple))
        }
        for step in steps.reversed() {
            if step.isPool { reach(at: step.stride) } else { need += step.stride }
        }
        reach(at: 1)
        margins.reverse()
        return Parts(step: wholeSides.step, margins: margins)
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
