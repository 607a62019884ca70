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
