import ModelFiles
import Nets

import enum Wire.MattingNorm
import enum Wire.StyleLoss

/// J(G) and its gradient with respect to the pixels of G, at one size.
///
///     J(G)      = α·J_content + β·J_style + γ·J_tv + λ·J_matting + δ·J_lines + η·J_histogram
///     J_content = Σ_l u_l · s²/2 · mean((a_l(C) − a_l(G))²)
///     J_style   = Σ_r λ_r · Σ_l ρ_{r,l} · w_l · StyleTerm_{l,r}
///
/// over the regions r of the picture that have styles of their own (one, the whole, with ρ = 1, where no style has a mask; ρ
/// is the region's share of the picture, times the weight of its styles), with Σu = Σw = 1, λ = 1, s the network's
/// `featureScale`, and the distance of the layers' statistics that `styleLoss` names: see
/// ``StyleTerm``. Of several it is the sum of what each has, with its own λ and layers, times its share and the weight that it usually has. With Gram matrices this is Gatys, Ecker and Bethge 2016, equations 1 to 7, with every sum over positions
/// and channels made a mean: no statistic then grows with the picture, so the same weights mean the same at every size, and
/// the style picture may have another size than the content.
///
/// With `wasserstein` λ is the strength of the content's features over that of the region's styles',
/// `Σ u_l · mean a_l(C)² / Σ w_l · mean a_l(S)²`: glaring stripes have six times the features of a painting, a scene in fog a
/// fifth of a bright one's, and neither is to decide whether style or content wins.
///
/// With `strotss` it is Σ_r λ_r · ρ_r · ``HypercolumnTerm``, of places that are drawn (``draw(_:)``), and λ the strength of the content's
/// features.
///
/// J_histogram is Σ_r λ_r · Σ_l ρ_{r,l} · v_l · ``HistogramTerm``, with Σv = 1, and λ that of `wasserstein` beside it, else 1. J_lines holds G to the content's lines: see ``LineTerm``. J_matting holds G to what is, in each small window, an affine function of the content's colours: see ``MattingLaplacian``.
///
/// A picture too large for the network's features to be held at once goes through it in parts, twice: once for the statistics,
/// which are sums over all of them, and once for the gradient. Value and gradient are those of the whole.
///
/// The memory for features and gradients is planned at `init`. Of what grows with the picture `evaluate` allocates the planes of
/// J_lines, a sixteenth of the pixels each, and for J_matting a number for every sixteen rows.
package final class StyleObjective {
    /// Of G: `[1, H, W, 3]`.
    package let shape: Shape
    /// Memory that the features and their gradients take.
    package var bytes: Int { plan.executor.bytes }

    /// What the strength of a content counts as at least: a blank one has 5,000 of it, photographs 400,000 to a million.
    private static let faintest = 50_000.0

    /// A part of the picture, and what its features are to be like.
    struct Region {
        /// Of the picture's size; nil for the whole.
        var mask: RegionMask?
        /// How strongly its styles count.
        var factor = 1.0
        /// Of its styles, blended.
        let targets: StyleTargets
    }

    private struct PlacedTerm {
        var term: StyleTerm
        /// Among the losses.
        let loss: Int
        let region: Int
        /// Its layer's, and the region's with its factor.
        let weight: (layer: Double, region: Double)
    }

    private let plan: StyleNetwork.Plan
    /// Which part's features the executor holds: they are gone after a backward pass.
    private var held: Int?
    private var contentTerms: [ContentTerm]
    /// Of J_style, each with its value's share; one, unless several are mixed.
    private let losses: [WeighedLoss]
    private var styleTerms: [PlacedTerm]
    private var columnTerms: [HypercolumnTerm]
    private var histogramTerms: [HistogramTerm]
    private let histogramWeight: Double
    /// Of all features that terms are of.
    private let featureSeeds: [Tensor]
    /// By region: the strength of its styles, where `wasserstein` sets it against the content's.
    private let strengths: [Double]?
    /// Of the layers and regions with style terms, where a picture has parts: what the terms compare, and where their
    /// derivatives go.
    private let gathered: [(measure: StyleNetwork.Plan.Measure, found: LayerStatistics, seed: LayerStatistics)]
    private let featureScale: Double
    private let variation: TotalVariation
    private let tvWeight: Double
    /// `nil` without weight.
    private var matting: MattingTerm?
    private let mattingNorm: MattingNorm
    private let mattingWeight: Double
    /// `nil` without weight.
    private var lines: LineTerm?
    private let lineWeight: Double
    private let threads: ThreadPool
    private let seed: UInt64
    private let contentWeight: Double
    private let styleWeight: Double

    private var parts: Int { plan.frame.count }

    /// - Parameters:
    ///   - content: `[1, H, W, 3]`, RGB in 0…255.
    ///   - regions: the whole picture, or where it has styles of their own.
    ///   - part: as in ``StyleNetwork/plan(for:layers:statistics:regions:settings:part:gradients:)``.
    ///   - gradients: none of an objective of style statistics alone that is only looked at (``look(at:)``).
    init(
        _ network: StyleNetwork, content picture: Tensor, regions: [Region], settings: StyleSettings, part: Int? = nil,
        gradients: Executor.Gradients = .inputs
    ) throws {
        let content = settings.contentWeight > 0 ? settings.contentLayers.shares : []
        let losses = settings.styleWeight > 0 ? settings.losses : []
        let histogram = settings.histogramWeight > 0 ? settings.histogramLayers.shares : []
        let columns = losses.isEmpty ? [] : settings.comparedLayers(sampled: true)
        precondition(histogram.isEmpty && columns.isEmpty || part == nil, "a whole picture's terms of one in parts")
        let features = ((content + histogram).map(\.layer) + columns).reduce(into: [String]()) { layers, layer in
            if !layers.contains(layer) { layers.append(layer) }
        }
        let isOnlyLooked = gradients == .none
        precondition(!isOnlyLooked || features.isEmpty, "features of \(features) without gradients")
        let plan = try network.plan(
            for: picture.shape, layers: features,
            statistics: losses.isEmpty ? [] : settings.comparedLayers(sampled: false),
            regions: regions.map(\.mask), settings: settings, part: part, gradients: gradients)
        self.plan = plan
        shape = picture.shape
        featureScale = network.kind.featureScale
        let square = featureScale * featureScale
        featureSeeds = features.map { plan.executor.seed($0) }
        contentTerms = content.map { entry in
            ContentTerm(
                layer: entry.layer, feature: plan.executor.output(entry.layer), seed: plan.executor.seed(entry.layer),
                weights: plan.weights[entry.layer], cells: plan.cells(of: entry.layer), norm: settings.contentNorm,
                share: entry.weight * square,
                contentWeight: settings.contentWeight)
        }
        self.losses = losses
        let gathered = plan.measures.map {
            (measure) -> (measure: StyleNetwork.Plan.Measure, found: LayerStatistics, seed: LayerStatistics) in
            let found = plan.statistics(of: measure)
            let seed = isOnlyLooked ? LayerStatistics(zerosLike: found) : plan.seeds(of: measure)
            guard plan.frame.count > 1 else { return (measure, found, seed) }
            return (measure, LayerStatistics(zerosLike: found), LayerStatistics(zerosLike: seed))
        }
        self.gathered = gathered
        strengths = losses.first { $0.loss == .wasserstein && !content.isEmpty }.map { own in
            regions.map { region in
                own.layers.reduce(0) { $0 + $1.weight * square * region.targets.statistics[$1.layer]!.meanSquare }
            }
        }
        styleTerms = losses.enumerated().filter { !$0.element.loss.isSampled }.flatMap { index, own in
            gathered.compactMap { measure, found, seed in
                guard let entry = own.layers.first(where: { $0.layer == measure.layer }) else { return nil }
                return PlacedTerm(
                    term: StyleTerm(
                        own.loss, target: regions[measure.region].targets.statistics[measure.layer]!, found: found,
                        seed: seed, styleWeight: settings.styleWeight, scale: network.kind.featureScale,
                        threads: network.threads),
                    loss: index, region: measure.region,
                    weight: (entry.weight, measure.share * regions[measure.region].factor))
            }
        }
        columnTerms = losses.enumerated().filter { $0.element.loss.isSampled }.flatMap { index, own in
            regions.enumerated().compactMap { place, region in
                let share = region.mask?.share ?? 1
                guard share >= StyleNetwork.Plan.leastShare else { return nil }
                return HypercolumnTerm(
                    loss: index, region: place,
                    network.hypercolumns(in: plan, of: picture.shape, layers: own.layers, isMoving: true),
                    of: picture.shape, in: region.mask, target: region.targets.columns!,
                    share: share * region.factor * own.weight, unit: own.unit, settings: settings,
                    threads: network.threads)
            }
        }
        seed = settings.seed
        histogramWeight = settings.histogramWeight
        histogramTerms = histogram.flatMap { entry in
            regions.enumerated().compactMap { index, region in
                guard let counted = plan.counted(entry.layer, in: region.mask) else { return nil }
                return HistogramTerm(
                    region: index, feature: plan.executor.output(entry.layer), seed: plan.executor.seed(entry.layer),
                    weights: counted.weights, target: region.targets.histograms[entry.layer]!,
                    share: entry.weight * counted.share * region.factor * square, weight: settings.histogramWeight,
                    threads: network.threads)
            }
        }
        variation = TotalVariation(of: settings.tvLoss)
        tvWeight = settings.tvWeight
        lineWeight = settings.lineWeight
        mattingNorm = settings.mattingNorm
        mattingWeight = settings.mattingWeight
        threads = network.threads
        contentWeight = settings.contentWeight
        styleWeight = settings.styleWeight
        draw(0)
        measure(content: picture)
    }

    /// Has a style loss of hypercolumns look at other places from now on, those of this number; J is another function then. The
    /// others are what they were.
    package func draw(_ number: Int) {
        var generator = SeededGenerator(seed: seed &+ UInt64(number) << 32)
        for index in columnTerms.indices { columnTerms[index].draw(&generator) }
    }

    /// Holds G to another content from now on: one of the same size, such as the next frame of a film. What was measured of the
    /// styles stays; their strength λ follows the content's.
    ///
    /// - Parameter picture: `[1, H, W, 3]`, RGB in 0…255.
    package func measure(content picture: Tensor) {
        precondition(picture.shape == shape, "a content \(picture.shape) for \(shape)")
        var strength = 0.0
        for index in contentTerms.indices { contentTerms[index].forget() }
        if !contentTerms.isEmpty {
            for part in 0..<parts {
                plan.enter(part, of: picture)
                plan.executor.forward()
                for index in contentTerms.indices { strength += contentTerms[index].measure() }
                held = part
            }
        }
        /// λ
        func balance(_ loss: StyleLoss, _ region: Int) -> Double {
            switch loss {
            case .wasserstein:
                strengths.map { max(strength, Self.faintest) / max($0[region], .leastNormalMagnitude) } ?? 1
            case .strotss: contentTerms.isEmpty ? 1 : max(strength, Self.faintest)
            case .gram, .gatys, .covariance, .w2: 1
            }
        }
        for index in styleTerms.indices {
            let placed = styleTerms[index]
            let own = losses[placed.loss]
            styleTerms[index].term.weigh(
                balance(own.loss, placed.region) * placed.weight.layer * placed.weight.region * own.weight)
        }
        for index in columnTerms.indices {
            let term = columnTerms[index]
            columnTerms[index].weigh(balance(losses[term.loss].loss, term.region))
        }
        // Squares of features, as Wasserstein's distance.
        for index in histogramTerms.indices {
            histogramTerms[index].weigh(balance(.wasserstein, histogramTerms[index].region))
        }
        if lineWeight > 0 { lines = LineTerm(of: picture, weight: lineWeight) }
        if mattingWeight > 0 {
            matting = MattingTerm(of: picture, norm: mattingNorm, weight: mattingWeight, threads: threads)
        }
    }

    /// The losses at G.
    ///
    /// - Parameters:
    ///   - pixels: G, RGB in 0…255, of `shape`.
    ///   - gradient: of `shape`; `dJ/dG` is written over it.
    package func evaluate(_ pixels: Tensor, gradient: Tensor) -> ObjectiveValue {
        measureStyle(of: pixels)
        var style = compareStyle()
        gradient.fill(0)
        var (content, histogram) = (0.0, 0.0)
        // The last one is still held.
        for part in (0..<parts).reversed() {
            enter(part, of: pixels)
            for seed in featureSeeds { seed.fill(0) }
            histogram += histogramTerms.reduce(0) { $0 + $1.evaluate() }
            for term in columnTerms { style[term.loss] += term.evaluate(pixels, addingTo: gradient) }
            content += contentTerms.reduce(0) { $0 + $1.evaluate(part: part) }
            if parts > 1 {
                for (measure, _, seed) in gathered {
                    let own = plan.seeds(of: measure)
                    own.fill(0)
                    own.add(seed, times: measure.share(in: part))
                }
            }
            plan.executor.backward()
            held = nil
            plan.leave(part, addingTo: gradient)
        }
        let variation = self.variation.evaluate(pixels, weight: tvWeight, addingTo: gradient)
        let matting = self.matting?.evaluate(pixels, addingTo: gradient)
        let lines = self.lines?.evaluate(pixels, addingTo: gradient)
        return value(
            content: content, style: style, variation: variation, matting: matting, lines: lines, histogram: histogram)
    }

    /// The losses at G without their gradient, and how much of the content the network finds in it.
    ///
    /// The likeness is the correlation, over positions, of the content layers' activations at G with the content's, each
    /// channel about its own mean: 1 for the content itself, about 0 for another picture; the mean of the layers. Cells at the
    /// picture's edge are left out: the zeros around it are the same in all pictures. It is `nil` where nothing is compared
    /// with the content, or where that has no forms to be found again. `least` is that of the section of the picture in which the
    /// least is found, of those in which the content has something to see; `nil` of a picture too small for two.
    package func look(at pixels: Tensor) -> (losses: ObjectiveValue, likeness: Double?, least: Double?) {
        var likenesses = contentTerms.map {
            FeatureLikeness(
                channels: $0.feature.shape.channels, scale: featureScale,
                sections: plan.frame.sections(of: $0.layer, in: 0).count)
        }
        var content = 0.0
        measureStyle(of: pixels) { part in
            for (index, term) in contentTerms.enumerated() {
                content += term.compare(
                    part: part, section: plan.frame.sections(of: term.layer, in: part).section,
                    addingTo: &likenesses[index])
            }
        }
        var style = compareStyle()
        for term in columnTerms { style[term.loss] += term.evaluate(pixels, addingTo: nil) }
        let histogram = histogramTerms.reduce(0) { $0 + $1.evaluate() }
        let variation = self.variation.evaluate(pixels, weight: 0, addingTo: nil)
        let found = likenesses.compactMap(\.value)
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        return (
            value(
                content: content, style: style, variation: variation,
                matting: matting?.evaluate(pixels, addingTo: nil), lines: lines?.evaluate(pixels, addingTo: nil),
                histogram: histogram),
            mean(found.map(\.whole)), mean(found.compactMap(\.least))
        )
    }

    /// The values of the losses of statistics, among the others' places; their derivatives by the statistics are in the seeds.
    private func compareStyle() -> [Double] {
        for (_, _, seed) in gathered { seed.fill(0) }
        var values = [Double](repeating: 0, count: losses.count)
        for placed in styleTerms { values[placed.loss] += placed.term.evaluate() }
        return values
    }

    private func value(
        content: Double, style values: [Double], variation: Double, matting: Double?, lines: Double?, histogram: Double
    ) -> ObjectiveValue {
        let style = values.reduce(0, +)
        return ObjectiveValue(
            total: contentWeight * content + styleWeight * style + tvWeight * variation
                + mattingWeight * (matting ?? 0) + lineWeight * (lines ?? 0) + histogramWeight * histogram,
            content: content, style: style, totalVariation: variation, matting: matting, lines: lines,
            histogram: histogramWeight > 0 ? histogram : nil,
            styleLosses: losses.count < 2
                ? nil : Dictionary(uniqueKeysWithValues: zip(losses.map(\.loss), values)))
    }

    /// Has every part's features at hand once, and leaves the statistics of them all for the terms.
    private func measureStyle(of pixels: Tensor, _ visit: (_ part: Int) -> Void = { _ in }) {
        if parts > 1 { for statistic in gathered { statistic.found.fill(0) } }
        for part in 0..<parts {
            enter(part, of: pixels)
            if parts > 1 {
                for (measure, found, _) in gathered {
                    found.add(plan.statistics(of: measure), times: measure.share(in: part))
                }
            }
            visit(part)
        }
    }

    /// Has a part's features at hand. An optimisation that starts from the content begins where the content was measured.
    private func enter(_ part: Int, of pixels: Tensor) {
        let isNew = plan.enter(part, of: pixels)
        if isNew || held != part { plan.executor.forward() }
        held = part
    }
}

extension ObjectiveValue {
    /// Each part with its weight, so that they add up to the total.
    package func weighted(_ settings: StyleSettings) -> ObjectiveValue {
        ObjectiveValue(
            total: total, content: settings.contentWeight * content, style: settings.styleWeight * style,
            totalVariation: settings.tvWeight * totalVariation,
            matting: matting.map { settings.mattingWeight * $0 }, lines: lines.map { settings.lineWeight * $0 },
            histogram: histogram.map { settings.histogramWeight * $0 },
            styleLosses: styleLosses?.mapValues { settings.styleWeight * $0 }, temporal: temporal)
    }
}
