import Foundation
import ModelFiles
import Nets
import Pictures

import enum Wire.StyleOptimizer

/// All that a stylisation by optimisation needs to go on as if it had never stopped: the size that it is at, the pixels,
/// the optimiser's memory, the best point, the losses so far. With the same kernels the resumed run ends with the same bytes
/// as one that was never broken off, whatever the number of threads.
///
/// It is a safetensors file of `12 · (2 · 12 + 2)` bytes at most for each pixel of that size (L-BFGS's twelve pairs, the
/// pixels and their gradient), with 12 for each of the full size where a painting was set aside, and it is valid for one work only: the content, the styles, every option and the network go
/// into its `origin`.
package struct StyleCheckpoint: Checkpoint {
    /// Of the file and of the meaning of what is in it: raised whenever an optimiser would go on differently.
    private static let format = 4

    /// How what ruined a painting is kept out of the next.
    enum Remedy: Hashable, Codable {
        /// The safe optimiser.
        case adam
        /// So much more weight for the content.
        case content(gain: Double)
    }

    /// What has been done before a state was taken, without tensors.
    struct Record: Codable {
        /// What is tried after so many paintings that did not pass.
        fileprivate(set) var remedies: [Remedy] = []
        /// Which of the sizes is worked on, from 0.
        fileprivate(set) var size = 0
        /// Made so far, over all sizes.
        var iterations = 0
        var trace: [StyleLossPoint] = []
        var timings = StyleTimings()
        /// The iterations at which Adam took over from L-BFGS, or another painting began.
        fileprivate(set) var fallbacks: [Int] = []
        /// The best point of the last size that is finished, and what was at work there.
        fileprivate(set) var delivered: StyleLossPoint?
        fileprivate(set) var optimizer: StyleOptimizer?
        /// Of the finished painting to its content, as ``StyleObjective/look(at:)`` has it, and the least of its sections.
        var likeness: Double?
        var least: Double?
        /// The painting before, where that is delivered unless the one at work is better.
        fileprivate(set) var earlier: Earlier?

        /// What is to be said of a painting that a better one may follow.
        struct Earlier: Codable {
            fileprivate let remedies: [Remedy]
            fileprivate let delivered: StyleLossPoint?
            fileprivate let optimizer: StyleOptimizer?
            fileprivate let likeness: Double?
            fileprivate let least: Double?
        }

        /// Sets the finished painting aside.
        mutating func setAside() {
            earlier = Earlier(
                remedies: remedies, delivered: delivered, optimizer: optimizer, likeness: likeness, least: least)
        }

        /// Whether the finished painting has less of the content than the one that was set aside.
        var isEarlierBetter: Bool { earlier.map { ($0.least ?? -1) >= (least ?? -1) } ?? false }

        /// Goes back to the painting that was set aside; what was painted since stays counted.
        mutating func returnToEarlier() {
            guard let earlier else { preconditionFailure("no painting was set aside") }
            (remedies, delivered, optimizer) = (earlier.remedies, earlier.delivered, earlier.optimizer)
            (likeness, least) = (earlier.likeness, earlier.least)
        }

        /// Goes back to the first size.
        mutating func beginAgain(by remedy: Remedy) {
            remedies.append(remedy)
            (size, delivered) = (0, nil)
            fallbacks.append(iterations + 1)
        }

        /// Goes to the next size.
        mutating func finish(
            _ numbers: PixelDescent.Numbers, by optimizer: StyleOptimizer, size longSide: Int, _ settings: StyleSettings
        ) {
            self.optimizer = optimizer
            let before = iterations - numbers.steps
            if let fallback = numbers.fallback { fallbacks.append(before + fallback + 1) }
            delivered = StyleLossPoint(
                iteration: before + numbers.bestStep, size: longSide, losses: numbers.best, settings: settings)
            size += 1
        }
    }

    /// What is not in tensors.
    private struct State: Codable {
        let record: Record
        let numbers: PixelDescent.Numbers
    }

    let origin: String
    let record: Record
    let numbers: PixelDescent.Numbers
    let tensors: [String: Tensor]
    /// The painting that was set aside.
    let earlier: Tensor?

    /// Iterations that were made before it was taken, over all sizes.
    package var iteration: Int { record.iterations }

    init(
        origin: String, record: Record, _ state: (numbers: PixelDescent.Numbers, tensors: [String: Tensor]),
        earlier: Tensor? = nil
    ) {
        self.origin = origin
        self.record = record
        self.earlier = earlier
        numbers = state.numbers
        tensors = state.tensors
    }

    /// Of ``earlier`` in the file.
    private static let earlierName = "earlier"

    // MARK: On disk

    /// Reads a file that ``write(to:)`` made. Whether it belongs to a work is seen when the work begins.
    ///
    /// - Throws: `StyleError.checkpointUnusable` when it cannot be read, is damaged (its SHA-256 is of other bytes) or was
    ///   written in another format.
    package init(reading path: String) throws(StyleError) {
        do {
            let file = try CheckpointFile<State>(reading: path, format: Self.format)
            var tensors = file.tensors
            let earlier = tensors.removeValue(forKey: Self.earlierName)
            self.init(
                origin: file.origin, record: file.record.record, (file.record.numbers, tensors), earlier: earlier)
        } catch {
            guard case .checkpointUnusable(_, let why) = error else {
                throw .checkpointUnusable(path: path, why: "\(error)")
            }
            throw .checkpointUnusable(path: path, why: why)
        }
    }

    /// Writes the file, all of it or none: beside its place, flushed to the disk, renamed. What stood there before stays
    /// until then.
    ///
    /// - Throws: `ModelFileError.system` with the operation that failed.
    package func write(to path: String) throws {
        var tensors = tensors
        tensors[Self.earlierName] = earlier
        try CheckpointFile(origin: origin, record: State(record: record, numbers: numbers), tensors: tensors)
            .write(to: path, format: Self.format)
    }

    /// Names one work: a SHA-256 of the pictures, the options as resolved and the network's file.
    static func origin(
        content: Picture, styles: [StylePicture], settings: StyleSettings, models: [ModelCard]
    ) throws -> String {
        var hash = FileHash.Running()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        hash.update(String(decoding: try encoder.encode(settings.options), as: UTF8.self))
        for model in models { hash.update(model.sha256) }
        for (picture, weight) in [(content, 1)] + styles.map({ ($0.picture, $0.weight) }) {
            hash.update("\(picture.width) \(picture.height) \(weight)")
            picture.pixels.withUnsafeBytes { hash.update($0) }
        }
        for (index, style) in styles.enumerated() {
            if let layers = style.layers { hash.update("layers of \(index): \(layers.text)") }
            for (what, mask) in [("mask", style.mask), ("style's mask", style.styleMask)] {
                guard let mask else { continue }
                hash.update("\(what) of \(index): \(mask.width) \(mask.height) \(mask.channels.count)")
                mask.pixels.withUnsafeBytes { hash.update($0) }
            }
        }
        return hash.finish()
    }
}

/// Of a checkpoint of another work, ``StyleBeginning/refused(why:)`` says why it is not used.
package typealias StyleCheckpoints = Checkpoints<StyleCheckpoint>

/// Where a stylisation began.
package enum StyleBeginning: Hashable, Sendable {
    case new
    /// After so many iterations of an earlier run.
    case resumed(iteration: Int)
    /// Anew, since the checkpoint that was given does not belong to this work.
    case refused(why: String)
}
