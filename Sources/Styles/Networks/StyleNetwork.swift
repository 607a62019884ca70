import ModelFiles
import Nets

import typealias Wire.LayerWeights
import enum Wire.StyleNetworkKind
import enum Wire.StylePooling
import enum Wire.StylePreset

/// A pre-trained classifier read as a measure of content and style.
///
/// Holds the weights once; the executors that are planned over them for a picture's size come and go.
package final class StyleNetwork {
    package let kind: StyleNetworkKind
    let threads: ThreadPool
    private let features: FeatureNetwork

    /// - Throws: what `ModelStore` throws when the model is missing or damaged.
    package init(_ kind: StyleNetworkKind, store: ModelStore, threads: ThreadPool) throws {
        self.kind = kind
        self.threads = threads
        features = try store.features(kind.model)
    }

    package var facts: ModelCard { features.facts }

    /// A network that is planned for pictures of one size, which go through it whole or part after part.
    struct Plan {
        let executor: Executor
        let frame: NetworkFrame
        private let input: Tensor
        private let inputGradient: Tensor?
        /// What each cell of a layer counts in the part that the executor looks at; none where all count the same.
        let weights: [String: Tensor]
        /// How much the cells of a layer count together.
        private let sums: [String: Sum]
        private let trims: [Int: FeatureNetwork.Trim]
        /// What the graph gives of the layers and regions, layer after layer. A region that has next to no cells of a layer
        /// is left out.
        let measures: [Measure]

        /// Of weights, over all parts and over each.
        fileprivate struct Sum {
            let all: Double
            let parts: [Double]

            init(
                _ frame: NetworkFrame, of layer: String, mask: RegionMask?, around reach: Int? = nil, in tensor: Tensor
            ) {
                parts = (0..<frame.count).map { part in
                    frame.writeWeights(of: layer, in: part, mask: mask, around: reach, to: tensor)
                    return tensor.buffer.reduce(0.0) { $0 + Double($1) }
                }
                all = parts.reduce(0, +)
            }
        }

        /// The statistics of one layer in one region.
        struct Measure {
            fileprivate let statistic: FeatureNetwork.Statistic
            fileprivate let mask: RegionMask?
            /// How many pixels around a cell have to be the region's, too; nil where hardly a cell would be left.
            fileprivate let reach: Int?
            fileprivate let sum: Sum
            /// The region's share of the picture.
            let share: Double

            var layer: String { statistic.layer }
            var region: Int { statistic.region }

            /// The share of the region's cells that a part has.
            func share(in part: Int) -> Float { Float(sum.parts[part] / sum.all) }
        }

        /// Share of a layer's cells below which a region has nothing to be measured there.
        static let leastShare = 1e-4
        /// Cells at a region's edge see what lies beyond it. They are left out where so many others are there, and so large a share of
        /// the region; never where losses are another program's, which counts them.
        private static let leastInner = (cells: 64.0, share: 0.25)
        private let countsEdges: Bool
        /// Whether a loss compares means beside Gram matrices.
        private let comparesMeans: Bool

        fileprivate init(
            _ features: FeatureNetwork, for shape: Shape, layers: [String], statistics: [String],
            regions: [RegionMask?], settings: StyleSettings, part: Int?, gradients: Executor.Gradients,
            threads: ThreadPool
        ) throws {
            let frame = NetworkFrame(
                around: shape, for: features.architecture, layers: layers + statistics, part: part)
            let countsEdges = StylePreset.ofPrograms.contains(settings.preset)
            var weights: [String: Tensor] = [:]
            var sums: [String: Sum] = [:]
            for layer in layers + statistics {
                let tensor = Tensor(frame.weightShape(of: layer))
                sums[layer] = Sum(frame, of: layer, mask: nil, in: tensor)
                if !frame.isPlain { weights[layer] = tensor }
            }
            var measures: [Measure] = []
            for layer in statistics {
                let whole = sums[layer]!
                for (region, mask) in regions.enumerated() {
                    guard let mask else {
                        let statistic = FeatureNetwork.Statistic(of: layer, region: region, weights: weights[layer])
                        measures.append(
                            Measure(statistic: statistic, mask: nil, reach: nil, sum: whole, share: 1))
                        continue
                    }
                    guard let counted = Self.counted(layer, in: mask, of: whole, frame, countsEdges: countsEdges) else {
                        continue
                    }
                    let statistic = FeatureNetwork.Statistic(of: layer, region: region, weights: counted.weights)
                    measures.append(
                        Measure(
                            statistic: statistic, mask: mask, reach: counted.reach, sum: counted.sum,
                            share: counted.share))
                }
            }
            let trims = frame.trims.mapValues { FeatureNetwork.Trim(to: $0) }
            let comparesMeans = settings.losses.contains { $0.loss.comparesMeans }
            let graph = try features.graph(
                layers: layers, statistics: measures.map(\.statistic), means: comparesMeans,
                pooling: Pool.Kind(settings.pooling), rim: .given, trims: trims)
            let name = graph.inputNames[0]
            executor = try Executor(graph, inputShapes: [name: frame.shape], gradients: gradients, threads: threads)
            input = executor.input(name)
            inputGradient = gradients == .none ? nil : executor.inputGradient(name)
            (self.frame, self.weights, self.sums, self.measures) = (frame, weights, sums, measures)
            self.trims = trims
            (self.countsEdges, self.comparesMeans) = (countsEdges, comparesMeans)
        }

        /// Looks at a part of a picture, `[1, H, W, 3]`, RGB in 0…255.
        ///
        /// - Returns: whether it is another than before.
        @discardableResult
        func enter(_ part: Int, of pixels: Tensor) -> Bool {
            // Those of a whole stand there since it was planned.
            if frame.count > 1 {
                for (pool, trim) in trims {
                    let (row, column) = frame.place(behind: pool, in: part)
                    (trim.place[0], trim.place[1]) = (Float(row), Float(column))
                }
                for (layer, tensor) in weights { frame.writeWeights(of: layer, in: part, to: tensor) }
                for measure in measures {
                    guard let mask = measure.mask, let tensor = measure.statistic.weights else { continue }
                    frame.writeWeights(of: measure.layer, in: part, mask: mask, around: measure.reach, to: tensor)
                }
            }
            return frame.write(pixels, part: part, to: input)
        }

        /// Adds `dJ/dRGB` of a part after a backward pass.
        func leave(_ part: Int, addingTo gradient: Tensor) {
            guard let inputGradient else { preconditionFailure("a plan without gradients") }
            frame.pullBack(inputGradient, part: part, addingTo: gradient)
        }

        /// How much all cells of a layer count together.
        func cells(of layer: String) -> Double { sums[layer]!.all }

        /// What the cells of a layer count in a region of a whole picture, all the same without weights, and its share of the
        /// picture; `nil` where they count next to nothing.
        func counted(_ layer: String, in mask: RegionMask?) -> (weights: Tensor?, share: Double)? {
            guard let mask else { return (weights[layer], 1) }
            return Self.counted(layer, in: mask, of: sums[layer]!, frame, countsEdges: countsEdges).map {
                ($0.weights, $0.share)
            }
        }

        /// What the cells of a layer count in a region, their sum, and the region's share of the picture; `nil` where the sum is next
        /// to nothing. Where enough of them are, those count that see nothing else (Gatys et al. 2017, section 4.1).
        private static func counted(
            _ layer: String, in mask: RegionMask, of whole: Sum, _ frame: NetworkFrame, countsEdges: Bool
        ) -> (weights: Tensor, reach: Int?, sum: Sum, share: Double)? {
            let weights = Tensor(frame.weightShape(of: layer))
            let sum = Sum(frame, of: layer, mask: mask, in: weights)
            guard sum.all >= leastShare * whole.all else { return nil }
            let share = mask.share
            if countsEdges { return (weights, nil, sum, share) }
            let (inner, reach) = (Tensor(weights.shape), frame.architecture.reach(of: layer))
            let innerSum = Sum(frame, of: layer, mask: mask, around: reach, in: inner)
            return innerSum.all < max(leastInner.cells, leastInner.share * sum.all)
                ? (weights, nil, sum, share) : (inner, reach, innerSum, share)
        }

        /// The graph's outputs for a layer and a region.
        func statistics(of measure: Measure) -> LayerStatistics {
            LayerStatistics(
                gram: executor.output(measure.statistic.gramName),
                mean: comparesMeans ? executor.output(measure.statistic.meanName) : nil)
        }

        /// Where the derivatives by ``statistics(of:)`` go.
        func seeds(of measure: Measure) -> LayerStatistics {
            LayerStatistics(
                gram: executor.seed(measure.statistic.gramName),
                mean: comparesMeans ? executor.seed(measure.statistic.meanName) : nil)
        }
    }

    /// An executor that computes `layers` and what the style loss compares of `statistics` of a `[1, H, W, 3]` picture, and
    /// nothing deeper.
    ///
    /// - Parameters:
    ///   - regions: of which statistics are taken; their masks are of the picture's size, nil is the whole picture.
    ///   - part: the side of the parts that the picture is looked at in; nil for the whole at once.
    func plan(
        for shape: Shape, layers: [String], statistics: [String], regions: [RegionMask?] = [nil],
        settings: StyleSettings, part: Int? = nil, gradients: Executor.Gradients
    ) throws -> Plan {
        try Plan(
            features, for: shape, layers: layers, statistics: statistics, regions: regions, settings: settings,
            part: part, gradients: gradients, threads: threads)
    }

    /// A plan that has looked at a whole picture, `[1, H, W, 3]`: the features of some layers are at hand.
    func look(at pixels: Tensor, layers: [String], settings: StyleSettings) throws -> Plan {
        let plan = try plan(for: pixels.shape, layers: layers, statistics: [], settings: settings, gradients: .none)
        plan.enter(0, of: pixels)
        plan.executor.forward()
        return plan
    }

    /// One of several styles.
    struct Style {
        /// `[1, H, W, 3]`, RGB in 0…255.
        let pixels: Tensor
        /// Among the others'.
        let share: Double
        /// What of it is measured, of its size; all of it without one, and where next to nothing is white.
        var mask: RegionMask?
        /// What its share is multiplied by in each layer, nothing in those that are not named; all alike without.
        var layers: LayerWeights?
    }

    /// What each style has of a layer, together 1.
    ///
    /// - Precondition: one has a weight there, as ``StyleSettings/check(layers:)`` makes sure.
    static func shares(of styles: [Style], in layer: String) -> [Double] {
        guard styles.contains(where: { $0.layers != nil }) else { return styles.map(\.share) }
        let own = styles.map { $0.layers?.weight(of: layer) ?? 1 }
        let weights = zip(styles, own).map { $0.share * $1 }
        let (sum, total) = (own.reduce(0, +), weights.reduce(0, +))
        precondition(sum > 0, "no style has a weight in \(layer)")
        // What is next to nothing times next to nothing counts by its layer's weight.
        return total > 0 ? weights.map { $0 / total } : own.map { $0 / sum }
    }

    /// What the terms compare of the styles, blended by their shares.
    ///
    /// - Parameters: as of ``statistics(of:settings:part:)``.
    func targets(of styles: [Style], settings: StyleSettings, part: Int? = nil) throws -> StyleTargets {
        StyleTargets(
            statistics: try statistics(of: styles, settings: settings, part: part),
            histograms: try histograms(of: styles, settings: settings),
            columns: try columns(of: styles, settings: settings))
    }

    /// By the layers of the histogram loss; none where that has no weight.
    private func histograms(of styles: [Style], settings: StyleSettings) throws -> [String: ChannelQuantiles] {
        guard settings.histogramWeight > 0 else { return [:] }
        let layers = settings.histogramLayers.shares.map(\.layer)
        var found: [String: [(quantiles: ChannelQuantiles, share: Double)]] = [:]
        for (index, style) in styles.enumerated() {
            let plan = try look(at: style.pixels, layers: layers, settings: settings)
            for layer in layers {
                let share = Self.shares(of: styles, in: layer)[index]
                guard share > 0 else { continue }
                let weights = plan.counted(layer, in: style.mask)?.weights ?? plan.weights[layer]
                let part = ChannelQuantiles.Part(
                    feature: plan.executor.output(layer), weights: weights, share: share)
                found[layer, default: []].append((ChannelQuantiles(of: [part], threads: threads), share))
            }
        }
        return found.mapValues { ChannelQuantiles(mixing: $0, threads: threads) }
    }

    /// Hypercolumns of a style loss that compares them, of each style as many as its share asks for.
    private func columns(of styles: [Style], settings: StyleSettings) throws -> Tensor? {
        guard settings.styleWeight > 0, let loss = settings.losses.first(where: \.loss.isSampled) else { return nil }
        let counts = styles.map { max(1, Int(($0.share * Double(Hypercolumns.most)).rounded())) }
        var generator = SeededGenerator(seed: settings.seed)
        var all: Tensor?
        var row = 0
        for (style, count) in zip(styles, counts) {
            let shape = style.pixels.shape
            let plan = try look(at: style.pixels, layers: loss.layers.map(\.layer), settings: settings)
            let columns = hypercolumns(in: plan, of: shape, layers: loss.layers, isMoving: false)
            let tensor = all ?? Tensor([counts.reduce(0, +), columns.width])
            let mask = style.mask.flatMap { $0.share < Plan.leastShare ? nil : $0 }
            let places = Hypercolumns.places(count, of: shape, in: mask, &generator)
            columns.write(at: places, of: style.pixels, to: tensor, from: row)
            row += count
            all = tensor
        }
        return all
    }

    /// The style layers one under the other, in the scale of the torchvision networks, an average layer as it is.
    ///
    /// - Parameter isMoving: whether derivatives are asked for.
    func hypercolumns(
        in plan: Plan, of shape: Shape, layers: [LayerWeights.Entry], isMoving: Bool
    ) -> Hypercolumns {
        let unit = kind.featureScale / StyleNetworkKind.vgg16.featureScale
        return Hypercolumns(
            of: layers.map { entry in
                Hypercolumns.Layer(
                    feature: plan.executor.output(entry.layer), seed: isMoving ? plan.executor.seed(entry.layer) : nil,
                    stride: kind.architecture.cells(of: entry.layer, along: shape.width).stride,
                    scale: Float(unit * entry.weight * Double(layers.count)))
            }, in: shape, threads: threads)
    }

    /// What the style loss compares of the styles, blended by their shares, by style layer; none where style has no weight, or where it
    /// compares other things.
    ///
    /// - Parameters:
    ///   - styles: of any size, with shares that add up to 1.
    ///   - part: as in ``plan(for:layers:statistics:regions:settings:part:gradients:)``.
    func statistics(
        of styles: [Style], settings: StyleSettings, part: Int? = nil
    ) throws -> [String: LayerStatistics] {
        var blends: [String: LayerStatistics] = [:]
        let layers = settings.comparedLayers(sampled: false)
        guard settings.styleWeight > 0, !layers.isEmpty else { return blends }
        for (index, style) in styles.enumerated() {
            // A part of next to nothing would have a layer or two without a cell.
            let mask = style.mask.flatMap { $0.share < Plan.leastShare ? nil : $0 }
            let plan = try plan(
                for: style.pixels.shape, layers: [], statistics: layers, regions: [mask], settings: settings,
                part: part, gradients: .none)
            for part in 0..<plan.frame.count {
                plan.enter(part, of: style.pixels)
                plan.executor.forward()
                for measure in plan.measures {
                    let found = plan.statistics(of: measure)
                    let blend = blends[measure.layer] ?? LayerStatistics(zerosLike: found)
                    let share = Self.shares(of: styles, in: measure.layer)[index]
                    if share > 0 { blend.add(found, times: Float(share) * measure.share(in: part)) }
                    blends[measure.layer] = blend
                }
            }
        }
        return blends
    }
}

extension Pool.Kind {
    fileprivate init(_ pooling: StylePooling) {
        self =
            switch pooling {
            case .max: .max
            case .average: .average
            case .l2: .l2
            }
    }
}
