import Nets

/// Trains a transformer for one style: each step a piece of a photograph goes through it, and what comes out is to have the piece's
/// content and the style (Johnson, Alahi and Fei-Fei 2016, section 3) by the same J(G) as a painting by optimisation.
final class StyleTraining {
    private let executor: Executor
    private let objective: StyleObjective
    private let painted: Tensor
    private let gradient: Tensor
    private let parameters: [(name: String, tensor: Tensor, adam: Adam)]

    /// Adam's, of scales and offsets, and of the convolutions.
    struct Rates {
        let norms: Float
        let convolutions: Float

        /// Where the convolutions know much already.
        static let onward = Rates(norms: 1e-2, convolutions: 1e-3)
        static let fromNothing = Rates(norms: 1e-3, convolutions: 1e-3)
    }

    private let rates: Rates

    /// - Parameters:
    ///   - transformer: its parameters are changed in place.
    ///   - objective: of pieces.
    init(
        _ transformer: StyleTransformer, learning part: StyleTransformer.Part, rates: Rates,
        objective: StyleObjective, threads: ThreadPool
    ) throws {
        self.rates = rates
        self.objective = objective
        let names = transformer.names(of: part)
        executor = try Executor(
            transformer.graph, inputShapes: [StyleTransformer.input: objective.shape], gradients: .weights(names),
            threads: threads)
        painted = Tensor(objective.shape)
        gradient = Tensor(objective.shape)
        parameters = names.sorted().map { name in
            let tensor = transformer.parameters[name]!
            return (name, tensor, Adam(tensor.shape, learningRate: 0))
        }
    }

    /// - Parameters:
    ///   - piece: `[1, H, W, 3]`, RGB in 0…255, of the objective's shape.
    ///   - cooling: by which the rates are multiplied, 0…1.
    /// - Returns: J before the step.
    func step(on piece: Tensor, cooling: Float) -> ObjectiveValue {
        objective.measure(content: piece)
        let input = executor.input(StyleTransformer.input)
        for index in 0..<piece.count { input[index] = piece[index] / 255 }
        executor.forward()
        let output = executor.output(StyleTransformer.output)
        for index in 0..<painted.count { painted[index] = output[index] * 255 }
        let value = objective.evaluate(painted, gradient: gradient)
        let seed = executor.seed(StyleTransformer.output)
        for index in 0..<gradient.count { seed[index] = gradient[index] * 255 }
        executor.backward()
        for (name, tensor, adam) in parameters {
            adam.learningRate =
                cooling * (StyleTransformer.Part.norms.includes(name) ? rates.norms : rates.convolutions)
            adam.step(tensor, gradient: executor.weightGradient(name))
        }
        return value
    }

    // MARK: Going on

    /// What changes, with Adam's moments; they change with the next step.
    var tensors: [String: Tensor] {
        parameters.reduce(into: [:]) { all, parameter in
            all[parameter.name] = parameter.tensor
            all[Moment.first + parameter.name] = parameter.adam.firstMoment
            all[Moment.second + parameter.name] = parameter.adam.secondMoment
        }
    }

    /// Whether there is all that ``resume(_:iteration:)`` needs.
    ///
    /// - Parameter sizes: how many numbers each parameter has that is learned.
    static func isWhole(_ tensors: [String: Tensor], sizes: [String: Int]) -> Bool {
        sizes.allSatisfy { name, count in
            ["", Moment.first, Moment.second].allSatisfy { tensors[$0 + name]?.count == count }
        }
    }

    /// Goes on as another run would have.
    ///
    /// - Parameter tensors: whole.
    func resume(_ tensors: [String: Tensor], iteration: Int) {
        for (name, tensor, adam) in parameters {
            tensor.assign(tensors[name]!)
            adam.resume(
                iteration: iteration, firstMoment: tensors[Moment.first + name]!,
                secondMoment: tensors[Moment.second + name]!)
        }
    }

    private enum Moment {
        static let first = "first moment of "
        static let second = "second moment of "
    }
}
