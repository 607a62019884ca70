/// Extends a value of rank up to 4 at both ends of each axis.
///
/// `before` and `after` have one entry an axis; negative entries crop.
package struct Pad: Hashable, Sendable, Codable {
    package enum Mode: Hashable, Sendable, Codable {
        case constant(Float)
        /// Mirrored at the edge element, which is not repeated; needs padding smaller than the extent.
        case reflect
        /// The edge element, repeated.
        case edge
    }

    package var before: [Int]
    package var after: [Int]
    package var mode: Mode

    package init(before: [Int], after: [Int], mode: Mode) {
        self.before = before
        self.after = after
        self.mode = mode
    }

    /// Padding of height and width of `[N, H, W, C]`.
    package init(_ margins: Margins, mode: Mode) {
        self.init(
            before: [0, margins.top, margins.left, 0], after: [0, margins.bottom, margins.right, 0], mode: mode)
    }
}

extension Pad {
    /// The margins of height and width that it adds, with values that a convolution can lay out itself; otherwise nil.
    var margins: Margins? {
        if case .constant(let value) = mode, value != 0 { return nil }
        guard before.count == 4, after.count == 4, (before + after).allSatisfy({ $0 >= 0 }),
            before[0] + after[0] + before[3] + after[3] == 0
        else { return nil }
        return Margins(top: before[1], left: before[2], bottom: after[1], right: after[2])
    }
}

extension Pad: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        guard x.rank <= 4 else { throw Misfit("the rank exceeds 4") }
        guard before.count == x.rank, after.count == x.rank else { throw Misfit("padding needs \(x.rank) axes") }
        var dims: [Int] = []
        for axis in 0..<x.rank {
            let extent = x[axis] + before[axis] + after[axis]
            guard extent >= 0 else { throw Misfit("more is cropped than there is") }
            switch mode {
            case .reflect where max(before[axis], after[axis]) >= max(1, x[axis]):
                throw Misfit("reflected padding needs to be smaller than the extent")
            case .edge where x[axis] == 0 && extent > 0:
                throw Misfit("there is no edge to repeat")
            default: dims.append(extent)
            }
        }
        return Shape(dims)
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    private func maps(_ x: Shape, _ y: Shape) -> AxisMaps {
        let maps = (0..<x.rank).map { axis in
            (0..<y[axis]).map { index in mode.source(index - before[axis], extent: x[axis]) }
        }
        if case .constant(let value) = mode { return AxisMaps(input: x, output: y, maps: maps, constant: value) }
        return AxisMaps(input: x, output: y, maps: maps)
    }

    func forward(at site: Site) -> Step {
        maps(site.inputs[0].shape, site.output.shape)
            .forward(site.inputs[0].pointer, site.output.pointer, threads: site.threads)
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        return maps(site.inputs[0].shape, site.output.shape)
            .backward(site.outputGradient!, target, threads: site.threads)
    }
}

extension Pad.Mode {
    /// The input index at position `index`, which may lie outside, or −1 for none.
    func source(_ index: Int, extent: Int) -> Int {
        if index >= 0 && index < extent { return index }
        switch self {
        case .constant: return -1
        case .edge: return min(max(index, 0), extent - 1)
        case .reflect:
            let mirrored = index < 0 ? -index : 2 * (extent - 1) - index
            return mirrored < extent ? max(-1, mirrored) : -1
        }
    }
}
