/// How much work goes into a stylization.
package enum StylePreset: String, Codable, Sendable, CaseIterable {
    /// One forward pass of a network, a second or so.
    case fast
    /// A hundred iterations at two sizes, a minute or so.
    case standard
    /// Several hundred iterations at three sizes and more pixels, some minutes.
    case fine
}

/// A pre-trained network whose features can measure content and style.
package enum StyleNetworkKind: String, Codable, Sendable, CaseIterable {
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

    private static func blocks(_ depths: [Int]) -> [String] {
        depths.enumerated().flatMap { block, depth in (1...depth).map { "\(block + 1)_\($0)" } }
    }
}

/// The network that a stylization runs through.
package enum StyleNetworkName: RawRepresentable, Codable, Sendable, Hashable, CaseIterable {
    /// The pixels are optimised towards the features of a picture.
    case features(StyleNetworkKind)
    /// One pass, one of 26 learned styles.
    case multistyle26
    /// One pass, any style picture.
    case arbitrary

    package static let vgg19 = Self.features(.vgg19)
    package static let allCases = StyleNetworkKind.allCases.map(Self.features) + [.multistyle26, .arbitrary]

    package init?(rawValue: String) {
        guard let name = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = name
    }

    package var rawValue: String {
        switch self {
        case .features(let kind): kind.rawValue
        case .multistyle26: "multistyle26"
        case .arbitrary: "arbitrary"
        }
    }

    /// The network whose features are compared; `nil` for one that paints in a single pass.
    package var kind: StyleNetworkKind? {
        guard case .features(let kind) = self else { return nil }
        return kind
    }
}

package enum StyleOptimizer: String, Codable, Sendable, CaseIterable {
    case adam, lbfgs
}

/// What the optimised picture starts from.
package enum StyleStart: String, Codable, Sendable, CaseIterable {
    case content, noise
}

/// Average pooling gives smoother pictures (Gatys, Ecker and Bethge 2016, section 2); max pooling is what was trained.
package enum StylePooling: String, Codable, Sendable, CaseIterable {
    case max, average
}

/// Whose colours a stylized picture has.
package enum StyleColors: String, OptionValue, CaseIterable {
    case style
    /// Only the lightness is repainted.
    case content
}

/// One style of a blend, with its share.
package struct StyleChoice: Codable, Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A style of the `styles/` folder, or one that a feed-forward network knows by name.
        case name(String)
        /// A picture that came with the job, by its path relative to the manifest.
        case picture(String)

        /// The name or path.
        package var text: String {
            switch self {
            case .name(let text), .picture(let text): text
            }
        }
    }

    /// How many styles a blend has.
    package static let count = 1...16
    /// What a share, or another weight, may be.
    package static let weights = 0...1e9

    package var source: Source
    /// Share within the blend; the shares are normalised to sum to one.
    package var weight: Double

    package init(source: Source, weight: Double = 1) {
        self.source = source
        self.weight = weight
    }

    private enum CodingKeys: String, CodingKey {
        case name, picture, weight
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decodeIfPresent(String.self, forKey: .name)
        let picture = try container.decodeIfPresent(String.self, forKey: .picture)
        switch (name, picture) {
        case (let name?, nil): source = .name(name)
        case (nil, let picture?): source = .picture(picture)
        case (nil, nil), (_?, _?):
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container, debugDescription: "a style is a name or a picture, not both")
        }
        weight = try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch source {
        case .name(let name): try container.encode(name, forKey: .name)
        case .picture(let path): try container.encode(path, forKey: .picture)
        }
        try container.encode(weight, forKey: .weight)
    }
}

/// Layers of a network and how much each counts, in the order of their names, so that the same options always give the
/// same sums. In JSON an object of weights; readers take a list of names, all alike, too.
package struct LayerWeights: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package struct Entry: Hashable, Sendable {
        package let layer: String
        package let weight: Double

        package init(_ layer: String, _ weight: Double = 1) {
            self.layer = layer
            self.weight = weight
        }
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries.sorted { $0.layer < $1.layer } }

    package init(_ weights: [String: Double]) { self.init(weights.map { Entry($0.key, $0.value) }) }

    package init(arrayLiteral elements: String...) { self.init(elements.map { Entry($0) }) }

    package init(dictionaryLiteral elements: (String, Double)...) { self.init(elements.map { Entry($0.0, $0.1) }) }

    package init(from decoder: any Decoder) throws { self.init(try [String: Double](from: decoder)) }

    package func encode(to encoder: any Encoder) throws {
        try Dictionary(entries.map { ($0.layer, $0.weight) }, uniquingKeysWith: +).encode(to: encoder)
    }

    package var layers: [String] { entries.map(\.layer) }

    /// The entries with weights that add up to 1.
    ///
    /// - Precondition: the weights' sum is positive, as the reader of options makes sure.
    package var shares: [Entry] {
        let total = entries.reduce(0) { $0 + $1.weight }
        precondition(total > 0, "layer weights add up to \(total)")
        return entries.map { Entry($0.layer, $0.weight / total) }
    }
}
