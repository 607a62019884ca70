import Nets

/// Trains a network that turns inputs into vectors so that the normalised vectors of one person come together: Adam on the
/// triplet loss, the statistics of batch normalisations as they are.
///
/// A batch that is larger than what the executor takes goes through it in pieces, twice: once for the vectors, of which the loss
/// is made, and once for the gradients, so that memory does not grow with the batch.
final class TripletTrainer {
    /// What does not change while a network is trained.
    struct Recipe {
        var loss = TripletLoss()
        var learningRate: Float
        /// μ of the penalty μ‖w − w₀‖², w₀ the weights at the start.
        var penalty: Float = 0
    }

    /// With the weights as they are now.
    let graph: Graph
    private let executor: Executor
    private let recipe: Recipe
    private let rows: Int
    private let dimensions: Int
    private let input: Tensor
    private let output: Tensor
    private let seed: Tensor
    private var parameters: [Parameter] = []

    private struct Parameter {
        let name: String
        let weights: Tensor
        let start: [Float]
        let gradient: Tensor
        let sum: Tensor
        let adam: Adam
    }

    /// - Parameters:
    ///   - graph: one input, one output `[n, d]`.
    ///   - names: of the constants that change; of copies, `graph` stays as it is.
    ///   - shape: of the input for so many samples.
    ///   - rows: samples that go through the network together.
    /// - Throws: `NetsError`.
    init(
        _ graph: Graph, training names: Set<String>, shape: (Int) -> Shape, rows: Int, recipe: Recipe,
        threads: ThreadPool
    ) throws {
        precondition(graph.inputNames.count == 1 && graph.outputNames.count == 1, "a network of one input and output")
        self.graph = graph.copyingConstants(names)
        self.recipe = recipe
        self.rows = rows
        executor = try Executor(
            self.graph, inputShapes: [graph.inputNames[0]: shape(rows)], gradients: .weights(names), threads: threads)
        input = executor.input(graph.inputNames[0])
        output = executor.output(graph.outputNames[0])
        seed = executor.seed(graph.outputNames[0])
        dimensions = output.count / rows
        let weights = executor.weights
        parameters = names.sorted().map { name in
            let tensor = weights[name]!
            return Parameter(
                name: name, weights: tensor, start: recipe.penalty > 0 ? tensor.values : [],
                gradient: executor.weightGradient(name), sum: Tensor(tensor.shape),
                adam: Adam(tensor.shape, learningRate: recipe.learningRate, threads: threads))
        }
    }

    /// Bytes that the executor takes.
    var bytes: Int { executor.bytes }

    var learningRate: Float {
        get { parameters.first?.adam.learningRate ?? recipe.learningRate }
        set { for parameter in parameters { parameter.adam.learningRate = newValue } }
    }

    /// One step.
    ///
    /// - Parameters:
    ///   - teacher: what the vectors are drawn to besides; none by default.
    ///   - fill: writes the samples at some places of the batch into the first rows of the input.
    ///   - isPositive: see ``TripletLoss``; places of the batch.
    func step(
        _ batch: TripletBatch, teacher: Teacher? = nil, isPositive: (Int, Int) -> Bool,
        fill: (Tensor, Range<Int>) -> Void
    ) -> TripletLoss.Value {
        let pieces = stride(from: 0, to: batch.count, by: rows).map { $0..<min($0 + rows, batch.count) }
        var raw: [Float] = []
        for piece in pieces {
            fill(input, piece)
            executor.forward()
            raw += output.buffer.prefix(piece.count * dimensions)
        }
        let (vectors, lengths) = Self.normalised(raw, dimensions)
        var value = recipe.loss.value(of: vectors, labels: batch.labels, isPositive: isPositive)
        teacher?.add(to: &value, of: vectors)
        let gradient = Self.pulledBack(value.gradient, through: vectors, lengths, dimensions)
        for parameter in parameters { parameter.sum.fill(0) }
        // The last piece still lies in the executor.
        for (index, piece) in pieces.enumerated().reversed() {
            if index < pieces.count - 1 {
                fill(input, piece)
                executor.forward()
            }
            seed.fill(0)
            for place in 0..<piece.count * dimensions {
                seed[place] = gradient[piece.lowerBound * dimensions + place]
            }
            executor.backward()
            for parameter in parameters {
                let (sum, gradient) = (parameter.sum.buffer, parameter.gradient.buffer)
                for place in sum.indices { sum[place] += gradient[place] }
            }
        }
        for parameter in parameters {
            for (place, start) in parameter.start.enumerated() {
                parameter.sum[place] += 2 * recipe.penalty * (parameter.weights[place] - start)
            }
            parameter.adam.step(parameter.weights, gradient: parameter.sum)
        }
        return value
    }

    // MARK: Weights, moments

    /// The trained weights, by name.
    var weights: [String: [Float]] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.weights.values) })
    }

    /// Steps taken.
    var iteration: Int { parameters.first?.adam.iteration ?? 0 }

    /// With ``iteration``, everything that ``resume(_:iteration:)`` needs; the tensors change with the next step.
    var tensors: [String: Tensor] {
        parameters.reduce(into: [:]) { tensors, parameter in
            tensors[Name.weights + parameter.name] = parameter.weights
            tensors[Name.first + parameter.name] = parameter.adam.firstMoment
            tensors[Name.second + parameter.name] = parameter.adam.secondMoment
        }
    }

    /// Goes on from another trainer's ``tensors``, as if there had been one; `false` when some are missing or of another size.
    func resume(_ tensors: [String: Tensor], iteration: Int) -> Bool {
        for parameter in parameters {
            let kept = [Name.weights, Name.first, Name.second].compactMap { tensors[$0 + parameter.name] }
            guard kept.count == 3, kept.allSatisfy({ $0.count == parameter.weights.count }) else { return false }
            parameter.weights.assign(kept[0])
            parameter.adam.resume(iteration: iteration, firstMoment: kept[1], secondMoment: kept[2])
        }
        return true
    }

    private enum Name {
        static let weights = "weights "
        static let first = "first moment "
        static let second = "second moment "
    }

    // MARK: Unit vectors

    /// Each row by its length; a row of zeros stays one.
    static func normalised(_ rows: [Float], _ dimensions: Int) -> (vectors: [Float], lengths: [Float]) {
        var vectors = rows
        let lengths = (0..<rows.count / dimensions).map { row in
            let range = row * dimensions..<(row + 1) * dimensions
            let length = rows[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            for place in range { vectors[place] = Float(Double(rows[place]) / max(length, 1e-12)) }
            return Float(length)
        }
        return (vectors, lengths)
    }

    /// The derivative by the rows, from that by their unit vectors.
    static func pulledBack(
        _ gradient: [Float], through vectors: [Float], _ lengths: [Float], _ dimensions: Int
    ) -> [Float] {
        var result = gradient
        for (row, length) in lengths.enumerated() {
            let range = row * dimensions..<(row + 1) * dimensions
            var along: Float = 0
            for place in range { along += gradient[place] * vectors[place] }
            for place in range { result[place] = (gradient[place] - along * vectors[place]) / max(length, 1e-12) }
        }
        return result
    }
}

/// What vectors are drawn to: weight·mean‖f(x) − t(x)‖². Hinton, Vinyals, Dean 2015, of vectors instead of classes.
struct Teacher {
    /// `[n, d]`, each of length 1.
    let vectors: [Float]
    let weight: Double

    func add(to value: inout TripletLoss.Value, of learned: [Float]) {
        precondition(vectors.count == learned.count, "\(vectors.count) numbers to learn \(learned.count) from")
        let count = Double(value.rows)
        var sum = 0.0
        for place in learned.indices {
            let step = learned[place] - vectors[place]
            sum += Double(step) * Double(step)
            value.gradient[place] += Float(2 * weight / count) * step
        }
        value.loss += weight * sum / count
    }
}
