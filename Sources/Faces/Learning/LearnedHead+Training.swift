import Gallery
import Nets

extension LearnedHead {
    // MARK: From closed forms

    /// Takes the mean of all people away, and evens out how photographs of one person differ: W is the inverse root of the covariance
    /// within people, shrunk towards a multiple of the identity (Ledoit and Wolf 2004 for the shape, λ chosen by whoever asks).
    ///
    /// - Parameters:
    ///   - people: the templates of each, two or more.
    ///   - strangers: one template each; they only move the mean.
    ///   - shrinkage: λ of (1 − λ)C + λ·tr(C)/d·I, in 0…1; 1 only takes the mean away.
    init(whitening people: [[[Float]]], strangers: [[Float]], shrinkage: Double) {
        let dimensions = people[0][0].count
        var mean = [Double](repeating: 0, count: dimensions)
        var covariance = [Double](repeating: 0, count: dimensions * dimensions)
        var samples = 0
        for person in people {
            let centre = Self.mean(person, dimensions)
            for index in 0..<dimensions { mean[index] += centre[index] }
            for template in person {
                let step = (0..<dimensions).map { Double(template[$0]) - centre[$0] }
                samples += 1
                for row in 0..<dimensions {
                    for column in 0...row { covariance[row * dimensions + column] += step[row] * step[column] }
                }
            }
        }
        for stranger in strangers { for index in 0..<dimensions { mean[index] += Double(stranger[index]) } }
        let count = Double(people.count + strangers.count)
        let scale = 1 / Double(max(1, samples - people.count))
        let trace = (0..<dimensions).reduce(0.0) { $0 + covariance[$1 * dimensions + $1] } * scale
        for row in 0..<dimensions {
            for column in 0...row {
                var value = covariance[row * dimensions + column] * scale * (1 - shrinkage)
                if row == column { value += shrinkage * trace / Double(dimensions) }
                covariance[row * dimensions + column] = value
            }
        }
        var matrix = Self.inverseOfCholesky(covariance, dimensions)
        // As long as the identity: cosines do not care, optimisers do.
        let norm = matrix.reduce(0) { $0 + $1 * $1 }
        let factor = (Double(dimensions) / norm).squareRoot()
        for index in matrix.indices { matrix[index] *= factor }
        let offset = (0..<dimensions).map { row in
            -Float((0..<dimensions).reduce(0.0) { $0 + matrix[row * dimensions + $1] * mean[$1] / count })
        }
        self.init(matrix: matrix.map { Float($0) }, offset: offset)!
    }

    private static func mean(_ templates: [[Float]], _ dimensions: Int) -> [Double] {
        (0..<dimensions).map { index in
            templates.reduce(0.0) { $0 + Double($1[index]) } / Double(templates.count)
        }
    }

    /// L⁻¹ of the factor L of a positive definite matrix, whose lower half counts: L⁻ᵀL⁻¹ is its inverse, and cosines after L⁻¹ are
    /// those after any other root of the inverse.
    private static func inverseOfCholesky(_ lower: [Double], _ size: Int) -> [Double] {
        var factor = lower
        for row in 0..<size {
            for column in 0...row {
                var sum = factor[row * size + column]
                for index in 0..<column { sum -= factor[row * size + index] * factor[column * size + index] }
                factor[row * size + column] =
                    row == column ? max(sum, 1e-12).squareRoot() : sum / factor[column * size + column]
            }
        }
        var inverse = [Double](repeating: 0, count: size * size)
        for column in 0..<size {
            for row in column..<size {
                var sum = row == column ? 1.0 : 0.0
                for index in column..<row { sum -= factor[row * size + index] * inverse[index * size + column] }
                inverse[row * size + column] = sum / factor[row * size + row]
            }
        }
        return inverse
    }

    // MARK: By triplets

    /// A network that applies the head to rows of templates, up to their length.
    fileprivate var graph: Graph {
        var graph = Graph()
        let input = graph.input("templates", dims: [nil, dimensions])
        let weights = graph.constant(Self.matrixName, Tensor([dimensions, dimensions], matrix))
        let bias = graph.constant(Self.offsetName, Tensor([dimensions], offset))
        graph.output("mapped", graph.gemm(input, weights, bias, Gemm(transposeB: true)))
        return graph
    }

    fileprivate static let matrixName = "matrix"
    fileprivate static let offsetName = "offset"

    /// As tensors, which ``init(tensors:)`` reads.
    var tensors: [String: Tensor] {
        [Self.matrixName: Tensor([dimensions, dimensions], matrix), Self.offsetName: Tensor([dimensions], offset)]
    }

    /// - Returns: nil when tensors are missing, of the wrong size or not finite.
    init?(tensors: [String: Tensor]) {
        guard let matrix = tensors[Self.matrixName], let offset = tensors[Self.offsetName] else { return nil }
        self.init(matrix: matrix.values, offset: offset.values)
    }
}

/// What the triplets of a set of templates make of a head, step by step.
final class HeadTraining {
    /// Unit vectors.
    private let templates: [[Float]]
    /// Places in ``templates`` of each person, two or more, and of people with one.
    private let people: [[Int]]
    private let strangers: [Int]
    private let trainer: TripletTrainer
    private let dimensions: Int
    private let rate: Float
    /// What draws the batches.
    private(set) var generator: SeededGenerator

    private static let peopleInBatch = 16
    private static let samplesEach = 4
    private static let strangersInBatch = 16
    /// From this part of the steps on, the rate is a tenth.
    private static let cooling = (numerator: 3, denominator: 5)

    init(
        _ start: LearnedHead, on templates: [[Float]], people: [[Int]], strangers: [Int],
        recipe: TripletTrainer.Recipe, seed: UInt64, threads: ThreadPool
    ) throws {
        self.templates = templates
        self.people = people
        self.strangers = strangers
        dimensions = start.dimensions
        rate = recipe.learningRate
        generator = SeededGenerator(seed: seed)
        let dimensions = dimensions
        trainer = try TripletTrainer(
            start.graph, training: [LearnedHead.matrixName, LearnedHead.offsetName], shape: { [$0, dimensions] },
            rows: Self.peopleInBatch * Self.samplesEach + Self.strangersInBatch, recipe: recipe, threads: threads)
    }

    /// - Parameter isPositive: whether two templates of one person are to be brought together.
    func step(of steps: Int, isPositive: (Int, Int) -> Bool) -> TripletLoss.Value {
        let isCool = trainer.iteration >= steps * Self.cooling.numerator / Self.cooling.denominator
        trainer.learningRate = isCool ? rate / 10 : rate
        let batch = TripletBatch(
            people: people, strangers: strangers, peopleCount: Self.peopleInBatch, samplesEach: Self.samplesEach,
            strangerCount: Self.strangersInBatch, &generator)
        return trainer.step(batch) {
            isPositive(batch.samples[$0], batch.samples[$1])
        } fill: { input, range in
            for (row, place) in range.enumerated() {
                let template = templates[batch.samples[place]]
                for (index, feature) in template.enumerated() { input[row * dimensions + index] = feature }
            }
        }
    }

    /// The head as it is now; nil when its numbers are not finite.
    var now: LearnedHead? {
        let weights = trainer.weights
        return LearnedHead(matrix: weights[LearnedHead.matrixName]!, offset: weights[LearnedHead.offsetName]!)
    }

    // MARK: Going on

    /// With ``iteration`` and ``generator``, everything that ``resume(_:iteration:_:)`` needs.
    var tensors: [String: Tensor] { trainer.tensors }
    /// Steps taken.
    var iteration: Int { trainer.iteration }

    /// Goes on as another run would have; `false` when its tensors are not of this head.
    func resume(_ tensors: [String: Tensor], iteration: Int, _ generator: SeededGenerator) -> Bool {
        self.generator = generator
        return trainer.resume(tensors, iteration: iteration)
    }
}
