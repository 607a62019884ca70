import Foundation
import Testing

@testable import Nets

/// One pool for all tests.
let pool = ThreadPool(threads: 2)

/// A tensor of seeded uniform values.
func random(_ shape: Shape, seed: UInt64, _ low: Float = -1, _ high: Float = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let tensor = Tensor(shape)
    for index in 0..<tensor.count { tensor[index] = generator.uniform(low, high) }
    return tensor
}

/// A tensor of distinct values at least `gap` apart, shuffled: no ties, and zero not within a finite difference.
func distinct(_ shape: Shape, seed: UInt64, gap: Float = 0.05) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let count = shape.count
    var values = (0..<count).map { (Float($0) - Float(count) / 2 + 0.25) * gap }
    values.shuffle(using: &generator)
    return Tensor(shape, values)
}

/// Runs one operator on tensors and returns its output.
func run(_ operation: Operator, _ inputs: [Tensor], threads: ThreadPool = pool) throws -> Tensor {
    let executor = try makeExecutor(operation, inputs, gradients: .none, threads: threads)
    executor.forward()
    return executor.output("y").copy()
}

/// An executor of one operator whose inputs are all graph inputs "0", "1", ….
func makeExecutor(
    _ operation: Operator, _ inputs: [Tensor], gradients: Executor.Gradients, threads: ThreadPool = pool
) throws -> Executor {
    var graph = Graph()
    let values = inputs.indices.map { graph.input("\($0)") }
    graph.output("y", graph.add(operation, values))
    let shapes = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("\($0.offset)", $0.element.shape) })
    let executor = try Executor(graph, inputShapes: shapes, gradients: gradients, threads: threads)
    for (index, tensor) in inputs.enumerated() { executor.input("\(index)").assign(tensor) }
    return executor
}

/// Compares with a tolerance relative to the greatest expected magnitude (at least 1).
func expectClose(
    _ found: [Float], _ expected: [Double], tolerance: Double = 1e-5, _ what: @autoclosure () -> String,
    location: SourceLocation = #_sourceLocation
) {
    guard found.count == expected.count else {
        Issue.record("\(what()): \(found.count) values, \(expected.count) expected", sourceLocation: location)
        return
    }
    let scale = max(1, expected.reduce(0) { max($0, abs($1)) })
    var worst = (difference: 0.0, index: 0)
    for (index, pair) in zip(found, expected).enumerated() {
        let difference = abs(Double(pair.0) - pair.1)
        if !(difference <= worst.difference) { worst = (difference, index) }
    }
    if !(worst.difference <= tolerance * scale) {
        Issue.record(
            "\(what()): at \(worst.index) found \(found[worst.index]), expected \(expected[worst.index]) (scale \(scale))",
            sourceLocation: location)
    }
}

/// Checks the gradients of one operator by all its inputs against central differences of Σ r·y, r random: at every element, or
/// of large inputs at some `samples` that lie evenly apart.
func expectGradients(
    _ operation: Operator, _ inputs: [Tensor], step: Float = 1e-2, tolerance: Double = 5e-3,
    samples: Int = .max, _ what: @autoclosure () -> String, location: SourceLocation = #_sourceLocation
) throws {
    let executor = try makeExecutor(operation, inputs, gradients: .inputs)
    let seed = random(executor.output("y").shape, seed: 99)
    func loss() -> Double {
        executor.forward()
        return zip(executor.output("y").values, seed.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    executor.forward()
    executor.seed("y").assign(seed)
    executor.backward()
    let found = inputs.indices.map { executor.inputGradient("\($0)").values }
    for (number, input) in inputs.enumerated() {
        let place = executor.input("\(number)")
        let indices = Array(stride(from: 0, to: input.count, by: max(1, input.count / samples)))
        let expected = indices.map { index in
            place[index] = input[index] + step
            let above = loss()
            place[index] = input[index] - step
            let below = loss()
            place[index] = input[index]
            // The step as float32 sees it.
            return (above - below) / (Double(input[index] + step) - Double(input[index] - step))
        }
        expectClose(
            indices.map { found[number][$0] }, expected, tolerance: tolerance, "\(what()), gradient of input \(number)",
            location: location)
    }
}
