import Nets
import Wire

/// A network ready for an `Executor`, with what is known of it.
///
/// Weights are memory-mapped; the model is as cheap to open as its file is to map.
package struct LoadedModel {
    package let graph: Graph
    package let facts: ModelCard
    /// Of whoever makes the templates: those of the base, where only a head was learned.
    package let network: ModelCard
    /// How pixels go into the input that takes a picture.
    package let pixels: PixelConvention
    /// What a learned model says of its templates; nil for any other.
    package let recognition: String?

    /// - Parameter network: nil for `facts`.
    package init(
        graph: Graph, facts: ModelCard, network: ModelCard? = nil, pixels: PixelConvention, recognition: String? = nil
    ) {
        self.graph = graph
        self.facts = facts
        self.network = network ?? facts
        self.pixels = pixels
        self.recognition = recognition
    }

    /// The same with other weights.
    package func with(_ graph: Graph) -> LoadedModel { LoadedModel(graph: graph, facts: facts, pixels: pixels) }
}

/// A model as `limner models list` and `verify` show it.
package struct ModelListing: Sendable {
    package enum State: Hashable, Sendable {
        /// Neither the original nor a conversion is there.
        case missing
        /// The original is there and will be converted when first used.
        case fetched
        /// Converted and ready.
        case ready
        /// Something is wrong; the sentence says what and what to do.
        case damaged(String)
        /// The sentence says what may not be read.
        case unreadable(String)
    }

    package let facts: ModelCard
    package let state: State
    /// Whose templates a learned head compares, by its name; nil for a model's own.
    package var base: String?
    /// Of a learned model.
    package var lineage: ModelLineage?
    /// The converted file, whether or not it exists.
    package let path: String

    package init(
        facts: ModelCard, state: State, base: String? = nil, lineage: ModelLineage? = nil, path: String
    ) {
        self.facts = facts
        self.state = state
        self.base = base
        self.lineage = lineage
        self.path = path
    }
}

/// What is known of a model: shown by `limner models list`, and written into the converted file.
package struct ModelCard: Hashable, Sendable, Codable {
    /// ``ModelIdentifier/text``.
    package let id: String
    package let name: String
    package let version: String
    package let licence: String
    /// The package and version that the file was taken from, or the user's file.
    package let origin: String
    /// SHA-256 of the original file.
    package let sha256: String
    package let use: String

    package init(
        id: String, name: String, version: String, licence: String, origin: String, sha256: String, use: String
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.licence = licence
        self.origin = origin
        self.sha256 = sha256
        self.use = use
    }

    /// The facts as the text metadata of a safetensors file.
    var metadata: [String: String] {
        [
            "id": id, "name": name, "version": version, "licence": licence, "origin": origin, "sha256": sha256,
            "use": use,
        ]
    }
}

extension ModelCard {
    /// - Throws: a fault naming the key that a converted file lacks.
    init(metadata: [String: String]) throws {
        func text(_ key: String) throws -> String {
            guard let value = metadata[key] else { throw FormatFault.missingEntry("metadata named \(key)") }
            return value
        }
        self.init(
            id: try text("id"), name: try text("name"), version: try text("version"), licence: try text("licence"),
            origin: try text("origin"), sha256: try text("sha256"), use: try text("use"))
    }
}

/// How a network wants its pixels: `(pixel − mean) · scale` per channel, pixels from 0 to 255.
package struct PixelConvention: Hashable, Sendable, Codable {
    package enum Order: String, Hashable, Sendable, Codable { case rgb, bgr }

    /// Order of the channels in the network's input; ``mean`` and ``scale`` follow it.
    package var order: Order
    package var mean: [Float]
    package var scale: [Float]

    package init(order: Order, mean: [Float], scale: [Float]) {
        precondition(mean.count == 3 && scale.count == 3, "\(mean) and \(scale) are not for three channels")
        self.order = order
        self.mean = mean
        self.scale = scale
    }

    /// Of red, green and blue, in 0…255.
    package var meanColour: [Float] { order == .rgb ? mean : mean.reversed() }

    /// Raw bytes, blue first: OpenCV's detectors.
    package static let rawBGR = PixelConvention(order: .bgr, mean: [0, 0, 0], scale: [1, 1, 1])
    /// Raw bytes: networks that begin with their own normalisation.
    package static let rawRGB = PixelConvention(order: .rgb, mean: [0, 0, 0], scale: [1, 1, 1])
    /// From −1 to 1: ArcFace-style embedders.
    package static let centredRGB = PixelConvention(
        order: .rgb, mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5])
    /// From 0 to 1: the feed-forward style networks.
    package static let unitRGB = PixelConvention(order: .rgb, mean: [0, 0, 0], scale: [1 / 255, 1 / 255, 1 / 255])
    /// The original Caffe VGG networks: blue first, minus the mean pixel of ImageNet.
    package static let caffe = PixelConvention(order: .bgr, mean: [103.939, 116.779, 123.68], scale: [1, 1, 1])
    /// torchvision's ImageNet networks: unit range, minus mean, by standard deviation.
    package static let torchvision = PixelConvention(
        order: .rgb, mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
        scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)])
}
