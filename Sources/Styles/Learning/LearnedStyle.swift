import ModelFiles
import Nets

/// A style that was learned from pictures: what it changes of the arbitrary-style network's transformer, and how it came about.
///
/// On disk a safetensors file with its own SHA-256, 440 KB with all of the network.
package struct LearnedStyle: Sendable, Hashable {
    /// Of the meaning of what is in the file: raised whenever the same numbers would paint differently.
    private static let format = 1

    /// Style and content distance of the same pieces, by a network that it was not trained through.
    package struct Distances: Codable, Sendable, Hashable {
        package var style: Double
        package var content: Double

        package init(style: Double, content: Double) {
            self.style = style
            self.content = content
        }
    }

    /// How it came about.
    package struct Record: Codable, Sendable, Hashable {
        /// SHA-256 of each style picture's pixels.
        package var pictures: [String]
        /// Photographs that it was learned on.
        package var photographs: Int
        package var part: StyleTransformer.Part
        package var strokes: Double
        /// `nil` of those that were learned before it could be less than 1.
        package var strength: Double?
        package var seed: UInt64
        package var steps: Int
        package var bestStep: Int
        /// Of the network before, with this style, and of paintings by optimisation.
        package var arbitrary: Distances
        package var learned: Distances
        package var optimised: Distances
    }

    /// SHA-256 of the transformer's file.
    package let base: String
    package let record: Record
    let values: [String: [Float]]

    init(base: String, record: Record, values: [String: [Float]]) {
        self.base = base
        self.record = record
        self.values = values
    }

    /// SHA-256 of all that decides what it paints.
    package var fingerprint: String {
        var hash = FileHash.Running()
        hash.update(base)
        hash.update(values)
        return hash.finish()
    }

    /// - Throws: `StyleError.learnedUnusable`.
    package init(reading path: String) throws(StyleError) {
        do {
            let file = try CheckpointFile<Record>(reading: path, format: Self.format)
            self.init(base: file.origin, record: file.record, values: file.tensors.mapValues(\.values))
        } catch {
            throw .learnedUnusable(path: path, why: error.ofOwnFile)
        }
    }

    /// - Throws: `ModelFileError.system`.
    package func write(to path: String) throws {
        let tensors = values.mapValues { Tensor([$0.count], $0) }
        try CheckpointFile(origin: base, record: record, tensors: tensors).write(to: path, format: Self.format)
    }

    /// - Throws: `StyleError.learnedUnusable` when it was learned of another transformer.
    func transformer(of model: LoadedModel) throws(StyleError) -> StyleTransformer {
        guard model.facts.sha256 == base else {
            throw .learnedUnusable(
                path: nil,
                why:
                    "it was learned of another \(model.facts.id), \(base.prefix(12)), not \(model.facts.sha256.prefix(12))"
            )
        }
        let blank = [Float](repeating: 0, count: ArbitraryStyleNetwork.styleLength)
        guard let transformer = StyleTransformer(model, vector: blank).with(values) else {
            throw .learnedUnusable(path: nil, why: "its numbers are not those of \(model.facts.id)")
        }
        return transformer
    }
}

extension FileHash.Running {
    /// Numbers by name.
    mutating func update(_ values: [String: [Float]]) {
        for (name, numbers) in values.sorted(by: { $0.key < $1.key }) {
            update(name)
            numbers.withUnsafeBytes { update($0) }
        }
    }
}
