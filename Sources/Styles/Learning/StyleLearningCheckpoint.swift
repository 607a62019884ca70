import ModelFiles
import Nets

/// All that learning a style needs to go on: the numbers that change, Adam's moments, the best so far.
///
/// It is valid for one work only: the pictures, the photographs, every option and the networks go into its `origin`.
package struct StyleLearningCheckpoint {
    /// Of the meaning of what is in it: raised whenever learning would go on differently.
    private static let format = 1

    /// Between two steps, what is not in tensors.
    struct Stand: Codable {
        var step = 0
        /// Seconds of learning.
        var elapsed = 0.0
        /// J of each step.
        var losses: [Double] = []
        /// The lowest J of the pieces that choose, and after which step.
        var best = Double.infinity
        var bestStep = 0
        var patience = StyleLearner.patience
    }

    let origin: String
    let stand: Stand
    let tensors: [String: Tensor]

    /// Steps that were made before it was taken.
    package var steps: Int { stand.step }

    init(origin: String, stand: Stand, tensors: [String: Tensor]) {
        self.origin = origin
        self.stand = stand
        self.tensors = tensors
    }

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

/// How learning a style is kept from being lost when its process ends.
package struct StyleLearningCheckpoints {
    /// Where to go on; nil to begin anew. One of another work is not used.
    package var start: StyleLearningCheckpoint?
    /// Asked before each step, and before ``StyleLearner`` tells its progress.
    package var isDue: () -> Bool
    /// Gets the state when it is due. Write it before returning: its tensors change with the next step.
    package var keep: (StyleLearningCheckpoint) throws -> Void

    package init(
        start: StyleLearningCheckpoint? = nil, isDue: @escaping () -> Bool,
        keep: @escaping (StyleLearningCheckpoint) throws -> Void
    ) {
        self.start = start
        self.isDue = isDue
        self.keep = keep
    }
}
