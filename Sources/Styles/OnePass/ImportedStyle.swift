import Foundation
import ModelFiles
import Nets
import Pictures

import struct Wire.ModelsRequest

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
            throw .importedUnusable(path: path, why: (error as? ModelFileError)?.ofOwnFile ?? "\(error)")
        }
    }

    /// What white is in a network; nil of one that starts from something else than black.
    private static func white(of pixels: PixelConvention) -> Float? {
        pixels == .rawRGB ? 255 : pixels == .unitRGB ? 1 : nil
    }
}

extension ImportedStyle {
    /// Converts a network that paints in one pass, and writes it.
    ///
    /// It is tried on small pictures. An ONNX file does not say which numbers are black and white in what it takes, nor in what it gives:
    /// ``StyleTrial/fitted(_:white:threads:)`` finds that out.
    /// - Parameters:
    ///   - path: a state dictionary of PyTorch's fast_neural_style, or an ONNX file.
    ///   - id: what reports call it.
    ///   - white: what white is in what it takes, where that is known; black is 0.
    /// - Returns: what is known of it.
    /// - Throws: `StyleError.notAStyleNetwork`, and what `ForeignModel` and `LoadedModel` throw.
    package static func convert(
        _ path: String, id: String, white: ModelsRequest.NewStyle.White? = nil, to target: String, threads: ThreadPool
    ) throws -> ModelCard {
        let file = try ForeignModel(reading: path)
        func refuse(_ why: String) -> StyleError { .notAStyleNetwork(path: path, why: why) }
        let (graph, levels): (Graph, StyleTrial.Levels)
        switch file.contents {
        case .tensors(let tensors):
            let read: Graph
            do {
                read = try FastNeuralStyle.graph(tensors).get()
            } catch {
                throw refuse(error.why)
            }
            // What PyTorch's program trains.
            (graph, levels) = try fitted(read, white ?? .byte)
        case .network(let own, let open):
            (graph, levels) = try recognised(own, open)
        }
        let name = (path as NSString).lastPathComponent
        let facts = ModelCard(
            id: id, name: name, version: "sha256 \(file.sha256.prefix(12))",
            licence: "unknown; see where it came from", origin: "imported from \(name)", sha256: file.sha256,
            use: "repaints in one pass in one style, in values of \(levels.text)")
        try LoadedModel(graph: graph, facts: facts, pixels: levels.pixels).write(to: target)
        return facts

        func recognised(_ own: Graph, _ open: Graph?) throws -> (Graph, StyleTrial.Levels) {
            let inputs = own.inputs.map { input in
                let dims = input.dims.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") }
                return "\(input.name) [\(dims ?? "…")]"
            }
            guard own.inputs.count == 1, let dims = own.inputs[0].dims, dims.count == 4, dims[3] == 3 else {
                throw refuse(
                    "takes \(inputs.joined(separator: " and ")), not one picture of three colours as [1, 3, height, width]"
                )
            }
            guard own.outputs.count == 1 else {
                throw refuse("gives \(own.outputNames.joined(separator: " and ")), not one picture")
            }
            // A network that only runs at its own size fails at another.
            if let open, let fitted = try? fitted(open, white) { return fitted }
            return try fitted(own, white)
        }

        func fitted(
            _ graph: Graph, _ white: ModelsRequest.NewStyle.White?
        ) throws(StyleError) -> (Graph, StyleTrial.Levels) {
            do throws(StyleTrial.Fault) {
                return try StyleTrial.fitted(graph, white: white.map { Float($0.rawValue) }, threads: threads)
            } catch {
                throw refuse(error.why)
            }
        }
    }
}
