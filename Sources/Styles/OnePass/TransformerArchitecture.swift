import Nets

/// The convolutions that one-pass style networks have in common: three that contract, five residual blocks, three that expand
/// (Johnson, Alahi and Fei-Fei 2016, supplementary table 1). Margins are mirrored, and sizes double by nearest neighbour before a
/// convolution, which leaves no chequers.
enum TransformerArchitecture {
    /// Where a convolution stands; numbers begin with 1.
    enum Place: Hashable {
        case contracting(Int)
        case residual(block: Int, half: Int)
        case expanding(Int)
    }

    /// One convolution with what follows it.
    struct Layer {
        let place: Place
        let kernel: Int
        var stride = 1
        var isDoubled = false

        /// Of its parameters: `contract1`, `residual1.2`, `expand3`.
        var name: String {
            switch place {
            case .contracting(let number): "contract\(number)"
            case .residual(let block, let half): "residual\(block).\(half)"
            case .expanding(let number): "expand\(number)"
            }
        }
    }

    static let contracting = [(9, 1), (3, 2), (3, 2)].enumerated().map { index, shape in
        Layer(place: .contracting(index + 1), kernel: shape.0, stride: shape.1)
    }
    static let residual = (1...5).map { block in
        (1...2).map { half in Layer(place: .residual(block: block, half: half), kernel: 3) }
    }
    static let expanding = [3, 3, 9].enumerated().map { index, kernel in
        Layer(place: .expanding(index + 1), kernel: kernel, isDoubled: index < 2)
    }
    /// In their order.
    static let layers = contracting + residual.joined() + expanding

    /// Strides of the two halving convolutions.
    static let multiple = 4
    /// Mirrored margins inside the network need this many pixels.
    static let smallestSide = 32

    static let input = "pixels"
    static let output = "painted"

    /// `pixels`, `[1, H, W, 3]` with sides that four divides, to `painted` of the same kind. Shares the parameters.
    ///
    /// - Parameters:
    ///   - parameters: `contract1.weights` and so on, and where a layer has them `.bias`, and `.scale` with `.offset` of an instance norm
    ///     behind it.
    ///   - epsilon: of the norms.
    ///   - last: what the painting goes through; nil for nothing.
    static func graph(_ parameters: [String: Tensor], epsilon: Float, last: Activation?) -> Graph {
        var graph = Graph()
        func constant(_ name: String) -> Graph.Value? { parameters[name].map { graph.constant(name, $0) } }
        /// Convolution and norm.
        func apply(_ layer: Layer, to input: Graph.Value) -> Graph.Value {
            var value = input
            if layer.isDoubled {
                let doubling = Resize(
                    .scale(height: 2, width: 2), interpolation: .nearest(.floor), alignment: .asymmetric)
                value = graph.add(.resize(doubling), [value])
            }
            value = graph.add(.pad(Pad(Margins(layer.kernel / 2), mode: .reflect)), [value])
            guard let weights = constant("\(layer.name).weights") else {
                preconditionFailure("\(layer.name) has no weights")
            }
            value = graph.convolution(
                value, weights: weights, bias: constant("\(layer.name).bias"), .init(stride: Extent2(layer.stride)))
            guard let scale = constant("\(layer.name).scale"), let offset = constant("\(layer.name).offset") else {
                return value
            }
            return graph.add(.instanceNorm(InstanceNorm(epsilon: epsilon)), [value, scale, offset])
        }
        var value = graph.input(input, dims: [1, nil, nil, 3])
        for layer in contracting { value = graph.relu(apply(layer, to: value)) }
        for block in residual {
            let inner = graph.relu(apply(block[0], to: value))
            value = graph.binary(.add, value, apply(block[1], to: inner))
        }
        for layer in expanding.dropLast() { value = graph.relu(apply(layer, to: value)) }
        value = apply(expanding[expanding.count - 1], to: value)
        graph.output(output, last.map { graph.activation(value, $0) } ?? value)
        return graph
    }
}
