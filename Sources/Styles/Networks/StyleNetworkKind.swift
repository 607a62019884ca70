import ModelFiles

/// The pre-trained networks whose features can measure content and style.
package enum StyleNetworkKind: String, Hashable, Sendable, Codable, CaseIterable {
    case vgg19, vgg16, alexnet

    /// Layers by name, shallow to deep: each convolution before and after its rectifier.
    package var layers: [String] {
        let convolutions =
            switch self {
            case .vgg19: Self.blocks([2, 2, 4, 4, 4])
            case .vgg16: Self.blocks([2, 2, 3, 3, 3])
            case .alexnet: (1...5).map(String.init)
            }
        return convolutions.flatMap { ["conv\($0)", "relu\($0)"] }
    }

    /// Where content is compared unless told otherwise: deep enough to let textures change, shallow enough to keep forms.
    package var contentLayers: LayerWeights {
        switch self {
        case .vgg19, .vgg16: ["relu4_2"]
        case .alexnet: ["relu3"]
        }
    }

    /// Where Gram matrices are compared unless told otherwise.
    package var styleLayers: LayerWeights {
        switch self {
        case .vgg19, .vgg16: ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
        case .alexnet: ["relu1", "relu2", "relu3", "relu4", "relu5"]
        }
    }

    /// What features are multiplied by before they are compared, so that all three networks' losses are of one size and
    /// the same weights mean about the same: the mean of VGG-19's losses over those of the torchvision networks.
    package var featureScale: Double {
        switch self {
        case .vgg19: 1
        case .vgg16, .alexnet: 256
        }
    }

    /// β unless told otherwise, for α = 1.
    var styleWeight: Double { 300 }

    /// γ unless told otherwise.
    var tvWeight: Double { 50 }

    /// The short side below which the deepest layer is left without a position.
    var smallestSide: Int {
        switch self {
        case .vgg19, .vgg16: 16
        case .alexnet: 63
        }
    }

    /// Its entry in the catalogue of models.
    var model: ModelIdentifier {
        switch self {
        case .vgg19: .vgg19
        case .vgg16: .vgg16
        case .alexnet: .alexnet
        }
    }

    private static func blocks(_ depths: [Int]) -> [String] {
        depths.enumerated().flatMap { block, depth in (1...depth).map { "\(block + 1)_\($0)" } }
    }
}
