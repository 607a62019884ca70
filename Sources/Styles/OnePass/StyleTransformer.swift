import ModelFiles
import Nets
import Pictures

import enum Wire.ModelIdentifier

/// The transformer of the arbitrary-style network in single precision, for one style: the scales and offsets of its instance norms
/// are numbers of its own, no longer predicted (Dumoulin, Shlens and Kudlur 2017, section 3.4: a new style for frozen convolutions).
///
/// A `TransformerArchitecture` whose contracting convolutions have no norms and whose result is a sigmoid's, 0…1 (Ghiasi et al. 2017, section 3).
/// The file's grids of eight bits are left out: they were measured on other styles, and what is learned would be cut off at their ends.
package struct StyleTransformer {
    /// By name: `contract1.weights`, `contract1.bias`, `residual1.1.weights`, `residual1.1.scale`, `residual1.1.offset`, …
    package private(set) var parameters: [String: Tensor]
    let epsilon: Float

    /// What the file of the network is called in the store.
    static let model = ModelIdentifier.arbitraryTransform
    private static let colours = 3
    static let input = TransformerArchitecture.input
    static let output = TransformerArchitecture.output

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
        for layer in TransformerArchitecture.layers {
            let (source, name) = (Self.source(of: layer.place), layer.name)
            parameters["\(name).weights"] = found("transformer/\(source)/weights_dequant").copy()
            if case .contracting = layer.place {
                parameters["\(name).bias"] = found("transformer/\(source)/Conv2D_bias_dequant").copy()
            } else {
                let norm = "style_params/transformer/\(source)/StyleNorm"
                parameters["\(name).scale"] = predicted("\(norm)/Conv_1")
                parameters["\(name).offset"] = predicted("\(norm)/Conv")
            }
        }
        self.parameters = parameters
        epsilon = found("transformer/expand/conv1/conv/StyleNorm/batchnorm/add/y_dequant")[0]
    }

    /// A network that knows nothing yet, after lengstrom's fast-style-transfer: 32, 64 and 128 channels, contracting, through five
    /// residual blocks and back, with an instance norm behind every convolution.
    ///
    /// - Parameters:
    ///   - width: share of the channels, above 0 to 1.
    ///   - seed: of the weights, which are normal with 2 over the number of inputs as their variance (He et al. 2015).
    init(width: Double, seed: UInt64) {
        func channels(_ usual: Int) -> Int { max(4, Int((Double(usual) * width).rounded())) }
        let contracting = [32, 64, 128].map(channels)
        let expanding = [64, 32].map(channels) + [Self.colours]
        var generator = SeededGenerator(seed: seed)
        var parameters: [String: Tensor] = [:]
        var inputs = Self.colours
        for layer in TransformerArchitecture.layers {
            let outputs =
                switch layer.place {
                case .contracting(let number): contracting[number - 1]
                case .residual: inputs
                case .expanding(let number): expanding[number - 1]
                }
            let weights = Tensor([layer.kernel, layer.kernel, inputs, outputs])
            let deviation = (2 / Float(layer.kernel * layer.kernel * inputs)).squareRoot()
            generator.fill(weights, mean: 0, deviation: deviation)
            parameters["\(layer.name).weights"] = weights
            parameters["\(layer.name).scale"] = Tensor([outputs], [Float](repeating: 1, count: outputs))
            parameters["\(layer.name).offset"] = Tensor([outputs])
            inputs = outputs
        }
        self.parameters = parameters
        epsilon = 1e-5
    }

    /// What the file calls a layer.
    private static func source(of place: TransformerArchitecture.Place) -> String {
        switch place {
        case .contracting(let number): "contract/conv\(number)"
        case .residual(let block, let half): "residual/residual\(block)/conv\(half)"
        case .expanding(let number): "expand/conv\(number)/conv"
        }
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
        try pass(for: picture.size, threads: threads).repaint(picture)
    }

    /// For pictures of one size, with the numbers as they are now.
    ///
    /// - Throws: `StyleError.pictureTooSmall`.
    func pass(for size: PixelSize, threads: ThreadPool) throws -> TransformerPass {
        // What an executor makes of weights is kept with them, and those of a training change.
        try TransformerPass(graph.copyingConstants(Set(parameters.keys)), white: 1, for: size, threads: threads)
    }

    /// The names of what a part has.
    func names(of part: Part) -> Set<String> { Set(parameters.keys.filter(part.includes)) }

    /// Takes and gives 0…1. Shares the parameters.
    var graph: Graph { TransformerArchitecture.graph(parameters, epsilon: epsilon, last: .sigmoid) }
}
