/// Resampling of a picture by nearest neighbour or linear interpolation (no antialiasing: as networks expect it).
///
/// x `[N, H, W, C]` → `[N, H', W', C]`. The conventions are those of ONNX `Resize`, operator set 13.
package struct Resize: Hashable, Sendable, Codable {
    package enum Target: Hashable, Sendable, Codable {
        /// `H' = ⌊H · height⌋`.
        case scale(height: Float, width: Float)
        case size(height: Int, width: Int)
    }

    package enum Interpolation: Hashable, Sendable, Codable {
        case nearest(Rounding)
        case linear
    }

    /// What a nearest neighbour makes of a fractional position.
    package enum Rounding: String, Hashable, Sendable, Codable { case floor, ceiling, preferFloor, preferCeiling }

    /// Where output position `i` lies in the input, given the scale `s` of an axis and its old and new lengths.
    package enum Alignment: String, Hashable, Sendable, Codable {
        /// `i / s`.
        case asymmetric
        /// `(i + ½) / s − ½`.
        case halfPixel
        /// As `halfPixel`, but 0 where the new length is 1.
        case torchHalfPixel
        /// `i · (old − 1) / (new − 1)`.
        case corners
    }

    package var target: Target
    package var interpolation: Interpolation
    package var alignment: Alignment

    package init(_ target: Target, interpolation: Interpolation, alignment: Alignment) {
        self.target = target
        self.interpolation = interpolation
        self.alignment = alignment
    }
}

extension Resize: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let x = inputs[0]
        guard x.rank == 4, x.height > 0, x.width > 0 else { throw Misfit("a picture of rank 4 is needed") }
        let (height, width) = size(x)
        guard height > 0, width > 0 else { throw Misfit("the target \(target) leaves no pixels") }
        return .nhwc(x.batch, height, width, x.channels)
    }

    private func size(_ x: Shape) -> (height: Int, width: Int) {
        switch target {
        case .size(let height, let width): return (height, width)
        case .scale(let height, let width):
            guard height.isFinite, width.isFinite, height >= 0, width >= 0 else { return (0, 0) }
            return (Int(Float(x.height) * height), Int(Float(x.width) * width))
        }
    }

    /// Positions along the two axes. ONNX uses a given scale as it is, not the ratio of the rounded lengths.
    private func axes(_ x: Shape, _ y: Shape) -> (rows: ResampledAxis, columns: ResampledAxis) {
        var scales = (Float(y.height) / Float(x.height), Float(y.width) / Float(x.width))
        if case .scale(let height, let width) = target { scales = (height, width) }
        return (
            ResampledAxis(self, from: x.height, to: y.height, scale: scales.0),
            ResampledAxis(self, from: x.width, to: y.width, scale: scales.1)
        )
    }

    private func nearestMaps(_ x: Shape, _ y: Shape) -> AxisMaps {
        let (rows, columns) = axes(x, y)
        return AxisMaps(
            input: x, output: y,
            maps: [Array(0..<x.batch), rows.first, columns.first, Array(0..<x.channels)])
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    func forward(at site: Site) -> Step {
        let (x, y) = (site.inputs[0], site.output)
        if case .nearest = interpolation {
            return nearestMaps(x.shape, y.shape).forward(x.pointer, y.pointer, threads: site.threads)
        }
        let (rows, columns) = axes(x.shape, y.shape)
        return BilinearKernel(x: x.shape, y: y.shape, rows: rows, columns: columns)
            .forward(x.pointer, y.pointer, threads: site.threads)
    }

    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let (x, y) = (site.inputs[0].shape, site.output.shape)
        if case .nearest = interpolation {
            return nearestMaps(x, y).backward(site.outputGradient!, target, threads: site.threads)
        }
        let (rows, columns) = axes(x, y)
        return BilinearKernel(x: x, y: y, rows: rows, columns: columns)
            .backward(site.outputGradient!, target, threads: site.threads)
    }
}
