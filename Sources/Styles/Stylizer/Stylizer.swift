import Foundation
import ModelFiles
import Nets
import Pictures

import struct Wire.JobOptions
import enum Wire.StyleNetworkKind

/// Repaints pictures. Networks stay loaded between calls; everything sized by a picture is freed when a call returns.
///
/// Not `Sendable`: one stylizer works on one picture at a time.
package final class Stylizer {
    private let store: ModelStore
    let threads: ThreadPool
    private var networks: [StyleNetworkKind: StyleNetwork] = [:]
    private var multiStyle: MultiStyleNetwork?
    private var arbitraryStyle: ArbitraryStyleNetwork?

    package init(store: ModelStore, threads: ThreadPool) {
        self.store = store
        self.threads = threads
    }

    /// Repaints `content` after a style.
    ///
    /// The result has the content's aspect, and `size` as its long side unless the content is smaller (then its own,
    /// if `upscale` is off). Where it is transparent the networks see the colours of its surroundings; its alpha is put
    /// back, and in a format that holds none its ground is white.
    ///
    /// - Parameters:
    ///   - isFrame: whether it is one of a film, whose frames keep the light that they have among one another.
    ///   - room: the memory that an optimisation is to do with.
    ///   - checkpoints: where to go on, and where the state goes; without use in one-pass modes.
    ///   - isPreviewDue: asked after each iteration: whether progress is to show the picture as it stands.
    ///   - progress: called on this thread, at each stage and iteration.
    ///   - isCancelled: asked before each stage and iteration.
    /// - Throws: `StyleError`; what `ModelStore` throws for a missing or damaged model; what `checkpoints.keep` throws.
    package func stylize(
        _ content: Picture, after source: StyleSource, options: JobOptions = JobOptions(),
        isFrame: Bool = false, room: StyleRoom = .unlimited, checkpoints: StyleCheckpoints? = nil,
        isPreviewDue: @escaping () -> Bool = { false },
        progress: @escaping (StyleProgress) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
    ) throws -> StylizedPicture {
        let settings = try StyleSettings(resolving: source.completing(options))
        try source.checkLayers(settings)
        if isCancelled() { throw StyleError.cancelled }
        progress(StyleProgress(fraction: 0, stage: .measuring))
        let original = content.resized(to: settings.outputSize(for: content.size))
        let opaque = original.continuedColours()
        let painting = Painting(
            original: original, opaque: isFrame ? opaque : opaque.lit(for: source, settings), masks: source.masks,
            settings: settings,
            threads: threads, progress: progress, isCancelled: isCancelled)
        return switch source {
        case .numbered(let styles): try repaint(painting, numbered: styles)
        case .learned(let style): try repaint(painting) { try pass(of: style, for: $0) }
        case .imported(let style): try repaint(painting) { try pass(of: style, for: $0) }
        case .pictures(let styles) where settings.preset == .fast: try repaint(painting, onePass: styles)
        case .pictures(let styles):
            try optimise(painting, styles: styles, room: room, checkpoints: checkpoints, isPreviewDue)
        }
    }

    // MARK: Networks, each loaded when it is first needed

    func numberedNetwork() throws -> MultiStyleNetwork {
        let network = try multiStyle ?? MultiStyleNetwork(store: store, threads: threads)
        multiStyle = network
        return network
    }

    func passNetwork() throws -> ArbitraryStyleNetwork {
        let network = try arbitraryStyle ?? ArbitraryStyleNetwork(store: store, threads: threads)
        arbitraryStyle = network
        return network
    }

    func pass(of style: LearnedStyle, for size: PixelSize) throws -> (pass: TransformerPass, facts: ModelCard) {
        let model = try store.graph(StyleTransformer.model)
        return (try style.transformer(of: model).pass(for: size, threads: threads), model.facts)
    }

    func pass(of style: ImportedStyle, for size: PixelSize) throws -> (pass: TransformerPass, facts: ModelCard) {
        (try style.pass(for: size, threads: threads), style.facts)
    }

    func featureNetwork(_ settings: StyleSettings) throws -> StyleNetwork {
        guard let kind = settings.network.kind else {
            preconditionFailure("\(settings.network.rawValue) was resolved for the preset \(settings.preset)")
        }
        return try featureNetwork(kind)
    }

    private func featureNetwork(_ kind: StyleNetworkKind) throws -> StyleNetwork {
        let network = try networks[kind] ?? StyleNetwork(kind, store: store, threads: threads)
        networks[kind] = network
        return network
    }

    // MARK: Ways

    private func repaint(_ painting: Painting, numbered: [StyleRecipe.NumberedStyle]) throws -> StylizedPicture {
        var timings = StyleTimings()
        let network = try timings.measure(\.loading) { try numberedNetwork() }
        let repainted = try timings.measure(\.painting) { try network.repaint(painting.opaque, styles: numbered) }
        return painting.finish(mixing: repainted, networks: [network.facts], timings: timings)
    }

    private func repaint(
        _ painting: Painting, by load: (PixelSize) throws -> (pass: TransformerPass, facts: ModelCard)
    ) throws -> StylizedPicture {
        var timings = StyleTimings()
        let (pass, facts) = try timings.measure(\.loading) { try load(painting.opaque.size) }
        let repainted = try timings.measure(\.painting) { try pass.repaint(painting.opaque) }
        return painting.finish(mixing: repainted, networks: [facts], timings: timings)
    }

    private func repaint(_ painting: Painting, onePass styles: [StylePicture]) throws -> StylizedPicture {
        var timings = StyleTimings()
        let (parted, looked) = try parted(painting.prepared(styles), painting, &timings)
        let (repainted, networks) = try pass(painting, over: painting.opaque, parted, &timings)
        return painting.finish(
            repainted, networks: networks + looked, timings: timings, regions: regions(of: parted, painting))
    }

    /// What the arbitrary-style network makes of a content.
    private func pass(
        _ painting: Painting, over content: Picture, _ styles: [StylePicture], _ timings: inout StyleTimings
    ) throws -> (picture: Picture, models: [ModelCard]) {
        let network = try timings.measure(\.loading) { try passNetwork() }
        let repainted = try timings.measure(\.painting) {
            let regions = StyleRegion.regions(of: styles.map(\.cropped))
            let painted = try regions.map { region in
                if painting.isCancelled() { throw StyleError.cancelled }
                // At most what the network has of a style.
                let strength = min(1, painting.settings.strength * region.factor)
                let picture = try network.repaint(content, styles: region.styles, strength: strength)
                return (picture: picture, mask: region.mask(at: picture.size))
            }
            return content.covered(by: painted)
        }
        return (repainted, network.facts)
    }

    /// What an optimisation starts from: one pass, of a content no larger than need be; the content where a pass makes nothing
    /// of it.
    private func start(
        _ painting: Painting, _ styles: [StylePicture], _ timings: inout StyleTimings
    ) throws -> (picture: Picture, models: [ModelCard]) {
        let content = painting.opaque.resized(to: ArbitraryStyleNetwork.startSize(for: painting.opaque.size))
        do {
            return try pass(painting, over: content, styles, &timings)
        } catch StyleError.ruined {
            return (content, [])
        }
    }

    /// The styles as they apply to what is like them, if `clusters` asks for it, and the network that found that.
    private func parted(
        _ styles: [StylePicture], _ painting: Painting, _ timings: inout StyleTimings
    ) throws -> (styles: [StylePicture], models: [ModelCard]) {
        guard let clusters = painting.settings.clusters else { return (styles, []) }
        let network = try timings.measure(\.loading) { try featureNetwork(painting.settings.network.kind ?? .vgg19) }
        return try timings.measure(\.measuring) {
            let found = try FeatureClusters(
                of: [painting.opaque] + styles.map(\.picture), network, painting.settings
            ).segmentations(clusters: clusters, seed: painting.settings.seed, isCancelled: painting.isCancelled)
            return (found[0].styles(Array(zip(styles, found.dropFirst()))), [network.facts])
        }
    }

    /// How many there are, where they were looked for or masks make more than one.
    private func regions(of styles: [StylePicture], _ painting: Painting) -> Int? {
        let count = StyleRegion.regions(of: styles).count
        return count > 1 || painting.settings.clusters != nil ? count : nil
    }

    private func optimise(
        _ painting: Painting, styles: [StylePicture], room: StyleRoom, checkpoints: StyleCheckpoints?,
        _ isPreviewDue: @escaping () -> Bool
    ) throws -> StylizedPicture {
        var loaded = StyleTimings()
        let network = try loaded.measure(\.loading) { try featureNetwork(painting.settings) }
        let (prepared, _) = try parted(painting.prepared(styles), painting, &loaded)
        let first = painting.settings.start == .pass ? try start(painting, prepared, &loaded) : nil
        var optimisation = try StyleOptimisation(
            network: network, settings: painting.settings, content: painting.opaque, styles: prepared, room: room,
            first: first, isPreviewDue: isPreviewDue)
        let pixels = try optimisation.run(
            checkpoints: checkpoints, progress: painting.show, isCancelled: painting.isCancelled)
        var record = optimisation.record
        record.timings.loading += loaded.loading
        record.timings.measuring += loaded.measuring
        record.timings.painting += loaded.painting
        return painting.finish(
            pixels.picture, networks: optimisation.models, timings: record.timings,
            record: record, settings: optimisation.method, beginning: optimisation.beginning,
            isInParts: optimisation.isInParts, regions: regions(of: prepared, painting))
    }
}

extension StyleSource {
    /// Checks weights, and sets the only preset that all but pictures know.
    func completing(_ options: JobOptions) throws(StyleError) -> JobOptions {
        switch self {
        case .numbered(let styles):
            _ = try MultiStyleNetwork.shares(styles)
            return try Self.onePass(options)
        case .learned, .imported: return try Self.onePass(options)
        case .pictures(let styles):
            guard !styles.isEmpty, styles.allSatisfy({ $0.weight > 0 && $0.weight.isFinite }) else {
                throw .optionInvalid(
                    key: "weight", value: "\(styles.map(\.weight))", allowed: "above 0 for one style or more")
            }
            return options
        }
    }
}

extension StyleSource {
    private static func onePass(_ options: JobOptions) throws(StyleError) -> JobOptions {
        try options.checkOnePass()
        var options = options
        options.preset = .fast
        return options
    }
}

extension StyleTimings {
    /// Adds the seconds that `body` takes to one stage.
    mutating func measure<Result>(
        _ stage: WritableKeyPath<StyleTimings, Double>, _ body: () throws -> Result
    ) rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        defer { self[keyPath: stage] += (clock.now - start) / .seconds(1) }
        return try body()
    }
}
