import Foundation

/// An element-wise function.
package enum Unary: String, Hashable, Sendable, Codable {
    case squareRoot, reciprocal, negate, absolute, exponential, logarithm, square
}

extension Unary: Operation {
    var arity: ClosedRange<Int> { 1...1 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape { inputs[0] }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        switch self {
        case .negate: BackwardReads()
        case .squareRoot, .reciprocal, .exponential: BackwardReads(output: true)
        case .absolute, .logarithm, .square: BackwardReads(inputs: [0])
        }
    }

    func forward(at site: Site) -> Step {
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                for index in pieces.range(piece) { y[index] = value(x[index]) }
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        let (x, y, d) = (site.inputs[0].pointer, site.output.pointer, site.outputGradient!)
        let readsInput = !backwardReads(gradients: [true]).inputs.isEmpty
        return { [threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                for index in pieces.range(piece) {
                    let slope = slope(readsInput ? x[index] : 0, y[index])
                    target.put(d[index] * slope, at: index)
                }
            }
        }
    }

    @inline(__always)
    private func value(_ x: Float) -> Float {
        switch self {
        case .squareRoot: x.squareRoot()
        case .reciprocal: 1 / x
        case .negate: -x
        case .absolute: abs(x)
        case .exponential: expf(x)
        case .logarithm: logf(x)
        case .square: x * x
        }
    }

    /// The derivative, from the input or the output, whichever `backwardReads` keeps.
    @inline(__always)
    private func slope(_ x: Float, _ y: Float) -> Float {
        switch self {
        case .squareRoot: 0.5 / y
        case .reciprocal: -y * y
        case .negate: -1
        case .absolute: x > 0 ? 1 : x < 0 ? -1 : 0
        case .exponential: y
        case .logarithm: 1 / x
        case .square: 2 * x
        }
    }
}
