import ModelFiles
import Nets
import Pictures

/// A network that answers for a picture of any size with maps over a grid of cells.
///
/// Not `Sendable`: it owns the network's buffers.
final class DetectorNetwork {
    /// Width and height of the network's input are multiples of this.
    private static let grain = 32
    /// Of a large photograph: three searches, a closer look and close-ups.
    private static let keptSizes = 5

    let model: ModelCard
    private let pixels: PixelConvention
    private let inputName: String
    private let executors: SizedExecutors

    /// - Parameter outputs: the maps that will be asked for.
    /// - Throws: `FaceError.modelUnfit` when the network lacks one, or does not have one input.
    init(model: LoadedModel, outputs: [String], threads: ThreadPool) throws {
        self.model = model.facts
        pixels = model.pixels
        func unfit(_ reason: String) -> FaceError {
            .modelUnfit(model: model.facts.id, purpose: "detect faces", reason: reason)
        }
        if let lacking = outputs.first(where: { !model.graph.outputNames.contains($0) }) {
            throw unfit("it has no output \(lacking)")
        }
        guard model.graph.inputNames.count == 1 else { throw unfit("it has \(model.graph.inputNames.count) inputs") }
        inputName = model.graph.inputNames[0]
        executors = SizedExecutors(
            graph: model.graph, inputName: inputName, capacity: Self.keptSizes, threads: threads)
    }

    /// Runs the network over a picture, padded at the right and below with black, as OpenCV does.
    ///
    /// - Parameter picture: RGB, without alpha.
    /// - Returns: the executor with its outputs, which the next call overwrites, and the padded size.
    /// - Throws: `NetsError` when the network does not take a picture of this size.
    func run(on picture: Picture) throws -> (executor: Executor, width: Int, height: Int) {
        precondition(picture.channels == .rgb, "faces are detected in an RGB picture without alpha")
        let width = Self.padded(picture.width)
        let height = Self.padded(picture.height)
        let executor = try executors.executor(for: .nhwc(1, height, width, 3))
        let input = executor.input(inputName)
        // The padding: another picture of another size may have used this memory before.
        input.fill(0)
        input.fill(width: width, from: picture.pixels, width: picture.width, as: pixels)
        executor.forward()
        return (executor, width, height)
    }

    private static func padded(_ side: Int) -> Int { (side + grain - 1) / grain * grain }
}
