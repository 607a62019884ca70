/// The same elements, in the same order, under another shape.
///
/// In `dims`, 0 takes over the input's extent at that position and one −1 is inferred.
package struct Reshape: Hashable, Sendable, Codable {
    package var dims: [Int]

    package init(_ dims: [Int]) { self.dims = dims }
}

extension Reshape: Operation {
    var arity: ClosedRange<Int> { 1...1 }
    var isView: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        var result: [Int] = []
        var inferred: Int?
        for (position, extent) in dims.enumerated() {
            switch extent {
            case 0:
                guard position < x.rank else { throw Misfit("there is no extent to take over at \(position)") }
                result.append(x[position])
            case -1:
                guard inferred == nil else { throw Misfit("two extents are to be inferred") }
                inferred = position
                result.append(1)
            case 1...: result.append(extent)
            default: throw Misfit("the extent \(extent) has no meaning")
            }
        }
        let known = result.reduce(1, *)
        if let inferred {
            guard known > 0, x.count % known == 0 else { throw Misfit("\(x.count) elements do not fit \(dims)") }
            result[inferred] = x.count / known
        }
        guard result.reduce(1, *) == x.count else { throw Misfit("\(x.count) elements do not fit \(dims)") }
        return Shape(result)
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    func forward(at site: Site) -> Step { {} }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0], target.pointer != site.outputGradient else { return {} }
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return { [d = site.outputGradient!, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                sweep(range.count) {
                    target.put(d.lanes(range.lowerBound &+ $0), at: range.lowerBound &+ $0)
                } scalar: {
                    target.put(d[range.lowerBound &+ $0], at: range.lowerBound &+ $0)
                }
            }
        }
    }
}
