import Foundation
import ModelFiles
import Nets
import Pictures

/// A style that is a network of somebody else's: one picture in, one of the same size out.
///
/// On disk the network with all that is known of it, in the form of the model store; `style.json` names it.
package struct ImportedStyle: Sendable, Hashable {
    package let path: String
    package let facts: ModelCard

    /// Looks at all of the file.
    ///
    /// - Throws: `StyleError.importedUnusable`.
    package init(reading path: String) throws(StyleError) {
        let model = try Self.model(path)
        guard model.graph.inputs.count == 1, model.graph.outputs.count == 1, Self.white(of: model.pixels) != nil else {
            throw .importedUnusable(path: path, why: "it is no network of one picture in and one out")
        }
        self.path = path
        facts = model.facts
    }

    /// Paints pictures of one size.
    ///
    /// - Throws: `StyleError.importedUnusable` for a network that does not take the size, `.pictureTooSmall`.
    func pass(for size: PixelSize, threads: ThreadPool) throws(StyleError) -> TransformerPass {
        let model = try Self.model(path)
        guard model.facts == facts, let white = Self.white(of: model.pixels) else {
            throw .importedUnusable(path: path, why: "it was changed meanwhile")
        }
        do {
            return try TransformerPass(model.graph, white: white, for: size, threads: threads)
        } catch StyleError.importedUnusable(_, let why) {
            throw .importedUnusable(path: path, why: why)
        } catch let error as StyleError {
            throw error
        } catch {
            throw .importedUnusable(path: path, why: "\(error)")
        }
    }

    private static func model(_ path: String) throws(StyleError) -> LoadedModel {
        do {
            return try LoadedModel(reading: path)
        } catch {
            throw .importedUnusable(path: path, why: "\(error)")
        }
    }

    /// What white is in a network; nil of one that starts from something else than black.
    private static func white(of pixels: PixelConvention) -> Float? {
        pixels == .rawRGB ? 255 : pixels == .unitRGB ? 1 : nil
    }
}

extension ImportedStyle {
    /// Most bytes that the values of a network may take together when it is tried; one of PyTorch's fast_neural_style takes a tenth
    /// of a gigabyte at 256 pixels a side.
    private static let trialBytes = 4 << 30

    /// Converts a network that paints in one pass, and writes it.
    ///
    /// It is tried on a small picture. An ONNX file does not say what white is: what it makes of 0…255 does, as norms take the scale of
    /// what they are given away.
    /// - Parameters:
    ///   - path: a state dictionary of PyTorch's fast_neural_style, or an ONNX file.
    ///   - id: what reports call it.
    /// - Returns: what is known of it.
    /// - Throws: `StyleError.notAStyleNetwork`, and what `ForeignModel` and `LoadedModel` throw.
    package static func convert(_ path: String, id: String, to target: String, threads: ThreadPool) throws -> ModelCard
    {
        let file = try ForeignModel(reading: path)
        func refuse(_ why: String) -> StyleError { .notAStyleNetwork(path: path, why: why) }
        let (graph, pixels): (Graph, PixelConvention)
        switch file.contents {
        case .tensors(let tensors):
            do {
                graph = try FastNeuralStyle.graph(tensors).get()
            } catch {
                throw refuse(error.why)
            }
            pixels = .rawRGB
            _ = try trial(graph)
        case .network(let own, let open):
            (graph, pixels) = try recognised(own, open)
        }
        let name = (path as NSString).lastPathComponent
        let facts = ModelCard(
            id: id, name: name, version: "sha256 \(file.sha256.prefix(12))",
            licence: "unknown; see where it came from", origin: "imported from \(name)", sha256: file.sha256,
            use: "repaints in one pass in one style")
        try LoadedModel(graph: graph, facts: facts, pixels: pixels).write(to: target)
        return facts

        func recognised(_ own: Graph, _ open: Graph?) throws -> (Graph, PixelConvention) {
            let inputs = own.inputs.map { input in
                let dims = input.dims.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") }
                return "\(input.name) [\(dims ?? "…")]"
            }
            guard own.inputs.count == 1, let dims = own.inputs[0].dims, dims.count == 4, dims[3] == 3 else {
                throw refuse("takes \(inputs.joined(separator: " and ")), not one picture of three colours")
            }
            guard own.outputs.count == 1 else {
                throw refuse("gives \(own.outputNames.joined(separator: " and ")), not one picture")
            }
            // A network that only runs at its own size fails at another.
            if let open, let range = try? trial(open) { return (open, try convention(of: range)) }
            return (own, try convention(of: trial(own)))
        }

        func convention(of range: ClosedRange<Float>) throws(StyleError) -> PixelConvention {
            if range.upperBound > Trial.leastOfBytes { return .rawRGB }
            if Trial.mostOfUnits.contains(range.lowerBound), Trial.mostOfUnits.contains(range.upperBound) {
                return .unitRGB
            }
            throw refuse(
                "paints in values from \(range.lowerBound) to \(range.upperBound), which are neither 0…255 nor 0…1")
        }

        /// What a network makes of a picture of 0…255: the range of its values.
        func trial(_ graph: Graph) throws -> ClosedRange<Float> {
            var range: ClosedRange<Float>?
            for size in graph.fixedSize.map({ [$0] }) ?? Trial.sizes {
                let shape = Shape.nhwc(1, size.height, size.width, 3)
                let executor: Executor
                do {
                    executor = try Executor(
                        graph, inputShapes: [graph.inputNames[0]: shape], limit: trialBytes, threads: threads)
                } catch {
                    throw refuse("cannot be run on a picture of \(size.width) × \(size.height) pixels: \(error)")
                }
                let (input, output) = (executor.input(graph.inputNames[0]), executor.output(graph.outputNames[0]))
                guard output.shape == shape else {
                    throw refuse("makes \(output.shape) of a picture of the shape \(shape)")
                }
                for index in 0..<input.count { input[index] = Trial.sample(index, size) }
                executor.forward()
                guard output.buffer.allSatisfy(\.isFinite), let low = output.buffer.min(),
                    let high = output.buffer.max()
                else { throw refuse("paints values that are no numbers") }
                range = min(low, range?.lowerBound ?? low)...max(high, range?.upperBound ?? high)
            }
            guard let range else { preconditionFailure("no size to try a network at") }
            return range
        }
    }

    private enum Trial {
        /// Sides that four divides and eight does not.
        static let sizes = [PixelSize(width: 76, height: 52), PixelSize(width: 52, height: 84)]
        /// Networks of 0…1 that end in no sigmoid leave that range by little.
        static let mostOfUnits: ClosedRange<Float> = -0.5...1.5
        static let leastOfBytes: Float = 8

        /// Slopes and checks of all three colours, 0…255.
        static func sample(_ index: Int, _ size: PixelSize) -> Float {
            let (x, y, colour) = (index / 3 % size.width, index / 3 / size.width, index % 3)
            let slope = (x * (3 + colour) + y * (5 - colour)) % 192
            return Float(slope + ((x / 4 + y / 4) % 2) * 63)
        }
    }
}
