/// How much work goes into a stylization.
package enum StylePreset: String, Codable, Sendable, CaseIterable {
    /// One forward pass of a network, a second or so.
    case fast
    /// One pass, and a few iterations at its own size that take its grain away.
    case polished
    /// The same on fewer pixels, some ten seconds.
    case draft
    /// A minute at most, on two cores.
    case standard
    /// Many iterations and more pixels, some minutes.
    case fine
    /// Gatys, Ecker and Bethge 2016, from noise.
    case gatys
    /// What the program `neural-style` does unless it is told otherwise.
    case neuralStyle = "neural-style"
    /// What `neural-style-tf` does.
    case neuralStyleTF = "neural-style-tf"
    /// What hwalsuklee's `tensorflow-style-transfer` does.
    case hwalsuklee
    /// What Crowson's `style-transfer-pytorch` does.
    case styleTransferPyTorch = "style-transfer-pytorch"
    /// What `deep-photo-styletransfer` does once it has something to begin with.
    case deepPhoto = "deep-photo"
    /// A photograph that stays one, in another light.
    case photo

    /// Those that have another program's losses.
    package static let ofPrograms: Set<Self> = [
        .gatys, .neuralStyle, .neuralStyleTF, .hwalsuklee, .styleTransferPyTorch, .deepPhoto,
    ]
    /// Those that paint at one size only.
    package static let ofOneSize = ofPrograms.subtracting([.styleTransferPyTorch]).union([.polished, .draft])
}

/// The container of a painted film.
package enum FilmFormat: String, OptionValue, CaseIterable {
    /// H.264 with the sound of the source; made by ffmpeg.
    case mp4
    /// YUV4MPEG2, uncompressed and silent.
    case y4m

    /// The format that a file name's ending promises; `nil` for any other ending, or none.
    package init?(ending: String) { self.init(rawValue: ending.lowercased()) }
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

    /// The same before their rectifiers.
    package var contentConvolutions: LayerWeights {
        LayerWeights(contentLayers.entries.map { .init($0.layer.replacing("relu", with: "conv"), $0.weight) })
    }

    /// Where styles are compared unless told otherwise. Wasserstein's distance grows with a layer's variance, which weights
    /// that fall by four from block to block make up for.
    ///
    /// A `photo` leaves out the deepest, which moves things rather than textures.
    package func styleLayers(of loss: StyleLoss, in preset: StylePreset = .standard) -> LayerWeights {
        let all: [LayerWeights.Entry] =
            switch self {
            case .vgg19 where loss.isSampled, .vgg16 where loss.isSampled:
                // As Kolkin, Salavon and Shakhnarovich 2019 have them.
                [
                    "relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3", "relu4_3", "relu5_3",
                ].map { .init($0) }
            case .vgg19, .vgg16:
                (1...5).map { .init("relu\($0)_1", loss.isTransport ? Double(1 << (2 * (5 - $0))) : 1) }
            case .alexnet: (1...5).map { .init("relu\($0)") }
            }
        return LayerWeights(preset == .photo ? all.dropLast() : all)
    }

    /// Where histograms are compared unless told otherwise (Risser, Wilmot and Barnes 2017, section 4.2), as strongly as Wasserstein's
    /// distance is.
    package var histogramLayers: LayerWeights {
        let ends =
            switch self {
            case .vgg19, .vgg16: ["relu1_1", "relu4_1"]
            case .alexnet: ["relu1", "relu4"]
            }
        return LayerWeights(styleLayers(of: .wasserstein).entries.filter { ends.contains($0.layer) })
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
    /// One pass, the network that a style was imported with.
    case imported

    package static let vgg19 = Self.features(.vgg19)
    package static let allCases = StyleNetworkKind.allCases.map(Self.features) + [.multistyle26, .arbitrary, .imported]

    package init?(rawValue: String) {
        guard let name = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = name
    }

    package var rawValue: String {
        switch self {
        case .features(let kind): kind.rawValue
        case .multistyle26: "multistyle26"
        case .arbitrary: "arbitrary"
        case .imported: "imported"
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
    /// The mean colour of what the network was trained on, with next to no noise.
    case mean
    /// What one pass of the arbitrary-style network makes of the content.
    case pass

    /// Whether the content is to be seen in it.
    package var showsContent: Bool { self == .content || self == .pass }
}

/// How the styles' features are compared with the picture's; the formulas stand at `StyleTerm`.
package enum StyleLoss: String, OptionValue, CaseIterable {
    case gram, covariance
    /// Wasserstein's distance, in the strength of the content's features over the styles'.
    case wasserstein
    /// Wasserstein's distance as it is.
    case w2
    /// Gram matrices, a layer's part summed over their elements as Gatys, Ecker and Bethge have it.
    case gatys
    /// Hypercolumns at places drawn at random: relaxed earth mover's distance, moments and palette.
    case strotss

    /// Whether it compares places that are drawn at random, anew at each iteration.
    package var isSampled: Bool { self == .strotss }

    /// The longest long side, in pixels, of a picture that is looked at in so few places.
    package static let longestSampled = 512

    /// Whether the channels' means are compared apart from how the channels go together.
    package var comparesMeans: Bool { self == .covariance || isTransport }

    /// Whether it is Wasserstein's distance, which grows with the square of the features.
    package var isTransport: Bool { self == .wasserstein || self == .w2 }

    /// The weight β of the style that it has alone unless told otherwise.
    package func usualWeight(in preset: StylePreset) -> Double {
        switch (preset, self) {
        case (.neuralStyle, .gram), (.deepPhoto, .gram): 2000
        // 10,000, which the program divides by the number of layers although their weights add up to 1.
        case (.neuralStyleTF, .gatys): 2000
        case (_, .gatys), (_, .w2): 1
        case (_, .wasserstein): 3
        case (_, .strotss): 1
        case (_, .gram), (_, .covariance): 300
        }
    }
}

/// What half the squared differences of a layer's N channels at M positions are summed to, in the content loss.
package enum ContentNorm: String, OptionValue, CaseIterable {
    /// Their mean, so that a weight means the same at every size.
    case mean
    /// Over √(N·M).
    case root
    /// Their sum.
    case sum
}

/// How the steps between neighbouring samples are added up.
package enum VariationLoss: String, OptionValue, CaseIterable {
    /// Half the squares, over the number of samples, so that a weight means the same at every size.
    case mean
    /// Half the squares.
    case squares
    /// What they are without their sign.
    case absolute
    /// Twice the sum of a third of the mean square of those to the right and down, and a twelfth of that of both diagonals'.
    case diagonal
}

/// What pᵀLp of the matting Laplacian is made of, and over what.
package enum MattingNorm: String, OptionValue, CaseIterable {
    /// Samples in 0…255, over the number of pixels, so that a weight means the same at every size.
    case mean
    /// Samples over 256, their sum.
    case sum
}

/// Average pooling gives smoother pictures (Gatys, Ecker and Bethge 2016, section 2); max pooling is what was trained; the root of the
/// mean of squares lies between the two.
package enum StylePooling: String, Codable, Sendable, CaseIterable {
    case max, average, l2
}

/// Whose colours a stylized picture has.
package enum StyleColors: String, OptionValue, CaseIterable {
    case style
    /// Only the lightness is repainted.
    case content
    /// The style's, after its colours were moved to the mean and the covariance of the content's.
    case match
}

/// How colours are moved to those of another picture.
package enum ColorMatch: String, OptionValue, CaseIterable {
    /// To its mean and covariance by the symmetric map, which moves them least.
    case symmetric = "sym"
    /// To the same along the principal axes.
    case pca
    /// To the same one channel after the other.
    case cholesky
    /// To the distribution of each channel, whatever the channels are together.
    case histogram
}

/// What parts the lightness that is repainted from the colours that are kept.
package enum LumaSpace: String, OptionValue, CaseIterable {
    /// Luma of encoded values; that of YUV.
    case ycbcr
    /// CIE 1976 lightness, evener to the eye, with the chroma of u′v′ or of a*b*.
    case luv, lab
}

/// One style of a blend, with its share.
package struct StyleChoice: Codable, Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A style of the `styles/` folder, or else a ``BuiltInStyle`` by its name or alias.
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
    /// How many pictures may be asked for on the way from one style to another.
    package static let blends = 2...100

    package var source: Source
    /// Share within the blend; the shares are normalised to sum to one.
    ///
    /// Of a style with a mask, a factor on its strength.
    package var weight: Double
    /// A picture that came with the job and is white where the style applies, by its path relative to the manifest.
    package var mask: String?
    /// A picture that is white in the part of the style that is to be seen, stretched to the style's own; as ``mask``.
    package var styleMask: String?
    /// A picture whose colours part the style as the job's `segments` part the photograph; in place of both masks.
    package var segments: String?
    /// What its share is multiplied by in each layer, nothing in those that are not named; `nil` for all alike.
    package var layers: LayerWeights?

    package init(
        source: Source, weight: Double = 1, mask: String? = nil, styleMask: String? = nil, segments: String? = nil,
        layers: LayerWeights? = nil
    ) {
        self.source = source
        self.weight = weight
        self.mask = mask
        self.styleMask = styleMask
        self.segments = segments
        self.layers = layers
    }

    /// As it stands among a job's `styles`.
    static let keys = CodingKeys.allCases.map(\.rawValue)

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, picture, weight, mask, styleMask, segments, layers
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
        mask = try container.decodeIfPresent(String.self, forKey: .mask)
        styleMask = try container.decodeIfPresent(String.self, forKey: .styleMask)
        segments = try container.decodeIfPresent(String.self, forKey: .segments)
        layers = try container.decodeIfPresent(LayerWeights.self, forKey: .layers)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch source {
        case .name(let name): try container.encode(name, forKey: .name)
        case .picture(let path): try container.encode(path, forKey: .picture)
        }
        try container.encode(weight, forKey: .weight)
        try container.encodeIfPresent(mask, forKey: .mask)
        try container.encodeIfPresent(styleMask, forKey: .styleMask)
        try container.encodeIfPresent(segments, forKey: .segments)
        try container.encodeIfPresent(layers, forKey: .layers)
    }

    /// What is in the middle of a way through styles: at 0 the first alone, at 1 the last, and between two neighbours shares that
    /// change evenly.
    ///
    /// - Parameter place: 0 to 1.
    package static func mixed(_ choices: [StyleChoice], at place: Double) -> [StyleChoice] {
        guard choices.count > 1 else { return choices }
        let way = place * Double(choices.count - 1)
        let first = min(Int(way), choices.count - 2)
        let shares = [1 - (way - Double(first)), way - Double(first)]
        return zip(choices[first...], shares).compactMap { choice, share in
            guard share > 0 else { return nil }
            var choice = choice
            choice.weight *= share
            return choice
        }
    }
}

/// Where a picture stands on the way from the first style of a job to its last.
package struct BlendStep: Hashable, Sendable {
    /// 0 to 1; `nil` where the styles are mixed as they are given.
    package let place: Double?
    /// What an output's name has behind that of its content.
    package let suffix: String

    /// - Parameter blend: how many pictures; `nil` for one of all styles.
    package static func all(of blend: Int?) -> [BlendStep] {
        guard let blend else { return [BlendStep(place: nil, suffix: "stylized")] }
        let digits = "\(blend)".count
        return (0..<blend).map { index in
            let number = "\(index + 1)"
            return BlendStep(
                place: Double(index) / Double(blend - 1),
                suffix: "blend-" + String(repeating: "0", count: digits - number.count) + number)
        }
    }
}
