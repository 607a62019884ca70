import Foundation
import ModelFiles
import Pictures

import enum Wire.StyleNetworkKind

/// The memory that an optimisation is to do with, and what it does where that is little.
package struct StyleRoom: Sendable, Equatable {
    /// For the network's features, the optimiser and the picture; `nil` for as much as it takes.
    package var bytes: Int64?
    /// Regions that styles have masks for, and the rest.
    package var regions: Int
    /// What the usual painting measures: the layers of content and style.
    private static let usual = (
        content: StyleNetworkKind.vgg19.contentLayers.layers,
        style: StyleNetworkKind.vgg19.styleLayers(of: .wasserstein).layers
    )

    private let content: [String]
    private let style: [String]
    /// The layers whose histograms or hypercolumns are compared, for which a picture has to be looked at whole.
    private let histogram: [String]
    private let columns: [String]
    /// What is taken beside that, for each pixel of a picture in parts.
    private let terms: Int64
    /// What finishing takes for each pixel, when the painting is done.
    private let finishing: Int64
    /// Whether pools have steps of their own, which the convolutions before them do not take.
    private let poolsApart: Bool

    package static let unlimited = StyleRoom(bytes: nil)

    /// - Parameter settings: of the painting; the usual ones without.
    package init(bytes: Int64?, regions: Int = 0, for settings: StyleSettings? = nil) {
        self.bytes = bytes
        self.regions = regions
        content = settings?.contentLayers.layers ?? Self.usual.content
        columns = settings?.comparedLayers(sampled: true) ?? []
        style =
            settings.map { $0.comparedLayers(sampled: false) + $0.comparedLayers(sampled: true) } ?? Self.usual.style
        histogram = settings.map { $0.histogramWeight > 0 ? $0.histogramLayers.layers : [] } ?? []
        terms = settings.map { $0.mattingWeight > 0 ? Need.matting : 0 } ?? 0
        finishing =
            settings?.photorealistic == true ? Need.photograph : settings?.colors == .content ? Need.colours : 0
        poolsApart = settings?.pooling == .l2
    }

    /// The longest and the shortest side of parts, without what they overlap by: longer ones gain little.
    private static let sides = (longest: 1024, shortest: 128)

    /// Bytes a pixel.
    private enum Need {
        /// Features, their gradients, and L-BFGS's pairs.
        static let whole: Int64 = 1100
        /// Features and their gradients.
        static let part: Int64 = 680
        /// Layers that are not kept otherwise.
        static let layers: Int64 = 320
        /// Features before pools, and their gradients.
        static let pools: Int64 = 600
        /// Pixels, their gradient, Adam's moments, pictures.
        static let pixel: Int64 = 36
        /// The photograph that the matting Laplacian is of.
        static let matting: Int64 = 12
        /// For each cell of a layer whose ranks are looked for: those of the threads' blocks of channels.
        static let ranks = 48 * Int64(max(2, ProcessInfo.processInfo.activeProcessorCount))
        /// Of each region: hypercolumns of picture and styles, their covariances and derivatives.
        static let columns: Int64 = 144 << 20
        /// Pictures in floats, one beside the other.
        static let colours: Int64 = 72
        /// What the guided filter takes.
        static let photograph: Int64 = 140
        /// A mask, the weights of the cells that are made of it, and the pixels that it is read from.
        static let region: Int64 = 16
    }

    fileprivate var comparesColumns: Bool { !columns.isEmpty }

    private func masks(for size: PixelSize) -> Int64 { Int64(regions) * Int64(size.area) * Need.region }

    /// The content's features, of which those behind a rectifier are kept without their zeros.
    private func features(_ kind: StyleNetworkKind) -> Int64 {
        content.reduce(0) { sum, layer in
            let bytes = Int64(kind.architecture.bytesPerPixel(of: layer))
            return sum + (layer.hasPrefix("relu") ? bytes / 2 : bytes)
        }
    }

    /// Layers whose histograms are compared: features, their gradients, and what a style's are sorted in.
    private func histograms(_ kind: StyleNetworkKind) -> Int64 {
        guard !histogram.isEmpty else { return 0 }
        return histogram.reduce(Need.ranks) { $0 + 3 * Int64(kind.architecture.bytesPerPixel(of: $1)) }
    }

    /// Layers whose hypercolumns are compared: features, and their gradients.
    private func hypercolumns(_ kind: StyleNetworkKind) -> Int64 {
        columns.reduce(0) { $0 + 2 * Int64(kind.architecture.bytesPerPixel(of: $1)) }
    }

    private func parts(_ kind: StyleNetworkKind) -> FeatureArchitecture.Parts? {
        histogram.isEmpty && columns.isEmpty ? kind.architecture.parts(to: content + style) : nil
    }

    /// What an optimisation takes at a size, whole or in parts, without masks.
    package func bytes(for size: PixelSize, part: Int?, _ kind: StyleNetworkKind) -> Int64 {
        let isUsual = Set(content).isSubset(of: Self.usual.content) && Set(style).isSubset(of: Self.usual.style)
        let more = (poolsApart ? Need.pools : 0) + (isUsual || kind == .alexnet ? 0 : Need.layers)
        guard let part, let parts = parts(kind) else {
            return Int64(size.area) * (Need.whole + more + histograms(kind) + hypercolumns(kind))
                + (columns.isEmpty ? 0 : Need.columns * Int64(max(1, regions)))
        }
        func length(_ side: Int) -> Int {
            parts.side(upTo: part, along: side).map { $0 + 2 * parts.reach } ?? side
        }
        let painting =
            Int64(length(size.width) * length(size.height)) * (Need.part + more)
            + Int64(size.area) * (Need.pixel + features(kind) + terms)
        return max(painting, Int64(size.area) * finishing)
    }

    /// The parts that a size is painted in: the largest for which there is room, or the smallest; `nil` where there is room
    /// for the whole, or the network or a term cannot look at parts.
    package func part(for size: PixelSize, _ kind: StyleNetworkKind) -> Int? {
        guard let bytes = self.bytes.map({ $0 - masks(for: size) }), let parts = parts(kind),
            self.bytes(for: size, part: nil, kind) > bytes
        else { return nil }
        let sides = stride(from: Self.sides.longest, through: Self.sides.shortest, by: -parts.step)
        let useful = sides.filter { $0 + 2 * parts.reach < size.longSide }
        return useful.first { self.bytes(for: size, part: $0, kind) <= bytes } ?? useful.last
    }

    /// What an optimisation takes at a size.
    package func need(for size: PixelSize, _ kind: StyleNetworkKind) -> Int64 {
        bytes(for: size, part: part(for: size, kind), kind) + masks(for: size)
    }
}

/// How much a stylisation by optimisation has to do.
package enum StyleWork {
    /// How many times as long as whole a picture takes in parts: two ways there, and the overlaps.
    private static let slower = 1.8
    /// The same where the matting Laplacian has a weight, whose steps are looked for longer.
    private static let matting = 1.1

    /// What comparing hypercolumns takes at each iteration, in pixels: the places are as many at every size.
    private static let columns = 60_000.0

    /// The sum over all iterations of the pixels of each.
    ///
    /// - Parameter size: of the result.
    package static func pixels(_ settings: StyleSettings, size: PixelSize, room: StyleRoom) -> Double {
        let kind = settings.network.kind ?? .vgg19
        let plan = settings.scalePlan(for: size)
        let terms = settings.mattingWeight > 0 ? matting : 1
        return plan.steps.reduce(0) { sum, step in
            let factor = terms * (room.part(for: step.size, kind) == nil ? 1 : Self.slower)
            let columns = room.comparesColumns ? Self.columns * Double(max(1, room.regions)) : 0
            return sum + Double(step.iterations) * (factor * Double(step.size.area) + columns)
        }
    }
}

extension StyleSettings {
    /// How a painting of this size comes to it.
    func scalePlan(for size: PixelSize) -> ScalePlan {
        ScalePlan(
            full: size, scales: self.scales, iterations: self.iterations,
            smallest: self.network.kind?.smallestSide ?? 0,
            schedule: self.preset == .styleTransferPyTorch ? .halved : .falling)
    }

    /// The sizes that a painting of this size passes through, by their long sides, and the iterations spent at each.
    package func scaleSteps(for size: PixelSize) -> [(longSide: Int, iterations: Int)] {
        scalePlan(for: size).steps.map { ($0.size.longSide, $0.iterations) }
    }

    /// The size of the result for a content of this size.
    package func outputSize(for content: PixelSize) -> PixelSize {
        content.fitted(longSide: self.upscale ? self.size : min(self.size, content.longSide))
    }
}
