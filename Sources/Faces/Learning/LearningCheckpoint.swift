import Foundation
import ModelFiles
import Nets

/// All that learning needs to go on as if it had never stopped: the templates of its pictures, the weights that change, Adam's moments,
/// the best so far. With the same kernels and threads a run that goes on ends with the same bytes as one that was never broken off.
///
/// It is valid for one work only: the pictures' faces, whose they are, every option and the network go into its `origin`. In all it takes
/// four times the weights that change, and a kilobyte a picture.
package struct LearningCheckpoint: Checkpoint {
    /// Of the meaning of what is in it: raised whenever learning would go on differently.
    private static let format = 1

    /// What is not in tensors.
    struct Record: Codable {
        var course: Course
        var stage: Stage
    }

    enum Stage: Codable {
        case network(NetworkStand)
        case head(HeadStand)
    }

    /// Between two steps of the network.
    struct NetworkStand: Codable {
        /// Of the steps, and of Adam's.
        var step: Int
        var iteration: Int
        var best: Merit
        /// Whether any was better than the start.
        var hasBest: Bool
        var patience: Int
    }

    /// Between two steps of a head.
    struct HeadStand: Codable {
        /// Steps of the network and of all heads.
        var done: Int
        /// Whether the network was changed.
        var hasNetwork: Bool
        /// Which of the starts is tried.
        var trial: Int
        var iteration: Int
        var generator: SeededGenerator
        var losses: [Double]
        var best: Merit
        var hasBest: Bool
    }

    let origin: String
    let record: Record
    let tensors: [String: Tensor]

    init(origin: String, record: Record, tensors: [String: Tensor]) {
        self.origin = origin
        self.record = record
        self.tensors = tensors
    }

    /// Steps that were made before it was taken: of the network, then of heads.
    package var steps: Int {
        switch record.stage {
        case .network(let stand): stand.step
        case .head(let stand): stand.done
        }
    }

    /// Reads a file that ``write(to:)`` made. Whether it belongs to a work is seen when the work begins.
    ///
    /// - Throws: `ModelFileError.checkpointUnusable`.
    package init(reading path: String) throws(ModelFileError) {
        let file = try CheckpointFile<Record>(reading: path, format: Self.format)
        self.init(origin: file.origin, record: file.record, tensors: file.tensors)
    }

    /// - Throws: `ModelFileError.system`.
    package func write(to path: String) throws {
        try CheckpointFile(origin: origin, record: record, tensors: tensors).write(to: path, format: Self.format)
    }
}

package typealias LearningCheckpoints = Checkpoints<LearningCheckpoint>

/// What learning keeps, as it goes.
struct LearningLedger {
    let checkpoints: LearningCheckpoints?
    let origin: String
    /// Where it began; nil once that is behind.
    private(set) var stage: LearningCheckpoint.Stage?
    /// What an earlier attempt left.
    private(set) var earlier: [String: Tensor] = [:]
    /// What goes into every checkpoint from here on.
    private var lasting: [String: Tensor] = [:]

    init(_ checkpoints: LearningCheckpoints?, origin: String, from start: LearningCheckpoint?) {
        self.checkpoints = checkpoints
        self.origin = origin
        stage = start?.record.stage
        earlier = start?.tensors ?? [:]
    }

    var isDue: Bool { checkpoints?.isDue() ?? false }

    mutating func add(_ tensors: [String: Tensor], under prefix: String = "") {
        for (name, tensor) in tensors { lasting[prefix + name] = tensor }
    }

    /// The tensors of an earlier attempt under a prefix, without it.
    func earlier(under prefix: String) -> [String: Tensor] {
        earlier.reduce(into: [:]) { found, kept in
            if kept.key.hasPrefix(prefix) { found[String(kept.key.dropFirst(prefix.count))] = kept.value }
        }
    }

    /// What was to be gone on from is under way.
    mutating func pass() {
        stage = nil
        earlier = [:]
    }

    func keep(_ stage: LearningCheckpoint.Stage, _ course: Course, _ tensors: [String: [String: Tensor]]) throws {
        var all = lasting
        for (prefix, tensors) in tensors { for (name, tensor) in tensors { all[prefix + name] = tensor } }
        try checkpoints?.keep(
            LearningCheckpoint(origin: origin, record: .init(course: course, stage: stage), tensors: all))
    }
}
