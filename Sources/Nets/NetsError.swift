/// What can be wrong with a graph or with what is fed to it.
package enum NetsError: Error, Equatable {
    /// An operator got inputs whose shapes do not fit each other or its parameters.
    case shapeMismatch(node: String, operation: String, shapes: [Shape], why: String)
    /// An operator got more or fewer inputs than it takes.
    case wrongInputCount(node: String, operation: String, found: Int, expected: ClosedRange<Int>)
    /// The executor was made without the shape of one of the graph's inputs.
    case inputShapeMissing(name: String)
    /// A shape was given for an input that the graph does not have, or that contradicts its declaration.
    case inputShapeRefused(name: String, found: Shape, declared: [Int?]?)
    /// No input, output or constant of the graph has that name.
    case nameUnknown(kind: NameKind, name: String, known: [String])
    /// A graph outline names a constant that was not given, or gives it another shape.
    case constantMissing(name: String, shape: Shape)
    /// A graph outline that contradicts itself, for example a node that reads a value made after it.
    case outlineInvalid(why: String)
    /// The values of a graph take more bytes than it was given.
    case tooLarge(node: String, shape: Shape, limit: Int)
    /// A loss or gradient became infinite or NaN.
    case notFinite(what: String, iteration: Int)

    package enum NameKind: String, Sendable { case input, output, constant, node }
}

extension NetsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .shapeMismatch(let node, let operation, let shapes, let why):
            let list = shapes.map(\.description).joined(separator: ", ")
            return "\(operation) '\(node)' cannot take inputs of shape \(list): \(why)."
        case .wrongInputCount(let node, let operation, let found, let expected):
            let wanted =
                expected.lowerBound == expected.upperBound
                ? "\(expected.lowerBound)" : "\(expected.lowerBound) to \(expected.upperBound)"
            return "\(operation) '\(node)' has \(found) inputs; it takes \(wanted)."
        case .inputShapeMissing(let name):
            return "The graph's input '\(name)' needs a shape; pass one in inputShapes."
        case .inputShapeRefused(let name, let found, let declared):
            guard let declared else { return "The graph has no input '\(name)' (shape \(found) was given for it)." }
            let wanted = declared.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
            return "The input '\(name)' is declared [\(wanted)]; a shape \(found) does not fit."
        case .nameUnknown(let kind, let name, let known):
            return "The graph has no \(kind.rawValue) '\(name)'; it has: \(known.joined(separator: ", "))."
        case .constantMissing(let name, let shape):
            return "The graph's constant '\(name)' \(shape) is not among the tensors; convert the model again."
        case .outlineInvalid(let why):
            return "The graph's description is not valid: \(why); convert the model again."
        case .tooLarge(let node, let shape, let limit):
            return "With the result of '\(node)', of shape \(shape), the values take more than \(limit >> 20) MiB."
        case .notFinite(let what, let iteration):
            return "\(what) is not finite at iteration \(iteration); lower the learning rate or the weights."
        }
    }
}
