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

    /// From what ``tensors(named:)`` gave; nil when it is missing, or of other samples.
    init?(named name: String, in tensors: [String: Tensor], samples: Int, resolution: Int) {
        views = []
        for index in 0..<(resolution < FaceChip.side ? 2 : 1) {
            guard let kept = tensors["\(name) \(index)"], kept.shape.rank == 2, kept.shape[0] == samples else {
                return nil
            }
            let (values, width) = (kept.values, kept.shape[1])
            views.append((0..<samples).map { Array(values[$0 * width..<($0 + 1) * width]) })
        }
    }

    func tensors(named name: String) -> [String: Tensor] {
        views.enumerated().reduce(into: [:]) { tensors, view in
            let shape: Shape = [view.element.count, view.element.first?.count ?? 0]
            tensors["\(name) \(view.offset)"] = Tensor(shape, view.element.flatMap(\.self))
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
        let rows = TemplateRows(means)
        return means.indices.map { person in
            means.indices.filter { $0 != person }
                .map { ($0, rows.cosine(person, $0)) }.sorted { $0.1 > $1.1 }.prefix(16).map(\.0)
        }
    }
}
