import ModelFiles
import Nets
import Pictures
import Wire

/// Finds faces with YuNet, as OpenCV's `FaceDetectorYN` does.
///
/// Not `Sendable`: it owns the network's buffers.
package final class FaceDetector {
    private static let strides = [8, 16, 32]

    private let network: DetectorNetwork
    private let suppression = NonMaximumSuppression()

    /// - Throws: `FaceError.modelUnfit` when the network does not have YuNet's input and its twelve outputs.
    package init(model: LoadedModel, threads: ThreadPool) throws {
        let outputs = Self.strides.flatMap { stride in ["cls", "obj", "bbox", "kps"].map { "\($0)_\(stride)" } }
        network = try DetectorNetwork(model: model, outputs: outputs, threads: threads)
    }

    /// The faces of a picture at its own size, best first.
    ///
    /// - Parameters:
    ///   - picture: RGB, without alpha; padded at the right and below with black, as OpenCV does.
    ///   - minimumScore: 0…1.
    /// - Throws: `NetsError` when the network does not take a picture of this size.
    package func faces(in picture: Picture, minimumScore: Float) throws -> [DetectedFace] {
        let (executor, width, height) = try network.run(on: picture)
        let faces = Self.strides.flatMap { stride in
            YuNetHead(
                stride: stride, columns: width / stride, rows: height / stride,
                classes: executor.output("cls_\(stride)").values, objects: executor.output("obj_\(stride)").values,
                boxes: executor.output("bbox_\(stride)").values, points: executor.output("kps_\(stride)").values
            ).faces(minimumScore: minimumScore)
        }
        return suppression.survivors(of: faces)
    }
}
