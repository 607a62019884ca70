import Foundation

/// `e^x / Σ e^x` along one axis; a negative axis counts from the end.
package struct Softmax: Hashable, Sendable, Codable {
    package var axis: Int

    package init(axis: Int = -1) { self.axis = axis }
}

extension Softmax: Operation {
    var arity: ClosedRange<Int> { 1...1 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let axis = resolved(inputs[0].rank)
        guard (0..<inputs[0].rank).contains(axis) else { throw Misfit("there is no axis \(self.axis)") }
        return inputs[0]
    }

    private func resolved(_ rank: Int) -> Int { axis < 0 ? axis + rank : axis }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(output: true) }

    /// The value as `[outer, terms, inner]`.
    private func layout(_ shape: Shape) -> (outer: Int, terms: Int, inner: Int) {
        let axis = resolved(shape.rank)
        return (shape.dims[..<axis].reduce(1, *), shape[axis], shape.dims[(axis + 1)...].reduce(1, *))
    }

    func forward(at site: Site) -> Step {
        let (outer, terms, inner) = layout(site.output.shape)
        let lines = Pieces.balanced(outer * inner, cost: terms)
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(lines.count) { piece, _ in
                for line in lines.range(piece) {
                    let start = line / inner &* terms &* inner &+ line % inner
                    var greatest = -Float.infinity
                    for term in 0..<terms { greatest = max(greatest, x[start &+ term &* inner]) }
                    var sum: Float = 0
                    for term in 0..<terms {
                        let value = expf(x[start &+ term &* inner] - greatest)
                        y[start &+ term &* inner] = value
                        sum += value
                    }
                    for term in 0..<terms { y[start &+ term &* inner] /= sum }
                }
            }
        }
    }

    /// `dx = y · (dy − Σ y · dy)`.
    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let (outer, terms, inner) = layout(site.output.shape)
        let lines = Pieces.balanced(outer * inner, cost: terms)
        return { [y = site.output.pointer, d = site.outputGradient!, threads = site.threads] in
            threads.parallel(lines.count) { piece, _ in
                for line in lines.range(piece) {
                    let start = line / inner &* terms &* inner &+ line % inner
                    var sum: Float = 0
                    for term in 0..<terms { sum += y[start &+ term &* inner] * d[start &+ term &* inner] }
                    for term in 0..<terms {
                        let index = start &+ term &* inner
                        target.put(y[index] * (d[index] - sum), at: index)
                    }
                }
            }
        }
    }
}
