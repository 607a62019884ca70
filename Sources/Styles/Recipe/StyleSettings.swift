/// Options as resolved: what a stylisation really did, as its report shows it.
package struct StyleSettings: Hashable, Sendable, Codable {
    package var preset: StylePreset
    package var size: Int
    package var upscale: Bool
    package var preserveColors: Bool
    package var format: StyledFormat
    package var quality: Int
    package var strength: Double
    package var network: StyleNetworkKind
    package var pooling: StylePooling
    package var iterations: Int
    package var scales: Int
    package var contentWeight: Double
    package var styleWeight: Double
    package var tvWeight: Double
    package var contentLayers: LayerWeights
    package var styleLayers: LayerWeights
    package var styleScale: Double
    package var optimizer: StyleOptimizer
    package var learningRate: Double
    package var start: StyleStart
    package var seed: UInt64
    package var lossInterval: Int
}

extension StyleSettings {
    /// Learning rate of each optimiser when none is asked for. L-BFGS takes whole quasi-Newton steps; Adam moves each
    /// sample by about so many of its 255 steps an iteration.
    static func learningRate(of optimizer: StyleOptimizer) -> Double {
        switch optimizer {
        case .lbfgs: 1
        case .adam: 5
        }
    }

    /// Fills what `options` leave open from the preset (`standard` when none is asked for) and checks every range.
    ///
    /// - Throws: `StyleError.optionInvalid`, `.layerUnknown`.
    package init(resolving options: StyleOptions) throws(StyleError) {
        let network = options.network ?? .vgg19
        var settings = (options.preset ?? .standard).settings(for: network)
        settings.size = options.size ?? settings.size
        settings.upscale = options.upscale ?? settings.upscale
        settings.preserveColors = options.preserveColors ?? settings.preserveColors
        settings.format = options.format ?? settings.format
        settings.quality = options.quality ?? settings.quality
        settings.strength = options.strength ?? settings.strength
        settings.pooling = options.pooling ?? settings.pooling
        settings.iterations = options.iterations ?? settings.iterations
        settings.scales = options.scales ?? settings.scales
        settings.contentWeight = options.contentWeight ?? settings.contentWeight
        settings.styleWeight = options.styleWeight ?? settings.styleWeight
        settings.tvWeight = options.tvWeight ?? settings.tvWeight
        settings.contentLayers = options.contentLayers ?? settings.contentLayers
        settings.styleLayers = options.styleLayers ?? settings.styleLayers
        settings.styleScale = options.styleScale ?? settings.styleScale
        settings.optimizer = options.optimizer ?? settings.optimizer
        settings.learningRate = options.learningRate ?? Self.learningRate(of: settings.optimizer)
        settings.start = options.start ?? settings.start
        settings.seed = options.seed ?? settings.seed
        settings.lossInterval = options.lossInterval ?? settings.lossInterval
        self = settings
        try checkRanges()
    }

    private func checkRanges() throws(StyleError) {
        try check("size", size, in: 64...8192)
        try check("quality", quality, in: 1...100)
        try check("strength", strength, in: 0...1)
        try check("iterations", iterations, in: 1...10_000)
        try check("scales", scales, in: 1...6)
        try check("contentWeight", contentWeight, in: 0...1e9)
        try check("styleWeight", styleWeight, in: 0...1e9)
        try check("tvWeight", tvWeight, in: 0...1e9)
        try check("styleScale", styleScale, in: 0.1...4)
        try check("learningRate", learningRate, in: 1e-6...100)
        try check("lossInterval", lossInterval, in: 1...10_000)
        guard contentWeight > 0 || styleWeight > 0 else {
            throw .optionInvalid(key: "styleWeight", value: "0", allowed: "above 0 when contentWeight is 0")
        }
        try check("contentLayers", contentLayers)
        try check("styleLayers", styleLayers)
    }

    private func check<Number: Comparable>(
        _ key: String, _ value: Number, in range: ClosedRange<Number>
    ) throws(StyleError) {
        guard range.contains(value) else {
            throw .optionInvalid(
                key: key, value: "\(value)", allowed: "from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func check(_ key: String, _ weights: LayerWeights) throws(StyleError) {
        guard !weights.entries.isEmpty else {
            throw .optionInvalid(key: key, value: "[]", allowed: "at least one layer")
        }
        var seen = Set<String>()
        for entry in weights.entries {
            guard network.layers.contains(entry.layer) else {
                throw .layerUnknown(
                    layer: entry.layer, network: network.rawValue,
                    nearest: nearestName(to: entry.layer, among: network.layers))
            }
            guard seen.insert(entry.layer).inserted else {
                throw .optionInvalid(key: key, value: entry.layer, allowed: "each layer once")
            }
            guard entry.weight >= 0, entry.weight <= 1e9 else {
                throw .optionInvalid(key: key, value: "\(entry.layer): \(entry.weight)", allowed: "from 0 to 1e9")
            }
        }
        guard weights.entries.contains(where: { $0.weight > 0 }) else {
            throw .optionInvalid(key: key, value: "all 0", allowed: "above 0 for at least one layer")
        }
    }
}
