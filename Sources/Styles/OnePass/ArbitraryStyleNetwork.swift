import ModelFiles
import Nets
import Pictures

/// One pass in the style of any picture (Ghiasi et al. 2017): a predictor condenses a 256 × 256 style picture to 100
/// numbers, which steer the instance norms of a transformer. The files round every value to eight bits; here only the weights are
/// (skies have a fifth less of a grain so).
///
/// Blending the numbers of the content's own style with those of the style pictures sets the strength.
package final class ArbitraryStyleNetwork {
    static let styleSide = 256
    static let styleLength = 100
    static let multiple = TransformerArchitecture.multiple
    static let smallestSide = TransformerArchitecture.smallestSide

    /// Long sides of pictures that an optimisation starts from. The strokes are of so many pixels, whatever the size: what is smaller would
    /// be lost in them, and what is larger has no more of the style.
    private static let startSides = 512...1024

    /// The size at which a picture is repainted for an optimisation to start from: such as the network takes.
    package static func startSize(for size: PixelSize) -> PixelSize {
        let short = min(size.width, size.height)
        let least = (smallestSide * size.longSide + short - 1) / short
        let side = min(max(size.longSide, startSides.lowerBound), startSides.upperBound)
        return size.fitted(longSide: max(side, least))
    }

    package let facts: [ModelCard]
    private let predictor: Executor
    private let predictorInput: String
    private let predictorOutput: String
    private let transformer: Graph
    private let threads: ThreadPool

    package init(store: ModelStore, threads: ThreadPool) throws {
        let predict = try store.graph(.arbitraryPredict)
        let transform = try store.graph(.arbitraryTransform)
        predictorInput = predict.graph.inputNames[0]
        predictorOutput = predict.graph.outputNames[0]
        predictor = try Executor(
            predict.graph.unquantized(), inputShapes: [predictorInput: .nhwc(1, Self.styleSide, Self.styleSide, 3)],
            threads: threads)
        // The file fixes 384 × 384, but the network is convolutional throughout.
        transformer = transform.graph.unquantized(freeingInputs: true)
        facts = [predict.facts, transform.facts]
        self.threads = threads
    }

    /// The 100 numbers of an opaque picture's style, from its central square.
    package func styleVector(of picture: Picture) -> [Float] {
        let side = min(picture.width, picture.height)
        let square = picture.cropped(
            to: PixelRect(
                x: (picture.width - side) / 2, y: (picture.height - side) / 2, width: side, height: side)
        ).resized(to: PixelSize(width: Self.styleSide, height: Self.styleSide))
        let pixels = PaddedPixels(square.size, multiple: 1)
        pixels.write(square, to: predictor.input(predictorInput))
        predictor.forward()
        return predictor.output(predictorOutput).values
    }

    /// Repaints an opaque picture; the result has its size.
    ///
    /// - Parameter strength: 0 keeps the content's own style vector, 1 takes the blend of the styles' vectors.
    /// - Throws: `StyleError.pictureTooSmall`, `.ruined`.
    package func repaint(_ picture: Picture, styles: [StylePicture], strength: Double) throws -> Picture {
        try Pass(self, for: picture.size, styles: styles, strength: strength).repaint(picture)
    }

    /// `Σ share·v(style)`.
    func vector(of styles: [StylePicture]) -> [Float] { blend(styles, strength: 1) }

    /// Repaints pictures of one size after the same styles, whose vectors it has, in memory that it keeps.
    package final class Pass {
        private let network: ArbitraryStyleNetwork
        private let pixels: PaddedPixels
        private let executor: Executor
        /// `strength·Σ share·v(style)`.
        private let vector: [Float]
        private let strength: Double

        /// - Throws: `StyleError.pictureTooSmall`.
        init(
            _ network: ArbitraryStyleNetwork, for size: PixelSize, styles: [StylePicture], strength: Double
        ) throws {
            guard min(size.width, size.height) >= smallestSide else {
                throw StyleError.pictureTooSmall(width: size.width, height: size.height, smallest: smallestSide)
            }
            self.network = network
            self.strength = strength
            pixels = PaddedPixels(size, multiple: multiple)
            vector = network.blend(styles, strength: strength)
            let names = network.transformer.inputNames
            executor = try Executor(
                network.transformer, inputShapes: [names[0]: pixels.shape, names[1]: .nhwc(1, 1, 1, styleLength)],
                threads: network.threads)
        }

        /// - Throws: `StyleError.ruined`.
        package func repaint(_ picture: Picture) throws -> Picture {
            let names = network.transformer.inputNames
            pixels.write(picture, to: executor.input(names[0]))
            executor.input(names[1]).assign(network.blend(picture, 1 - strength, into: vector))
            let grain = GrainSmoothing(content: executor.input(names[0]), threads: network.threads)
            executor.forward()
            let painted = executor.output(network.transformer.outputNames[0])
            grain.smooth(painted) { rows in pixels.rows(rows, of: picture) }
            return try pixels.read(painted, inPlaceOf: picture)
        }
    }

    /// `Σ share·v(style)`, with shares that add up to the strength.
    private func blend(_ styles: [StylePicture], strength: Double) -> [Float] {
        let total = styles.reduce(0) { $0 + $1.weight }
        precondition(total > 0, "style weights add up to \(total)")
        return styles.reduce([Float](repeating: 0, count: Self.styleLength)) { vector, style in
            blend(style.picture, strength * style.weight / total, into: vector)
        }
    }

    private func blend(_ picture: Picture, _ share: Double, into vector: [Float]) -> [Float] {
        guard share > 0 else { return vector }
        return zip(vector, styleVector(of: picture)).map { $0 + Float(share) * $1 }
    }
}
