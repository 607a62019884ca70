import ModelFiles
import Nets
import Wire

/// Makes templates of chips with SFace, or with any ArcFace-style network that takes one RGB chip of 112×112 pixels.
///
/// Not `Sendable`: it owns the network's buffers.
package final class FaceEmbedder {
    package let model: TemplateModel
    /// Numbers in a template.
    package let dimensions: Int
    private let pixels: PixelConvention
    private let executor: Executor
    /// For ``batch`` chips at a time; nil where the network takes only one. Made when it is first needed.
    private(set) lazy var batchExecutor: Executor? = try? Executor(
        graph, inputShapes: [inputName: .nhwc(Self.batch, FaceChip.side, FaceChip.side, 3)], threads: threads)
    private let graph: Graph
    private let threads: ThreadPool
    private let inputName: String
    private let outputName: String
    /// Whether the length of the answer says how much of a face the network saw.
    private let tellsMagnitude: Bool

    /// Chips that go through the network together: the weights are read once for all of them.
    static let batch = 8

    /// - Throws: `FaceError.modelUnfit` when the network does not have one input, which takes a chip, and one output.
    package init(model: LoadedModel, threads: ThreadPool) throws {
        func unfit(_ reason: String) -> FaceError {
            .modelUnfit(model: model.facts.id, purpose: "embed faces", reason: reason)
        }
        graph = model.graph
        self.threads = threads
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
        tellsMagnitude = model.facts.id == ModelIdentifier.sface.text
        self.model = TemplateModel(name: model.facts.id, sha256: model.facts.sha256)
    }

    /// The templates of chips, in their order.
    ///
    /// - Returns: nil in the place of a chip for which the network's answer is zero or not finite.
    package func templates(of chips: [FaceChip]) -> [Template?] { embeddings(of: chips).map { $0?.template } }

    /// The templates of chips, each with the length of the network's answer where that is known to mean something.
    func embeddings(of chips: [FaceChip]) -> [Embedding?] {
        var embeddings: [Embedding?] = []
        var rest = chips[...]
        while rest.count >= Self.batch, let batchExecutor {
            embeddings += answers(of: rest.prefix(Self.batch), by: batchExecutor)
            rest = rest.dropFirst(Self.batch)
        }
        return embeddings + rest.flatMap { answers(of: [$0], by: executor) }
    }

    /// - Parameter chips: as many as the executor takes. One below the other, they lie as a batch does.
    private func answers(of chips: ArraySlice<FaceChip>, by executor: Executor) -> [Embedding?] {
        executor.input(inputName).fill(
            width: FaceChip.side, from: chips.flatMap(\.pixels), width: FaceChip.side, as: pixels)
        executor.forward()
        let values = executor.output(outputName).values
        return (0..<chips.count).map { index in
            let answer = Array(values[index * dimensions..<(index + 1) * dimensions])
            return Template(normalising: answer, model: model).map { template in
                let squared = answer.reduce(0) { $0 + $1 * $1 }
                return Embedding(template: template, magnitude: tellsMagnitude ? squared.squareRoot() : nil)
            }
        }
    }
}

/// What the network says of one chip.
struct Embedding {
    let template: Template
    /// See ``FaceQuality``.
    let magnitude: Float?
}
