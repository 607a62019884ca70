import ModelFiles
import Pictures

import enum Wire.StyleNetworkKind

/// The memory that an optimisation is to do with, and what it does where that is little.
package struct StyleRoom: Sendable, Equatable {
    /// For the network's features, the optimiser and the picture; `nil` for as much as it takes.
    package var bytes: Int64?
    /// Regions that styles have masks for, and the rest.
    package var regions: Int

    package static let unlimited = StyleRoom(bytes: nil)

    package init(bytes: Int64?, regions: Int = 0) {
        self.bytes = bytes
        self.regions = regions
    }

    /// Sides of parts, without what they overlap by.
    private static let sides = [896, 640, 384, 128]

    /// Bytes a pixel.
    private enum Need {
        /// Features, their gradients, and L-BFGS's pairs.
        static let whole: Int64 = 1200
        /// Features and their gradients.
        static let part: Int64 = 900
        /// Pixels, their gradient, Adam's moments, the content's features, pictures.
        static let pixel: Int64 = 120
        /// A mask, the weights of the cells that are made of it, and the pixels that it is read from.
        static let region: Int64 = 16
    }

    private func masks(for size: PixelSize) -> Int64 { Int64(regions) * Int64(size.area) * Need.region }

    /// What an optimisation takes at a size, whole or in parts.
    package static func bytes(for size: PixelSize, part: Int?, _ kind: StyleNetworkKind) -> Int64 {
        guard let part, let cut = kind.architecture.parts else { return Int64(size.area) * Need.whole }
        let side = part + 2 * cut.reach
        let (width, height) = (min(size.width, side), min(size.height, side))
        return Int64(width * height) * Need.part + Int64(size.area) * Need.pixel
    }

    /// The parts that a size is painted in: the largest for which there is room, or the smallest; `nil` where there is room
    /// for the whole, or the network cannot look at parts.
    package func part(for size: PixelSize, _ kind: StyleNetworkKind) -> Int? {
        guard let bytes = self.bytes.map({ $0 - masks(for: size) }), let cut = kind.architecture.parts,
            Self.bytes(for: size, part: nil, kind) > bytes
        else { return nil }
        let useful = Self.sides.filter { $0 + 2 * cut.reach < size.longSide }
        return useful.first { Self.bytes(for: size, part: $0, kind) <= bytes } ?? useful.last
    }

    /// What an optimisation takes at a size.
    package func need(for size: PixelSize, _ kind: StyleNetworkKind) -> Int64 {
        Self.bytes(for: size, part: part(for: size, kind), kind) + masks(for: size)
    }
}

/// How much a stylisation by optimisation has to do.
package enum StyleWork {
    /// How many times as long as whole a picture takes in parts: two ways there, and the overlaps.
    private static let slower = 2.2
    /// The same where the matting Laplacian has a weight, whose steps are looked for longer.
    private static let matting = 1.1

    /// The sum over all iterations of the pixels of each.
    ///
    /// - Parameter size: of the result.
    package static func pixels(_ settings: StyleSettings, size: PixelSize, room: StyleRoom) -> Double {
        let kind = settings.network.kind ?? .vgg19
        let plan = ScalePlan(
            full: size, scales: settings.scales, iterations: settings.iterations,
            smallest: settings.network.kind?.smallestSide ?? 0)
        let terms = settings.mattingWeight > 0 ? matting : 1
        return plan.steps.reduce(0) { sum, step in
            let factor = terms * (room.part(for: step.size, kind) == nil ? 1 : Self.slower)
            return sum + factor * Double(step.iterations) * Double(step.size.area)
        }
    }
}

extension StyleSettings {
    /// The size of the result for a content of this size.
    package func outputSize(for content: PixelSize) -> PixelSize {
        content.fitted(longSide: self.upscale ? self.size : min(self.size, content.longSide))
    }
}
