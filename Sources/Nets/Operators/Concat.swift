/// Joins values along one axis; a negative axis counts from the end.
package struct Concat: Hashable, Sendable, Codable {
    package var axis: Int

    package init(axis: Int) { self.axis = axis }
}

extension Concat: Operation {
    /// More inputs than any network has.
    private static let mostInputs = 4096

    var arity: ClosedRange<Int> { 1...Self.mostInputs }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let rank = inputs[0].rank
        let axis = resolved(rank)
        guard (0..<rank).contains(axis) else { throw Misfit("there is no axis \(self.axis)") }
        var dims = inputs[0].dims
        dims[axis] = 0
        for shape in inputs {
            guard shape.rank == rank, (0..<rank).allSatisfy({ $0 == axis || shape[$0] == inputs[0][$0] }) else {
                throw Misfit("the shapes differ in more than axis \(axis)")
            }
            dims[axis] += shape[axis]
        }
        return Shape(dims)
    }

    private func resolved(_ rank: Int) -> Int { axis < 0 ? axis + rank : axis }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    /// For each input, the length of its runs and where its first one starts within a run of the output.
    private func runs(at site: Site) -> (outer: Int, whole: Int, runs: [(length: Int, offset: Int)]) {
        let axis = resolved(site.output.shape.rank)
        let inner = site.output.shape.dims[(axis + 1)...].reduce(1, *)
        var offset = 0
        let runs = site.inputs.map { input in
            defer { offset += input.shape[axis] * inner }
            return (length: input.shape[axis] * inner, offset: offset)
        }
        return (site.output.shape.dims[..<axis].reduce(1, *), offset, runs)
    }

    func forward(at site: Site) -> Step {
        let (outer, whole, runs) = runs(at: site)
        let pieces = Pieces.balanced(outer, cost: whole)
        return { [inputs = site.inputs.map(\.pointer), y = site.output.pointer, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                for index in pieces.range(piece) {
                    for (input, run) in zip(inputs, runs) {
                        (y + (index &* whole &+ run.offset))
                            .update(from: input + index &* run.length, count: run.length)
                    }
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        let (outer, whole, runs) = runs(at: site)
        let pieces = Pieces.balanced(outer, cost: whole)
        return { [targets = site.inputGradients, d = site.outputGradient!, threads = site.threads] in
            for (target, run) in zip(targets, runs) {
                guard let target else { continue }
                threads.parallel(pieces.count) { piece, _ in
                    for index in pieces.range(piece) {
                        let source = d + (index &* whole &+ run.offset)
                        let start = index &* run.length
                        sweep(run.length) {
                            target.put(source.lanes($0), at: start &+ $0)
                        } scalar: {
                            target.put(source[$0], at: start &+ $0)
                        }
                    }
                }
            }
        }
    }
}
