import Pictures
import Wire

/// Options as resolved: what a stylisation really does, as its report shows it.
package typealias StyleSettings = ResolvedOptions

extension JobOptions {
    /// The options of a painting: a job's, over those of its style, over what the settings say.
    ///
    /// A network of one pass brings the preset `fast` along; that the settings name one does not.
    /// - Throws: `StyleError.networkUnfit`, `.numberedNeedsOnePass`.
    package static func painting(
        job: JobOptions, recipe: JobOptions, settings: JobOptions, after source: StyleSource.Kind
    ) throws(StyleError) -> JobOptions {
        try source.check(job.network)
        if let network = recipe.network, network.kind == nil { try source.check(network) }
        var (job, recipe, settings) = (job, recipe, settings.filter { $0.kinds.contains(.stylize) })
        try job.implyPreset()
        try recipe.implyPreset()
        if source != .pictures { settings.preset = .fast }
        if settings.network?.kind == nil { settings.network = nil }
        var merged = job.over(recipe).over(settings)
        if source != .pictures { try merged.checkOnePass() }
        if merged.preset == .fast { merged.network = source.onePass }
        return merged
    }

    /// What only one pass paints has no preset but that.
    ///
    /// - Throws: `StyleError.numberedNeedsOnePass`.
    func checkOnePass() throws(StyleError) {
        if let preset = self.preset, preset != .fast { throw .numberedNeedsOnePass(preset: preset.rawValue) }
    }

    private mutating func implyPreset() throws(StyleError) {
        guard let network = self.network, network.kind == nil else { return }
        if let preset = self.preset, preset != .fast {
            throw .networkUnfit(network, why: "paints in one pass, so the preset cannot be \(preset.rawValue)")
        }
        self.preset = .fast
    }
}

extension StyleSource {
    package enum Kind: Sendable {
        case pictures, numbered, learned, imported
    }
}

extension StyleSource.Kind {
    /// The network that paints it in a single pass.
    fileprivate var onePass: StyleNetworkName {
        switch self {
        case .pictures, .learned: .arbitrary
        case .numbered: .multistyle26
        case .imported: .imported
        }
    }

    /// A network that cannot take this source is refused rather than replaced.
    fileprivate func check(_ network: StyleNetworkName?) throws(StyleError) {
        switch (self, network) {
        case (.pictures, .imported?), (.numbered, .imported?), (.learned, .imported?):
            throw .networkUnfit(.imported, why: "is the one that a style was imported with; no other style has one")
        case (.imported, let network?) where network != .imported:
            throw .networkUnfit(network, why: "does not know imported styles; each is a network of its own")
        case (.pictures, .multistyle26?):
            throw .networkUnfit(.multistyle26, why: "knows the built-in styles only, not pictures")
        case (.numbered, .features?), (.numbered, .arbitrary?):
            throw .networkUnfit(network!, why: "knows pictures only; built-in styles are known to multistyle26 alone")
        case (.learned, .features?), (.learned, .multistyle26?):
            throw .networkUnfit(network!, why: "does not know learned styles; they are painted by arbitrary alone")
        case (.pictures, _), (.numbered, _), (.learned, _), (.imported, _): break
        }
    }
}

extension StyleSettings {
    /// Checks the options and fills what they leave open from the preset (`standard` when none is asked for).
    ///
    /// - Throws: `StyleError.optionsInvalid`, `.optionInvalid`, `.layerUnknown`, `.networkUnfit`.
    package init(resolving options: JobOptions) throws(StyleError) {
        let mistakes = options.mistakes(for: .stylize)
        if !mistakes.isEmpty { throw .optionsInvalid(mistakes) }
        let settings = options.resolved(for: .stylize)
        self = settings
        guard settings.contentWeight > 0 || settings.styleWeight > 0 else {
            throw .optionInvalid(key: "styleWeight", value: "0", allowed: "above 0 when contentWeight is 0")
        }
        guard settings.preset != .fast else { return }
        if let loss = settings.styleLoss.sampled { try settings.checkSampling(loss) }
        guard let network = settings.network.kind else {
            let why = "paints in one pass, so the preset cannot be \(settings.preset.rawValue)"
            throw .networkUnfit(settings.network, why: why)
        }
        let histogram = settings.histogramWeight > 0 ? settings.histogramLayers.layers : []
        let layers = settings.contentLayers.layers + (settings.styleLayers?.layers ?? []) + histogram
        try network.check(knows: layers)
    }

    /// Whether what styles have of layers of their own leaves each layer that is compared something to be compared with.
    ///
    /// - Parameter regions: those of the styles of each; `nil` of a style that counts in all of them.
    /// - Throws: `StyleError.layerUnknown`, `.layerUncompared`, `.layerWithoutStyle`; `.optionInvalid` where nothing looks at layers, or at
    ///   all of them at once.
    package func check(layers regions: [[LayerWeights?]]) throws(StyleError) {
        let given = regions.joined().compactMap(\.self)
        guard let first = given.first else { return }
        guard let network = self.preset == .fast ? nil : self.network.kind else {
            throw .optionInvalid(
                key: "layers", value: first.text, allowed: "left out of styles in one pass, which compares no layers")
        }
        let named = given.flatMap(\.layers)
        try network.check(knows: named)
        if self.styleWeight > 0, let loss = self.styleLoss.sampled {
            throw .optionInvalid(
                key: "styleLoss", value: loss.rawValue,
                allowed: "another loss where styles have layers of their own: this one sees all layers at once")
        }
        var sources: [(option: String, layers: [String])] = []
        if self.styleWeight > 0 { sources.append(("styleLayers", comparedLayers(sampled: false))) }
        if self.histogramWeight > 0 { sources.append(("histogramLayers", self.histogramLayers.shares.map(\.layer))) }
        guard let nearest = sources.first else {
            throw .optionInvalid(
                key: "layers", value: first.text, allowed: "left out with styleWeight 0, where no layers are compared")
        }
        let compared = sources.flatMap(\.layers)
        for layer in named where !compared.contains(layer) {
            throw .layerUncompared(layer: layer, compared: Set(compared).sorted(), option: nearest.option)
        }
        for region in regions {
            for layer in compared where region.allSatisfy({ $0.map { $0.weight(of: layer) == 0 } ?? false }) {
                throw .layerWithoutStyle(
                    layer: layer, options: sources.filter { $0.layers.contains(layer) }.map(\.option))
            }
        }
    }

    /// Places that are drawn anew at each iteration make J another function each time, and are too few for more pixels.
    private func checkSampling(_ loss: StyleLoss) throws(StyleError) {
        let loss = "with styleLoss \(loss.rawValue)"
        guard self.size <= StyleLoss.longestSampled else {
            throw .optionInvalid(
                key: "size", value: String(self.size),
                allowed: "\(StyleLoss.longestSampled) or less \(loss), which looks at no more places than that takes")
        }
        guard self.optimizer == .adam else {
            throw .optionInvalid(
                key: "optimizer", value: self.optimizer.rawValue,
                allowed: "adam \(loss), whose places are drawn anew at each iteration")
        }
    }

    /// Long side of the style pictures, where they are not smaller, for a painting of a long side.
    func styleLongSide(at longSide: Int) -> Int {
        self.styleSize ?? max(1, Int((Double(longSide) * self.styleScale).rounded()))
    }

    /// The same of the painting at its final size; one pass has its own of the style pictures.
    package var styleLongSide: Int { self.preset == .fast ? self.size : styleLongSide(at: self.size) }

    /// The weight of the style over the content's when nobody says, for the same preset and style loss.
    var usualBalance: Double {
        let (preset, loss) = (self.preset, self.styleLoss)
        let usual = JobOptions {
            $0.preset = preset
            $0.styleLoss = loss
        }.resolved(for: .stylize)
        return usual.styleWeight / usual.contentWeight
    }

    /// What moves the pixels: in parts Adam, which holds the least, whatever is asked for.
    package func optimizerAtWork(inParts: Bool) -> StyleOptimizer { inParts ? .adam : self.optimizer }

    /// What may save a painting after what has been tried; nil where there is nothing left.
    ///
    /// - Parameter isInParts: whether it is at every size, and Adam is at work already.
    func remedy(
        for fault: PaintingFault, after tried: [StyleCheckpoint.Remedy], isInParts: Bool
    ) -> StyleCheckpoint.Remedy? {
        switch fault {
        case .contentLost: break
        // The weight as it is, from the content, leaves a page of text as illegible.
        case .sectionLost: return .content(gain: Self.contentGains[0])
        case .notFinite, .blank, .worse, .noise:
            return optimizerAtWork(inParts: isInParts) == .adam || tried.contains(.adam) ? nil : .adam
        }
        // A start from the content is another first painting.
        let gains = ((self.start == .pass ? [1] : []) + Self.contentGains).dropFirst(tried.count { $0 != .adam })
        return gains.first.map { .content(gain: $0) }
    }

    /// How much more the content weighs in each painting after one that lost it.
    private static let contentGains = [5.0, 10, 20]

    /// The same from the content, and with more weight for it, or by Adam at its usual rate.
    func remedied(by remedy: StyleCheckpoint.Remedy) -> Self {
        var settings = self
        switch remedy {
        case .content(let gain):
            settings.contentWeight *= gain
            if settings.start == .pass { settings.start = .content }
        case .adam:
            settings.optimizer = .adam
            settings.learningRate = Self.learningRate(of: .adam)
        }
        return settings
    }

    /// Whether a painting of a size can be made.
    ///
    /// - Throws: `StyleError.pictureTooSmall`.
    package func check(_ size: PixelSize) throws(StyleError) {
        let kind = self.preset == .fast ? nil : self.network.kind
        try size.check(holds: kind?.smallestSide ?? TransformerArchitecture.smallestSide)
    }

    /// The short side below which a network sees nothing of a style picture. One pass enlarges it to the size that it looks at, but makes
    /// no more of it.
    package var smallestStyle: Int { (self.network.kind ?? .vgg19).smallestSide }

    /// What an optimiser goes by unless it is told otherwise.
    static func learningRate(of optimizer: StyleOptimizer) -> Double {
        JobOptions { $0.optimizer = optimizer }.resolved(for: .stylize).learningRate
    }
}

extension StyleNetworkKind {
    /// - Throws: `StyleError.layerUnknown`.
    fileprivate func check(knows layers: [String]) throws(StyleError) {
        guard let layer = layers.first(where: { !self.layers.contains($0) }) else { return }
        throw .layerUnknown(layer: layer, network: rawValue, nearest: NearestName.of(layer, among: self.layers))
    }
}
