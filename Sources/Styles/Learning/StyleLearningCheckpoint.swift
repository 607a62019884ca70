import ModelFiles
import Nets

/// All that learning a style needs to go on: the numbers that change, Adam's moments, the best so far, and what judges it that is painted.
///
/// It is valid for one work only: the pictures, the photographs, every option and the networks go into its `origin`.
package struct StyleLearningCheckpoint: Checkpoint {
    /// Of the meaning of what is in it: raised whenever learning would go on differently.
    private static let format = 2

    /// Between two steps, what is not in tensors.
    struct Stand: Codable {
        var step = 0
        /// Seconds of learning.
        var elapsed = 0.0
        /// Seconds of judging by the pieces that are painted; nil before the first.
        var judging: Double?
        /// J of each step.
        var losses: [Double] = []
        /// Which pieces choose: those of which a painting came when first any did.
        var choosing: [Int] = []
        /// The lowest J of the pieces that choose, nil while they have none, and after which step.
        var best: Double?
        var bestStep = 0
        var patience = StyleLearner.patience
    }

    let origin: String
    let stand: Stand
    let tensors: [String: Tensor]

    /// Steps that were made before it was taken.
    package var steps: Int { stand.step }

    /// - Parameter paintings: of pieces that judge, by their numbers, in samples of 0…255.
    init(origin: String, stand: Stand, tensors: [String: Tensor], paintings: [Int: Tensor] = [:]) {
        self.origin = origin
        self.stand = stand
        self.tensors = paintings.reduce(into: tensors) { $0["\(Self.paintingPrefix)\($1.key)"] = $1.value }
    }

    static let paintingPrefix = "painting "

    /// Of a piece that judges, by its number.
    func painting(_ index: Int) -> Tensor? { tensors["\(Self.paintingPrefix)\(index)"] }

    /// Whether it belongs to a work is seen when the work begins.
    ///
    /// - Throws: `ModelFileError.checkpointUnusable`.
    package init(reading path: String) throws(ModelFileError) {
        let file = try CheckpointFile<Stand>(reading: path, format: Self.format)
        self.init(origin: file.origin, stand: file.record, tensors: file.tensors)
    }

    /// - Throws: `ModelFileError.system`.
    package func write(to path: String) throws {
        try CheckpointFile(origin: origin, record: stand, tensors: tensors).write(to: path, format: Self.format)
    }
}

package typealias StyleLearningCheckpoints = Checkpoints<StyleLearningCheckpoint>
