/// Options of a `stylize` job. What is `nil` comes from the style's own `style.json`, then from the preset.
package struct Stylization: Codable, Sendable, Equatable {
    /// The styles to blend; at least one.
    package var styles: [StyleChoice]
    package var preset: StylePreset?
    /// Long side of the output in pixels.
    package var size: Int?
    package var iterations: Int?
    /// α of J(G) = α·J_content + β·J_style.
    package var contentWeight: Double?
    /// β of J(G).
    package var styleWeight: Double?
    /// Weight of the total variation.
    package var tvWeight: Double?
    /// Layer name to its weight within the content loss.
    package var contentLayers: [String: Double]?
    /// Layer name to its weight within the style loss.
    package var styleLayers: [String: Double]?
    package var network: StyleNetworkName?
    package var optimizer: StyleOptimizerName?
    /// Step of Adam, in pixel values of 0…255.
    package var learningRate: Double?
    package var start: StyleStart?
    /// Seed of the noise; the same seed gives the same picture.
    package var seed: UInt64?
    /// The losses are reported every so many iterations.
    package var lossInterval: Int?
    /// Keeps the colours of the content: only its lightness is repainted.
    package var preserveColors: Bool?
    package var format: PictureFormat?
    /// JPEG quality, 1…100.
    package var quality: Int?

    package init(styles: [StyleChoice], preset: StylePreset? = nil) {
        self.styles = styles
        self.preset = preset
    }
}

/// One style of a blend, with its share.
package struct StyleChoice: Codable, Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// A style of the `styles/` folder, or one that a feed-forward network knows by name.
        case name(String)
        /// A picture that came with the job, by its path relative to the manifest.
        case picture(String)
    }

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

/// How much work goes into a stylization.
package enum StylePreset: String, Codable, Sendable, CaseIterable {
    /// One pass of a feed-forward network.
    case fast
    /// Optimises the pixels, a moderate number of iterations.
    case standard
    /// Optimises the pixels longer.
    case fine
}

/// The network that a stylization runs through.
package enum StyleNetworkName: String, Codable, Sendable, CaseIterable {
    case vgg19, vgg16, alexnet
    /// One pass, one of 26 learned styles.
    case multistyle26
    /// One pass, any style picture.
    case arbitrary
}

package enum StyleOptimizerName: String, Codable, Sendable, CaseIterable {
    case adam, lbfgs
}

/// What the optimised picture starts from.
package enum StyleStart: String, Codable, Sendable, CaseIterable {
    case content, noise
}

/// The format that an output picture is written in.
package enum PictureFormat: String, Codable, Sendable, CaseIterable {
    case jpeg, png

    /// The file name's extension, without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        }
    }
}
