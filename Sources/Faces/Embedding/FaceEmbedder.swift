import Foundation
import Gallery
import ModelFiles
import Nets
import Wire

/// Makes templates of chips with SFace, or with any ArcFace-style network that takes one RGB chip of 112×112 pixels.
///
/// Not `Sendable`: it owns the network's buffers.
package final class FaceEmbedder {
    /// Of the network: where only a head was learned, its templates are those that it was learned of.
    package let model: TemplateModel
    /// How templates are compared, and what that is evidence of.
    package let recognition: Recognition
    /// Numbers in a template.
    package let dimensions: Int
    private let pixels: PixelConvention
    private let single: Executor
    /// For so many chips at a time; nil where the network takes only one. Made when they are first needed.
    private lazy var batches: [(size: Int, executor: Executor)] = Self.batches.compactMap { size in
        let shape = Shape.nhwc(size, FaceChip.side, FaceChip.side, 3)
        return (try? Executor(graph, inputShapes: [inputName: shape], threads: threads)).map { (size, $0) }
    }
    private let graph: Graph
    private let threads: ThreadPool
    private let inputName: String
    private let outputName: String
    /// Whether the length of the answer says how much of a face the network saw.
    private let tellsMagnitude: Bool

    /// How many chips go through the network together, which reads its weights once for all of them: many, or one with its
    /// mirror image.
    static let batches = [8, 2]

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
            single = try Executor(graph, inputShapes: [inputName: shape], threads: threads)
        } catch {
            throw unfit("it does not take a chip of shape \(shape): \(error)")
        }
        dimensions = single.output(outputName).count
        pixels = model.pixels
        tellsMagnitude = model.network.id == ModelIdentifier.sface.text
        self.model = TemplateModel(name: model.network.id, sha256: model.network.sha256)
        do {
            recognition =
                try model.recognition.map(Recognition.init(json:)) ?? .measured(of: model.network.id)
        } catch {
            throw unfit("what it says of its templates is damaged")
        }
        guard recognition.fits(dimensions) else {
            throw unfit("its heads are not for templates of \(dimensions) numbers")
        }
    }

    /// The network's own template of each chip, in their order.
    ///
    /// - Returns: nil in the place of a chip for which the network's answer is zero or not finite.
    package func templates(of chips: [FaceChip]) -> [Template?] {
        answers(of: chips).map { Template(normalising: $0, model: model) }
    }

    /// What faces are compared by: of each chip the sum of the network's answers to it and to its mirror image, and the length of
    /// the first where that is known to mean something.
    ///
    /// - Returns: nil in the place of a chip for which an answer is not finite, or the sum is zero.
    func embeddings(of chips: [FaceChip]) -> [Embedding?] {
        let answers = answers(of: chips.flatMap { [$0, $0.mirrored] })
        return chips.indices.map { index in
            let (own, mirrored) = (answers[2 * index], answers[2 * index + 1])
            return Template(normalising: zip(own, mirrored).map(+), model: model).map { template in
                let squared = own.reduce(0) { $0 + $1 * $1 }
                return Embedding(template: template, magnitude: tellsMagnitude ? squared.squareRoot() : nil)
            }
        }
    }

    /// The network's answer to each chip.
    private func answers(of chips: [FaceChip]) -> [[Float]] {
        var answers: [[Float]] = []
        var rest = chips[...]
        while !rest.isEmpty {
            let batch = batches.first { $0.size <= rest.count } ?? (1, single)
            answers += self.answers(of: rest.prefix(batch.size), by: batch.executor)
            rest = rest.dropFirst(batch.size)
        }
        return answers
    }

    /// - Parameter chips: as many as the executor takes. One below the other, they lie as a batch does.
    private func answers(of chips: ArraySlice<FaceChip>, by executor: Executor) -> [[Float]] {
        executor.input(inputName).fill(
            width: FaceChip.side, from: chips.flatMap(\.pixels), width: FaceChip.side, as: pixels)
        executor.forward()
        let values = executor.output(outputName).values
        return (0..<chips.count).map { Array(values[$0 * dimensions..<($0 + 1) * dimensions]) }
    }
}

/// What the network says of one chip.
struct Embedding {
    let template: Template
    /// See ``FaceQuality``.
    let magnitude: Float?
}
