/// An element-wise non-linearity.
package enum Activation: Hashable, Sendable, Codable {
    /// `max(x, 0)`.
    case relu
    /// `x` where positive, `slope · x` elsewhere.
    case leakyRelu(slope: Float)
    /// `x` held between two bounds; 0 and 6 make ReLU6.
    case clip(low: Float, high: Float)
    /// `1 / (1 + e^−x)`.
    case sigmoid
    case tanh
}

extension Activation {
    var label: String {
        switch self {
        case .relu: "relu"
        case .leakyRelu: "leakyRelu"
        case .clip: "clip"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        }
    }
}

extension Activation: Operation {
    var arity: ClosedRange<Int> { 1...1 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        switch self {
        case .leakyRelu(let slope) where slope < 0: throw Misfit("the slope \(slope) is negative; use prelu")
        case .clip(let low, let high) where !(low <= high): throw Misfit("the bounds \(low) and \(high) are crossed")
        default: return inputs[0]
        }
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(output: true) }

    func forward(at site: Site) -> Step {
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                apply(x + range.lowerBound, to: y + range.lowerBound, count: range.count)
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return { [y = site.output.pointer, d = site.outputGradient!, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                pullBack(
                    d + range.lowerBound, output: y + range.lowerBound, to: target.pointer + range.lowerBound,
                    count: range.count, accumulates: target.accumulates)
            }
        }
    }
}
