/// An element-wise non-linearity.
package enum Activation: Hashable, Sendable, Codable {
    /// `max(x, 0)`.
    case relu
    /// `x` where positive, `slope · x` elsewhere.
    case leakyRelu(slope: Float)
    /// `x` held between two bounds; 0 and 6 make ReLU6.
    case clip(low: Float, high: Float)
    /// `1 / (1 + e^−x)`.
    case sigmoid
    case tanh
}

extension Activation {
    var label: String {
        switch self {
        case .relu: "relu"
        case .leakyRelu: "leakyRelu"
        case .clip: "clip"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        }
    }
}
