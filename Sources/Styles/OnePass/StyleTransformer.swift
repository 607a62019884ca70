import ModelFiles
import Nets
import Pictures

import enum Wire.ModelIdentifier

/// The transformer of the arbitrary-style network in single precision, for one style: the scales and offsets of its instance norms
/// are numbers of its own, no longer predicted (Dumoulin, Shlens and Kudlur 2017, section 3.4: a new style for frozen convolutions).
///
/// Three contracting convolutions, five residual blocks, three expanding convolutions; margins are mirrored, sizes double by nearest
/// neighbour, the result is a sigmoid's, 0…1 (Ghiasi et al. 2017, section 3). The file's grids of eight bits are left out: they were
/// measured on other styles, and what is learned would be cut off at their ends.
package struct StyleTransformer {
    /// One convolution with what follows it.
    private struct Layer {
        /// Of its parameters.
        let name: String
        /// Of its weights in the file.
        let source: String
        let kernel: Int
        var stride = 1
        var isDoubled = false
    }

    private static let contracting = [(9, 1), (3, 2), (3, 2)].enumerated().map { index, shape in
        Layer(
            name: "contract\(index + 1)", source: "contract/conv\(index + 1)", kernel: shape.0, stride: shape.1)
    }
    private static let residual = (1...5).map { block in
        (1...2).map { half in
            Layer(
                name: "residual\(block).\(half)", source: "residual/residual\(block)/conv\(half)", kernel: 3)
        }
    }
    private static let expanding = [3, 3, 9].enumerated().map { index, kernel in
        Layer(
            name: "expand\(index + 1)", source: "expand/conv\(index + 1)/conv", kernel: kernel,
            isDoubled: index < 2)
    }

    /// By name: `contract1.weights`, `contract1.bias`, `residual1.1.weights`, `residual1.1.scale`, `residual1.1.offset`, …
    package private(set) var parameters: [String: Tensor]
    let epsilon: Float

    /// What the file of the network is called in the store.
    static let model = ModelIdentifier.arbitraryTransform
    static let input = "pixels"
    static let output = "painted"

    /// Which numbers are learned.
    package enum Part: String, Sendable, Codable {
        /// Scales and offsets of the norms.
        case norms
        /// The convolutions, too.
        case all

        package func includes(_ parameter: String) -> Bool {
            self == .all || parameter.hasSuffix(".scale") || parameter.hasSuffix(".offset")
        }
    }

    /// - Parameters:
    ///   - model: the transformer as the store has it.
    ///   - vector: the 100 numbers of the style that it begins with.
    init(_ model: LoadedModel, vector: [Float]) {
        let constants = Dictionary(model.graph.constants.map { ($0.name, $0.tensor) }) { first, _ in first }
        func found(_ name: String) -> Tensor {
            guard let tensor = constants[name] else { preconditionFailure("\(model.facts.id) has no \(name)") }
            return tensor
        }
        /// What a style's numbers make of an affine map.
        func predicted(_ name: String) -> Tensor {
            let (weights, bias) = (found("\(name)/weights_dequant"), found("\(name)/Conv2D_bias_dequant"))
            let result = Tensor([bias.count])
            for channel in 0..<bias.count {
                result[channel] = vector.indices.reduce(bias[channel]) {
                    $0 + vector[$1] * weights[$1 * bias.count + channel]
                }
            }
            return result
        }
        var parameters: [String: Tensor] = [:]
        for layer in Self.contracting {
            let source = "transformer/\(layer.source)"
            parameters["\(layer.name).weights"] = found("\(source)/weights_dequant").copy()
            parameters["\(layer.name).bias"] = found("\(source)/Conv2D_bias_dequant").copy()
        }
        for layer in Self.residual.joined() + Self.expanding {
            parameters["\(layer.name).weights"] = found("transformer/\(layer.source)/weights_dequant").copy()
            let norm = "style_params/transformer/\(layer.source)/StyleNorm"
            parameters["\(layer.name).scale"] = predicted("\(norm)/Conv_1")
            parameters["\(layer.name).offset"] = predicted("\(norm)/Conv")
        }
        self.parameters = parameters
        epsilon = found("transformer/expand/conv1/conv/StyleNorm/batchnorm/add/y_dequant")[0]
    }

    /// With numbers that were learned in place of its own; nil when one is unknown or of another size.
    func with(_ learned: [String: [Float]]) -> StyleTransformer? {
        var copy = self
        for (name, values) in learned {
            guard let own = parameters[name], own.count == values.count else { return nil }
            copy.parameters[name] = Tensor(own.shape, values)
        }
        return copy
    }

    /// What a part holds now.
    func values(of part: Part) -> [String: [Float]] {
        parameters.filter { part.includes($0.key) }.mapValues(\.values)
    }

    /// Paints an opaque picture; the result has its size.
    ///
    /// - Throws: `StyleError.pictureTooSmall`, `.ruined`.
    func paint(_ picture: Picture, threads: ThreadPool) throws -> Picture {
        let smallest = ArbitraryStyleNetwork.smallestSide
        guard min(picture.width, picture.height) >= smallest else {
            throw StyleError.pictureTooSmall(width: picture.width, height: picture.height, smallest: smallest)
        }
        let pixels = PaddedPixels(picture.size, multiple: ArbitraryStyleNetwork.multiple)
        // What an executor makes of weights is kept with them, and those of a training change.
        let executor = try Executor(
            graph.copyingConstants(Set(parameters.keys)), inputShapes: [Self.input: pixels.shape], threads: threads)
        pixels.write(picture, to: executor.input(Self.input))
        executor.forward()
        return try pixels.read(executor.output(Self.output), inPlaceOf: picture)
    }

    /// The names of what a part has.
    func names(of part: Part) -> Set<String> { Set(parameters.keys.filter(part.includes)) }

    /// `pixels`, `[1, H, W, 3]` in 0…1 with sides that four divides, to `painted` of the same kind. Shares the parameters.
    var graph: Graph {
        var graph = Graph()
        func constant(_ name: String) -> Graph.Value { graph.constant(name, parameters[name]!) }
        func convolve(_ input: Graph.Value, _ layer: Layer) -> Graph.Value {
            var value = input
            if layer.isDoubled {
                let doubling = Resize(
                    .scale(height: 2, width: 2), interpolation: .nearest(.floor), alignment: .asymmetric)
                value = graph.add(.resize(doubling), [value])
            }
            value = graph.add(.pad(Pad(Margins(layer.kernel / 2), mode: .reflect)), [value])
            let hasBias = parameters["\(layer.name).bias"] != nil
            return graph.convolution(
                value, weights: constant("\(layer.name).weights"),
                bias: hasBias ? constant("\(layer.name).bias") : nil, .init(stride: Extent2(layer.stride)))
        }
        func norm(_ value: Graph.Value, _ layer: Layer) -> Graph.Value {
            graph.add(
                .instanceNorm(InstanceNorm(epsilon: epsilon)),
                [value, constant("\(layer.name).scale"), constant("\(layer.name).offset")])
        }
        var value = graph.input(Self.input, dims: [1, nil, nil, 3])
        for layer in Self.contracting { value = graph.relu(convolve(value, layer)) }
        for block in Self.residual {
            let inner = graph.relu(norm(convolve(value, block[0]), block[0]))
            value = graph.binary(.add, value, norm(convolve(inner, block[1]), block[1]))
        }
        for layer in Self.expanding.dropLast() { value = graph.relu(norm(convolve(value, layer), layer)) }
        let last = Self.expanding.last!
        graph.output(Self.output, graph.activation(norm(convolve(value, last), last), .sigmoid))
        return graph
    }
}
