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
    private var graph: Graph {
        var graph = Graph()
        let input = graph.input("templates", dims: [nil, dimensions])
        let weights = graph.constant(Self.matrixName, Tensor([dimensions, dimensions], matrix))
        let bias = graph.constant(Self.offsetName, Tensor([dimensions], offset))
        graph.output("mapped", graph.gemm(input, weights, bias, Gemm(transposeB: true)))
        return graph
    }

    private static let matrixName = "matrix"
    private static let offsetName = "offset"

    /// What the triplets of a set of templates make of this head.
    ///
    /// - Parameters:
    ///   - templates: unit vectors.
    ///   - people: places in `templates` of each person, two or more.
    ///   - strangers: places of people with one.
    ///   - isPositive: whether two templates of one person are to be brought together.
    ///   - progress: is told each step's value; may throw.
    /// - Returns: the head after the last step.
    func trained(
        on templates: [[Float]], people: [[Int]], strangers: [Int], steps: Int, recipe: TripletTrainer.Recipe,
        seed: UInt64, threads: ThreadPool, isPositive: (Int, Int) -> Bool,
        progress: (Int, TripletLoss.Value) throws -> Void
    ) throws -> LearnedHead {
        var generator = SeededGenerator(seed: seed)
        let rows = Self.peopleInBatch * Self.samplesEach + Self.strangersInBatch
        let trainer = try TripletTrainer(
            graph, training: [Self.matrixName, Self.offsetName], shape: { [$0, dimensions] }, rows: rows,
            recipe: recipe,
            threads: threads)
        for step in 0..<steps {
            if step == steps * 3 / 5 { trainer.learningRate = recipe.learningRate / 10 }
            let batch = TripletBatch(
                people: people, strangers: strangers, peopleCount: Self.peopleInBatch, samplesEach: Self.samplesEach,
                strangerCount: Self.strangersInBatch, &generator)
            let value = trainer.step(batch) {
                isPositive(batch.samples[$0], batch.samples[$1])
            } fill: { input, range in
                for (row, place) in range.enumerated() {
                    let template = templates[batch.samples[place]]
                    for (index, feature) in template.enumerated() { input[row * dimensions + index] = feature }
                }
            }
            try progress(step, value)
        }
        let weights = trainer.weights
        guard let head = LearnedHead(matrix: weights[Self.matrixName]!, offset: weights[Self.offsetName]!) else {
            throw FaceError.learningCollapsed(reason: "the head's numbers are not finite")
        }
        return head
    }

    private static let peopleInBatch = 16
    private static let samplesEach = 4
    private static let strangersInBatch = 16
}
