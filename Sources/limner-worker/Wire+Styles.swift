import Styles
import Wire

extension StyleOptions {
    /// What a job asks for.
    ///
    /// - Throws: ``ReportError`` `option-invalid` for a preset that contradicts the network.
    init(_ task: Stylization) throws {
        self.init()
        preset = try task.effectivePreset
        size = task.size
        preserveColors = task.preserveColors
        format = task.format.map(StyledFormat.init)
        quality = task.quality
        network = task.network.flatMap { StyleNetworkKind(rawValue: $0.rawValue) }
        iterations = task.iterations
        contentWeight = task.contentWeight
        styleWeight = task.styleWeight
        tvWeight = task.tvWeight
        contentLayers = task.contentLayers.map(LayerWeights.init)
        styleLayers = task.styleLayers.map(LayerWeights.init)
        optimizer = task.optimizer.flatMap { StyleOptimizer(rawValue: $0.rawValue) }
        learningRate = task.learningRate
        start = task.start.flatMap { Styles.StyleStart(rawValue: $0.rawValue) }
        seed = task.seed
        lossInterval = task.lossInterval
    }

    /// What the settings say, last in line. Numbered styles know one preset only, whatever the settings prefer.
    init(defaults flags: WorkerFlags, for styles: StyleSheet) {
        self.init()
        switch styles {
        case .numbered: preset = .fast
        case .pictures: preset = Styles.StylePreset(rawValue: flags.stylePreset.rawValue)
        }
        size = flags.styleSize == 0 ? nil : flags.styleSize
        quality = flags.styleQuality
        format = StyledFormat(flags.styleFormat)
        network = StyleNetworkKind(rawValue: flags.styleNetwork.rawValue)
    }
}

extension Stylization {
    /// A one-pass network implies the preset `fast`.
    fileprivate var effectivePreset: Styles.StylePreset? {
        get throws {
            let asked = preset.flatMap { Styles.StylePreset(rawValue: $0.rawValue) }
            guard network == .arbitrary || network == .multistyle26 else { return asked }
            guard asked == nil || asked == .fast else {
                throw ReportError(
                    code: .optionInvalid,
                    message:
                        "The network \(network!.rawValue) paints in one pass, so the preset cannot be \(asked!.rawValue).",
                    hint: "Use the preset fast, or one of the networks vgg19, vgg16 and alexnet.")
            }
            return .fast
        }
    }

    /// Every option as the stylisation really used it.
    mutating func resolve(_ settings: StyleSettings, styles: StyleSheet) {
        preset = Wire.StylePreset(rawValue: settings.preset.rawValue)
        size = settings.size
        preserveColors = settings.preserveColors
        format = settings.format == .jpeg ? .jpeg : .png
        quality = settings.quality
        switch styles {
        case .numbered: network = .multistyle26
        case .pictures where settings.preset == .fast: network = .arbitrary
        case .pictures:
            network = StyleNetworkName(rawValue: settings.network.rawValue)
            iterations = settings.iterations
            contentWeight = settings.contentWeight
            styleWeight = settings.styleWeight
            tvWeight = settings.tvWeight
            contentLayers = settings.contentLayers.byLayer
            styleLayers = settings.styleLayers.byLayer
            optimizer = StyleOptimizerName(rawValue: settings.optimizer.rawValue)
            learningRate = settings.learningRate
            start = Wire.StyleStart(rawValue: settings.start.rawValue)
            seed = settings.seed
            lossInterval = settings.lossInterval
        }
    }
}

extension LayerWeights {
    /// In the order of the layers' names, so that the same options always give the same sums.
    init(_ weights: [String: Double]) {
        self.init(weights.sorted { $0.key < $1.key }.map { Entry($0.key, $0.value) })
    }

    fileprivate var byLayer: [String: Double] {
        Dictionary(entries.map { ($0.layer, $0.weight) }, uniquingKeysWith: +)
    }
}

extension StyledFormat {
    init(_ format: Wire.PictureFormat) {
        switch format {
        case .jpeg: self = .jpeg
        case .png: self = .png
        }
    }
}

extension Wire.StyleLosses {
    /// Each part with its weight applied, so that the three add up to the total.
    init(_ point: StyleLossPoint, _ settings: StyleSettings) {
        self.init(
            iteration: point.iteration, total: point.losses.total,
            content: settings.contentWeight * point.losses.content,
            style: settings.styleWeight * point.losses.style, tv: settings.tvWeight * point.losses.totalVariation)
    }
}
