import Gallery
import ModelFiles
import Nets
import Wire

/// What makes templates of chips.
struct TemplateMaker {
    private let embedder: FaceEmbedder

    init(_ network: LoadedModel, threads: ThreadPool) throws {
        embedder = try FaceEmbedder(model: network, threads: threads)
    }

    /// Unit vectors; of a chip that the network has no answer to, the same one always, far from all others.
    func templates(of chips: [FaceChip]) -> [[Float]] {
        embedder.embeddings(of: chips).map {
            $0?.template.features ?? [1] + [Float](repeating: 0, count: embedder.dimensions - 1)
        }
    }
}

/// A share's templates at full size and, where it is learned for smaller faces, at that size.
struct LearningViews {
    private(set) var views: [[[Float]]]

    var full: [[Float]] { views[0] }
    var primary: [[Float]] { views.last! }
    var all: [[Float]] { views.flatMap(\.self) }

    private static let batch = 64

    init(_ share: LearningSet.Share, by system: TemplateMaker, _ resolution: Int, progress: () throws -> Void) throws {
        let chips = share.samples.map(\.chip)
        let sides = resolution < FaceChip.side ? [FaceChip.side, resolution] : [FaceChip.side]
        views = try sides.map { side in
            try stride(from: 0, to: chips.count, by: Self.batch).flatMap { start in
                try progress()
                return system.templates(
                    of: chips[start..<min(start + Self.batch, chips.count)].map { $0.reduced(to: side) })
            }
        }
    }

    func mapped(by head: LearnedHead?) -> LearningViews {
        guard let head else { return self }
        var mapped = self
        mapped.views = views.map { $0.map(head.applied) }
        return mapped
    }
}

extension [[Float]] {
    /// Of each person the others, those whose mean template is most alike first.
    func neighbours(of people: [[Int]]) -> [[Int]] {
        let means = people.map { own in
            TripletTrainer.normalised(
                (0..<self[0].count).map { index in own.reduce(0) { $0 + self[$1][index] } }, self[0].count
            )
            .vectors
        }
        return means.indices.map { person in
            means.indices.filter { $0 != person }
                .map { ($0, cosineOfUnits(means[person], means[$0])) }.sorted { $0.1 > $1.1 }.prefix(16).map(\.0)
        }
    }
}

func cosineOfUnits(_ left: [Float], _ right: [Float]) -> Float {
    var sum: Float = 0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
}
