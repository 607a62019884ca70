/// What a job, a manifest or a recipe asks for; whatever is nil is left to the next in line and at last to the preset.
package struct StyleOptions: Hashable, Sendable, Codable {
    package var preset: StylePreset?
    /// Long side of the result in pixels.
    package var size: Int?
    /// Whether a content picture smaller than `size` is enlarged to it.
    package var upscale: Bool?
    package var preserveColors: Bool?
    package var format: StyledFormat?
    /// JPEG quality, 1…100.
    package var quality: Int?
    /// One-pass only: 0 keeps the content's own style, 1 takes the style's wholly.
    package var strength: Double?

    package var network: StyleNetworkKind?
    package var pooling: StylePooling?
    package var iterations: Int?
    /// How many sizes the optimisation passes through, each twice the one before; 1 works at full size only.
    package var scales: Int?
    package var contentWeight: Double?
    package var styleWeight: Double?
    package var tvWeight: Double?
    package var contentLayers: LayerWeights?
    package var styleLayers: LayerWeights?
    /// Long side of the style pictures relative to that of the result: larger means larger brush strokes.
    package var styleScale: Double?
    package var optimizer: StyleOptimizer?
    /// Adam: step in pixel values of 0…255. L-BFGS: part of the quasi-Newton step.
    package var learningRate: Double?
    package var start: StyleStart?
    package var seed: UInt64?
    /// Losses are reported every so many iterations.
    package var lossInterval: Int?

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case preset, size, upscale, preserveColors, format, quality, strength
        case network, pooling, iterations, scales, contentWeight, styleWeight, tvWeight, contentLayers, styleLayers
        case styleScale, optimizer, learningRate, start, seed, lossInterval
    }

    package init() {}

    /// Decodes an options object strictly.
    ///
    /// - Throws: `StyleError.keyUnknown`; `DecodingError` for a value of the wrong type.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self, within: "the style's options")
        let values = try decoder.container(keyedBy: CodingKeys.self)
        preset = try values.decodeIfPresent(StylePreset.self, forKey: .preset)
        size = try values.decodeIfPresent(Int.self, forKey: .size)
        upscale = try values.decodeIfPresent(Bool.self, forKey: .upscale)
        preserveColors = try values.decodeIfPresent(Bool.self, forKey: .preserveColors)
        format = try values.decodeIfPresent(StyledFormat.self, forKey: .format)
        quality = try values.decodeIfPresent(Int.self, forKey: .quality)
        strength = try values.decodeIfPresent(Double.self, forKey: .strength)
        network = try values.decodeIfPresent(StyleNetworkKind.self, forKey: .network)
        pooling = try values.decodeIfPresent(StylePooling.self, forKey: .pooling)
        iterations = try values.decodeIfPresent(Int.self, forKey: .iterations)
        scales = try values.decodeIfPresent(Int.self, forKey: .scales)
        contentWeight = try values.decodeIfPresent(Double.self, forKey: .contentWeight)
        styleWeight = try values.decodeIfPresent(Double.self, forKey: .styleWeight)
        tvWeight = try values.decodeIfPresent(Double.self, forKey: .tvWeight)
        contentLayers = try values.decodeIfPresent(LayerWeights.self, forKey: .contentLayers)
        styleLayers = try values.decodeIfPresent(LayerWeights.self, forKey: .styleLayers)
        styleScale = try values.decodeIfPresent(Double.self, forKey: .styleScale)
        optimizer = try values.decodeIfPresent(StyleOptimizer.self, forKey: .optimizer)
        learningRate = try values.decodeIfPresent(Double.self, forKey: .learningRate)
        start = try values.decodeIfPresent(StyleStart.self, forKey: .start)
        seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
        lossInterval = try values.decodeIfPresent(Int.self, forKey: .lossInterval)
    }

    /// These options where they say something, `defaults` where they do not.
    package func over(_ defaults: StyleOptions) -> StyleOptions {
        var merged = self
        merged.preset = preset ?? defaults.preset
        merged.size = size ?? defaults.size
        merged.upscale = upscale ?? defaults.upscale
        merged.preserveColors = preserveColors ?? defaults.preserveColors
        merged.format = format ?? defaults.format
        merged.quality = quality ?? defaults.quality
        merged.strength = strength ?? defaults.strength
        merged.network = network ?? defaults.network
        merged.pooling = pooling ?? defaults.pooling
        merged.iterations = iterations ?? defaults.iterations
        merged.scales = scales ?? defaults.scales
        merged.contentWeight = contentWeight ?? defaults.contentWeight
        merged.styleWeight = styleWeight ?? defaults.styleWeight
        merged.tvWeight = tvWeight ?? defaults.tvWeight
        merged.contentLayers = contentLayers ?? defaults.contentLayers
        merged.styleLayers = styleLayers ?? defaults.styleLayers
        merged.styleScale = styleScale ?? defaults.styleScale
        merged.optimizer = optimizer ?? defaults.optimizer
        merged.learningRate = learningRate ?? defaults.learningRate
        merged.start = start ?? defaults.start
        merged.seed = seed ?? defaults.seed
        merged.lossInterval = lossInterval ?? defaults.lossInterval
        return merged
    }
}

package enum StyleOptimizer: String, Hashable, Sendable, Codable, CaseIterable {
    case adam, lbfgs
}

/// What the optimisation starts from.
package enum StyleStart: String, Hashable, Sendable, Codable, CaseIterable {
    case content, noise
}

/// Average pooling gives smoother pictures (Gatys, Ecker and Bethge 2016, section 2); max pooling is what was trained.
package enum StylePooling: String, Hashable, Sendable, Codable, CaseIterable {
    case max, average
}

package enum StyledFormat: String, Hashable, Sendable, Codable, CaseIterable {
    case jpeg, png
}
