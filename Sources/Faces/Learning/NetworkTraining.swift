import ModelFiles
import Nets
import Wire

/// Trains the weights of an embedding network on chips.
final class NetworkTraining {
    private let trainer: TripletTrainer
    private let pixels: PixelConvention
    private let names: Set<String>
    private let rate: Float

    private static let peopleInBatch = 12
    private static let samplesEach = 4
    /// They have no positives, but are negatives, and have a teacher.
    private static let strangersInBatch = 12
    /// From this part of the steps on, the rate is a fifth.
    private static let cooling = 0.7

    /// - Parameter strangers: how many there are.
    init(_ network: LoadedModel, depth: LearningDepth, strangers: Int, threads: ThreadPool) throws {
        pixels = network.pixels
        names = depth == .last ? network.graph.lastParameterNames : network.graph.parameterNames
        rate = depth.rate
        // A whole batch goes through the network together; it would otherwise have to pass it twice.
        let rows = Self.peopleInBatch * Self.samplesEach + (strangers > 0 ? Self.strangersInBatch : 0)
        trainer = try TripletTrainer(
            network.graph, training: names, shape: { .nhwc($0, FaceChip.side, FaceChip.side, 3) }, rows: rows,
            recipe: .init(learningRate: rate), threads: threads)
    }

    /// - Parameters:
    ///   - views: the chips of each sample, at full size and, where it is asked for, reduced; one is drawn each time.
    ///   - teacher: the template of each sample at full size that the network had at the start: whichever view is drawn, it is
    ///     drawn to that. It teaches what triplets of few people cannot, and keeps what was known; nil where nothing was.
    func step(
        _ index: Int, of steps: Int, views: [[FaceChip]], people: [[Int]], neighbours: [[Int]], strangers: [Int],
        teacher: [[Float]]?, seed: UInt64, isPositive: (Int, Int) -> Bool
    ) -> TripletLoss.Value {
        // Each step draws anew, so that a run that goes on draws what it would have drawn.
        var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(index))
        trainer.learningRate = Double(index) < Double(steps) * Self.cooling ? rate : rate / 5
        let batch = TripletBatch(
            people: people, neighbours: neighbours, strangers: strangers, peopleCount: Self.peopleInBatch,
            samplesEach: Self.samplesEach, strangerCount: Self.strangersInBatch, &generator)
        let chips = zip(batch.samples, batch.mirrored).map { sample, isMirrored in
            // The last view is what it is learned for; the others keep what was known.
            let view =
                generator.uniform() < Self.shareOfLast
                ? views[sample].last! : views[sample].randomElement(using: &generator)!
            return isMirrored ? view.mirrored : view
        }
        let drawnTo = teacher.map { known in
            Teacher(vectors: batch.samples.flatMap { known[$0] }, weight: Self.teacherWeight)
        }
        return trainer.step(batch, teacher: drawnTo) {
            isPositive(batch.samples[$0], batch.samples[$1])
        } fill: { input, range in
            input.fill(
                width: FaceChip.side, from: chips[range].flatMap(\.pixels), width: FaceChip.side, as: self.pixels)
        }
    }

    private static let shareOfLast = 0.5
    /// Against the triplets.
    private static let teacherWeight = 1.0

    /// The network as it is now, which later steps do not change.
    var now: Graph { trainer.graph.copyingConstants(names) }

    // MARK: Going on

    /// With ``iteration``, everything that ``resume(_:iteration:)`` needs; the tensors change with the next step.
    var tensors: [String: Tensor] { trainer.tensors }
    var iteration: Int { trainer.iteration }

    /// Goes on as another run would have; `false` when its tensors are not of this network.
    func resume(_ tensors: [String: Tensor], iteration: Int) -> Bool {
        trainer.resume(tensors, iteration: iteration)
    }

    /// What is trained of a network that ``now`` gave.
    func parameters(of graph: Graph) -> [String: Tensor] {
        graph.constants.filter { names.contains($0.name) }.reduce(into: [:]) { $0[$1.name] = $1.tensor }
    }

    /// The network with these ``parameters(of:)``; nil when some are missing or of another size.
    func network(of parameters: [String: Tensor]) -> Graph? {
        let graph = now
        for constant in graph.constants where names.contains(constant.name) {
            guard let kept = parameters[constant.name], kept.count == constant.tensor.count else { return nil }
            constant.tensor.assign(kept)
        }
        return graph
    }
}

extension LearningDepth {
    /// Adam's. With more, SFace's error rises while the loss still falls.
    fileprivate var rate: Float {
        switch self {
        case .head: 1e-4
        case .last: 1e-4
        case .all: 3e-5
        case .new: 1e-3
        }
    }

    /// Unless somebody says.
    package var usualSteps: Int {
        switch self {
        case .head: 300
        case .last: 100
        case .all: 120
        case .new: 400
        }
    }
}

extension LoadedModel {
    /// A small Siamese network with random weights: four convolutions of stride 2, and 64 numbers.
    static func untrained(seed: UInt64) -> LoadedModel {
        var generator = SeededGenerator(seed: seed)
        var graph = Graph()
        var value = graph.input("chip", dims: [nil, FaceChip.side, FaceChip.side, 3])
        func constant(_ name: String, _ shape: Shape, deviation: Float) -> Graph.Value {
            let tensor = Tensor(shape)
            generator.fill(tensor, deviation: deviation)
            return graph.constant(name, tensor)
        }
        var channels = 3
        for (layer, outputs) in [16, 32, 64, 96].enumerated() {
            // He et al. 2015: variance 2 / inputs.
            let deviation = (2 / Float(9 * channels)).squareRoot()
            let weights = constant("weights\(layer)", [3, 3, channels, outputs], deviation: deviation)
            let bias = constant("bias\(layer)", [outputs], deviation: 0)
            value = graph.relu(
                graph.convolution(
                    value, weights: weights, bias: bias, .init(stride: .init(2), padding: .init(1))))
            channels = outputs
        }
        // What is where matters in a face: no mean over the picture.
        let side = FaceChip.side / 16
        let flat = graph.add(.reshape(Reshape([0, side * side * channels])), [value])
        let weights = constant(
            "weights", [side * side * channels, 64], deviation: (1 / Float(side * side * channels)).squareRoot())
        graph.output("embedding", graph.gemm(flat, weights))
        return LoadedModel(
            graph: graph,
            facts: ModelCard(
                id: "new", name: "untrained", version: "seed \(seed)", licence: "none", origin: "random weights",
                sha256: String(repeating: "0", count: 64), use: "nothing yet"), pixels: .centredRGB)
    }
}
