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
    /// Chips that go through the network together: a whole batch, which would otherwise have to pass it twice.
    private static let rows = peopleInBatch * samplesEach
    /// From this part of the steps on, the rate is a fifth.
    private static let cooling = 0.7

    init(_ network: LoadedModel, depth: LearningDepth, threads: ThreadPool) throws {
        pixels = network.pixels
        names = depth == .last ? network.graph.lastParameterNames : network.graph.parameterNames
        rate = depth.rate
        trainer = try TripletTrainer(
            network.graph, training: names, shape: { .nhwc($0, FaceChip.side, FaceChip.side, 3) }, rows: Self.rows,
            recipe: .init(learningRate: rate), threads: threads)
    }

    /// - Parameter views: the chips of each sample, at full size and, where it is asked for, reduced; one is drawn each time.
    func step(
        _ index: Int, of steps: Int, views: [[FaceChip]], people: [[Int]], neighbours: [[Int]],
        seed: UInt64, isPositive: (Int, Int) -> Bool
    ) -> TripletLoss.Value {
        // Each step draws anew, so that a run that goes on draws what it would have drawn.
        var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(index))
        trainer.learningRate = Double(index) < Double(steps) * Self.cooling ? rate : rate / 5
        let batch = TripletBatch(
            people: people, neighbours: neighbours, strangers: [], peopleCount: Self.peopleInBatch,
            samplesEach: Self.samplesEach, strangerCount: 0, &generator)
        let chips = zip(batch.samples, batch.mirrored).map { sample, isMirrored in
            // The last view is what it is learned for; the others keep what was known.
            let view =
                generator.uniform() < Self.shareOfLast
                ? views[sample].last! : views[sample].randomElement(using: &generator)!
            return isMirrored ? view.mirrored : view
        }
        return trainer.step(batch) {
            isPositive(batch.samples[$0], batch.samples[$1])
        } fill: { input, range in
            input.fill(
                width: FaceChip.side, from: chips[range].flatMap(\.pixels), width: FaceChip.side, as: self.pixels)
        }
    }

    private static let shareOfLast = 0.5

    /// The network as it is now, which later steps do not change.
    var now: Graph { trainer.graph.copyingConstants(names) }
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
