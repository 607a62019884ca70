import ModelFiles
import Wire

extension StyleNetworkKind {
    /// What features are multiplied by before they are compared, so that all three networks' losses are of one size and
    /// the same weights mean about the same: the mean of VGG-19's losses over those of the torchvision networks.
    package var featureScale: Double {
        switch self {
        case .vgg19: 1
        case .vgg16, .alexnet: 256
        }
    }

    /// The short side below which the deepest layer is left without a position.
    package var smallestSide: Int {
        switch self {
        case .vgg19, .vgg16: 16
        case .alexnet: 63
        }
    }

    var architecture: FeatureArchitecture {
        switch self {
        case .vgg19: .vgg19
        case .vgg16: .vgg16
        case .alexnet: .alexnet
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
}
