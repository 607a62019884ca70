/// Rounds to the grid of an 8-bit quantisation and stays in floats: a `QuantizeLinear`, `DequantizeLinear` pair.
///
/// `(clamp(round(x / scale) + zeroPoint) − zeroPoint) · scale`, ties to even. The gradient passes straight through
/// inside the representable range and is zero outside (Jacob et al. 2018, section 3).
package struct FakeQuantize: Hashable, Sendable, Codable {
    package enum Grid: String, Hashable, Sendable, Codable { case int8, uint8 }

    package var scale: Float
    package var zeroPoint: Int
    package var grid: Grid

    package init(scale: Float, zeroPoint: Int, grid: Grid) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.grid = grid
    }
}

extension FakeQuantize: Operation {
    var arity: ClosedRange<Int> { 1...1 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard scale > 0, scale.isFinite else { throw Misfit("the scale \(scale) is not positive") }
        guard grid.range.contains(zeroPoint) else { throw Misfit("the zero point \(zeroPoint) is off the grid") }
        return inputs[0]
    }

    /// The smallest and the greatest value before the zero point is taken off, in steps.
    private var bounds: (low: Float, high: Float) {
        (Float(grid.range.lowerBound - zeroPoint), Float(grid.range.upperBound - zeroPoint))
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: [0]) }

    func forward(at site: Site) -> Step {
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        let (low, high) = bounds
        let scale = scale
        return { [x = site.inputs[0].pointer, y = site.output.pointer, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                let (source, target) = (x + range.lowerBound, y + range.lowerBound)
                sweep(range.count) {
                    let steps = (source.lanes($0) / scale).rounded(.toNearestOrEven)
                    target.store(
                        steps.clamped(lowerBound: .init(repeating: low), upperBound: .init(repeating: high)) * scale, $0
                    )
                } scalar: {
                    let steps = (source[$0] / scale).rounded(.toNearestOrEven)
                    target[$0] = min(max(steps, low), high) * scale
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        let (low, high) = (bounds.low * scale, bounds.high * scale)
        return { [x = site.inputs[0].pointer, d = site.outputGradient!, threads = site.threads] in
            threads.parallel(pieces.count) { piece, _ in
                for index in pieces.range(piece) {
                    target.put(x[index] < low || x[index] > high ? 0 : d[index], at: index)
                }
            }
        }
    }
}

extension FakeQuantize.Grid {
    /// The steps that there are.
    package var range: ClosedRange<Int> {
        switch self {
        case .int8: -128...127
        case .uint8: 0...255
        }
    }
}
