import ModelFiles
import Nets

/// Makes templates of chips with SFace, or with any ArcFace-style network that takes one RGB chip of 112×112 pixels.
///
/// Not `Sendable`: it owns the network's buffers.
package final class FaceEmbedder {
    package let model: TemplateModel
    /// Numbers in a template.
    package let dimensions: Int
    private let pixels: PixelConvention
    private let executor: Executor
    private let inputName: String
    private let outputName: String

    /// - Throws: `FaceError.modelUnfit` when the network does not have one input, which takes a chip, and one output.
    package init(model: LoadedModel, threads: ThreadPool) throws {
        func unfit(_ reason: String) -> FaceError {
            .modelUnfit(model: model.facts.id, purpose: "embed faces", reason: reason)
        }
        let graph = model.graph
        guard graph.inputNames.count == 1, graph.outputNames.count == 1 else {
            throw unfit("it has \(graph.inputNames.count) inputs and \(graph.outputNames.count) outputs")
        }
        inputName = graph.inputNames[0]
        outputName = graph.outputNames[0]
        let shape = Shape.nhwc(1, FaceChip.side, FaceChip.side, 3)
        do {
            executor = try Executor(graph, inputShapes: [inputName: shape], threads: threads)
        } catch {
            throw unfit("it does not take a chip of shape \(shape): \(error)")
        }
        dimensions = executor.output(outputName).count
        pixels = model.pixels
        self.model = TemplateModel(name: model.facts.id, sha256: model.facts.sha256)
    }

    /// The template of a chip.
    ///
    /// - Returns: nil when the network's answer is zero or not finite.
    package func template(of chip: FaceChip) -> Template? {
        executor.input(inputName).fill(width: FaceChip.side, from: chip.pixels, width: FaceChip.side, as: pixels)
        executor.forward()
        return Template(normalising: executor.output(outputName).values, model: model)
    }
}
