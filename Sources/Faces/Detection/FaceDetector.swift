import ModelFiles
import Nets
import Pictures
import Wire

/// Finds faces with YuNet, as OpenCV's `FaceDetectorYN` does.
///
/// Not `Sendable`: it owns the network's buffers.
package final class FaceDetector {
    private static let strides = [8, 16, 32]
    /// Width and height of the network's input are multiples of this.
    private static let grain = 32
    private static let keptSizes = 4

    package let model: ModelCard
    private let pixels: PixelConvention
    private let inputName: String
    private let executors: SizedExecutors
    private let suppression = NonMaximumSuppression()

    /// - Throws: `FaceError.modelUnfit` when the network does not have YuNet's input and its twelve outputs.
    package init(model: LoadedModel, threads: ThreadPool) throws {
        self.model = model.facts
        pixels = model.pixels
        let wanted = Self.strides.flatMap { stride in ["cls", "obj", "bbox", "kps"].map { "\($0)_\(stride)" } }
        let lacking = wanted.filter { !model.graph.outputNames.contains($0) }
        guard lacking.isEmpty else {
            throw FaceError.modelUnfit(
                model: model.facts.id, purpose: "detect faces", reason: "it has no output \(lacking[0])")
        }
        guard model.graph.inputNames.count == 1 else {
            throw FaceError.modelUnfit(
                model: model.facts.id, purpose: "detect faces", reason: "it has \(model.graph.inputNames.count) inputs")
        }
        inputName = model.graph.inputNames[0]
        executors = SizedExecutors(
            graph: model.graph, inputName: inputName, capacity: Self.keptSizes, threads: threads)
    }

    /// The faces of a picture at its own size, best first.
    ///
    /// - Parameters:
    ///   - picture: RGB, without alpha; padded at the right and below with black, as OpenCV does.
    ///   - minimumScore: 0…1.
    /// - Throws: `NetsError` when the network does not take a picture of this size.
    package func faces(in picture: Picture, minimumScore: Float) throws -> [DetectedFace] {
        precondition(picture.channels == .rgb, "faces are detected in an RGB picture without alpha")
        let width = Self.padded(picture.width)
        let height = Self.padded(picture.height)
        let executor = try executors.executor(for: .nhwc(1, height, width, 3))
        let input = executor.input(inputName)
        // The padding: another picture of another size may have used this memory before.
        input.fill(0)
        input.fill(width: width, from: picture.pixels, width: picture.width, as: pixels)
        executor.forward()
        let faces = Self.strides.flatMap { stride in
            YuNetHead(
                stride: stride, columns: width / stride, rows: height / stride,
                classes: executor.output("cls_\(stride)").values, objects: executor.output("obj_\(stride)").values,
                boxes: executor.output("bbox_\(stride)").values, points: executor.output("kps_\(stride)").values
            ).faces(minimumScore: minimumScore)
        }
        return suppression.survivors(of: faces)
    }

    private static func padded(_ side: Int) -> Int { (side + grain - 1) / grain * grain }
}
