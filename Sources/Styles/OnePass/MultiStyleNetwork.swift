import ModelFiles
import Nets
import Pictures

import struct Wire.BuiltInStyle

/// One pass through a network that learnt 26 styles at once (Dumoulin, Shlens and Kudlur 2017): each style is a set of
/// instance-norm scales and offsets, and a vector of weights blends them.
///
/// The model came without names for its styles; ``BuiltInStyle`` names them by their numbers. Pictures of any size; about 5 s a megapixel
/// on two cores.
package final class MultiStyleNetwork {
    package static let styleCount = BuiltInStyle.all.count
    static let multiple = TransformerArchitecture.multiple
    static let smallestSide = TransformerArchitecture.smallestSide

    package let facts: ModelCard
    private let graph: Graph
    private let threads: ThreadPool

    package init(store: ModelStore, threads: ThreadPool) throws {
        let model = try store.graph(.multistyle26)
        graph = model.graph
        facts = model.facts
        self.threads = threads
    }

    /// - Throws: `StyleError.numberedStyleUnknown`.
    static func check(_ number: Int) throws(StyleError) {
        guard (0..<styleCount).contains(number) else {
            throw .numberedStyleUnknown(number: number, count: styleCount)
        }
    }

    /// Repaints an opaque picture in a blend of styles; the result has its size.
    ///
    /// - Throws: `StyleError.numberedStyleUnknown`, `.pictureTooSmall`, `.ruined`, `.optionInvalid` for weights without a
    ///   sum.
    package func repaint(_ picture: Picture, styles: [StyleRecipe.NumberedStyle]) throws -> Picture {
        try Pass(self, for: picture.size, styles: styles).repaint(picture)
    }

    /// Repaints pictures of one size in one blend, in memory that it keeps.
    package final class Pass {
        private let pixels: PaddedPixels
        private let executor: Executor

        /// - Throws: as ``repaint(_:styles:)``.
        init(_ network: MultiStyleNetwork, for size: PixelSize, styles: [StyleRecipe.NumberedStyle]) throws {
            guard min(size.width, size.height) >= smallestSide else {
                throw StyleError.pictureTooSmall(width: size.width, height: size.height, smallest: smallestSide)
            }
            pixels = PaddedPixels(size, multiple: multiple)
            executor = try Executor(
                network.graph, inputShapes: ["image": pixels.shape, "style_weights": [styleCount]],
                threads: network.threads)
            executor.input("style_weights").assign(try shares(styles))
        }

        /// - Throws: `StyleError.ruined`.
        package func repaint(_ picture: Picture) throws -> Picture {
            pixels.write(picture, to: executor.input("image"))
            executor.forward()
            return try pixels.read(executor.output("stylized"), inPlaceOf: picture)
        }
    }

    /// The 26 weights, adding up to 1.
    static func shares(_ styles: [StyleRecipe.NumberedStyle]) throws(StyleError) -> [Float] {
        var weights = [Double](repeating: 0, count: styleCount)
        for style in styles {
            try check(style.style)
            weights[style.style] += style.weight
        }
        let total = weights.reduce(0, +)
        guard total > 0, total.isFinite, weights.allSatisfy({ $0 >= 0 }) else {
            throw .optionInvalid(key: "weight", value: "\(styles.map(\.weight))", allowed: "above 0 for some style")
        }
        return weights.map { Float($0 / total) }
    }
}
