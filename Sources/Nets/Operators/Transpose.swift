/// Reorders axes: the output's axis `i` is the input's axis `permutation[i]`.
package struct Transpose: Hashable, Sendable, Codable {
    package var permutation: [Int]

    package init(_ permutation: [Int]) { self.permutation = permutation }
}

extension Transpose: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard permutation.sorted() == Array(0..<inputs[0].rank) else {
            throw Misfit("\(permutation) does not permute \(inputs[0].rank) axes")
        }
        return Shape(permutation.map { inputs[0][$0] })
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    /// The walk over the output with, for each of its axes, the input's stride.
    private func walk(at site: Site) -> StridedWalk {
        let strides = site.inputs[0].shape.strides
        return StridedWalk(extents: site.output.shape.dims, strides: permutation.map { strides[$0] })
    }

    func forward(at site: Site) -> Step {
        let walk = walk(at: site)
        let rows = Pieces.balanced(walk.outer, cost: walk.inner)
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let (source, target) = (x + walk.offset(row), y + row &* walk.inner)
                    for index in 0..<walk.inner { target[index] = source[index &* walk.innerStride] }
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let walk = walk(at: site)
        let rows = Pieces.balanced(walk.outer, cost: walk.inner)
        return { [d = site.outputGradient!, threads = site.threads] in
            threads.parallel(rows.count) { piece, _ in
                for row in rows.range(piece) {
                    let (start, source) = (walk.offset(row), d + row &* walk.inner)
                    for index in 0..<walk.inner { target.put(source[index], at: start &+ index &* walk.innerStride) }
                }
            }
        }
    }
}
