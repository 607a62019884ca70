/// A convolution and the depthwise one that follows it, as one: for graphs that are only run forward.
///
/// A band of the rows between the two stays in the second-level cache: the first convolution writes some rows, the second
/// reads them, and those that its next windows need again move to the front. Each piece of the work begins with rows that
/// its neighbour makes, too; how many rows a piece has follows from the shape alone.
///
/// x `[N, H, W, C]`, weights `[kh, kw, C, M]`, bias `[M]`, slopes `[M]` or one; weights `[kh, kw, 1, M]`, bias `[M]`, slopes
/// `[M]` or one → as the two after each other.
package struct DepthwisePair: Hashable, Sendable, Codable {
    /// Neither has an activation besides its slopes.
    var first: Convolution
    var second: Convolution

    /// Floats between the two that a piece holds: 384 KB.
    private static let held = 96 << 10
    /// Rows of a piece, at least.
    private static let pieceRows = 32
}

extension DepthwisePair: Operation {
    var arity: ClosedRange<Int> { 7...7 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let between = try first.outputShape(Array(inputs[0...3]))
        guard second.groups == between.channels, second.dilation == Extent2(1) else {
            throw Misfit("the second convolution needs to be depthwise and without dilation")
        }
        return try second.outputShape([between] + inputs[4...6])
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    func forward(at site: Site) -> Step {
        let one = ConvolutionGeometry(first, x: site.inputs[0].shape, weights: site.inputs[1].shape)
        let between = Shape.nhwc(one.batch, one.outHeight, one.outWidth, one.outChannels)
        let two = ConvolutionGeometry(second, x: between, weights: site.inputs[4].shape)
        let row = one.outWidth * one.outChannels
        let (stride, window, top) = (two.stride.height, two.kernel.height, two.padding.top)

        let chunk = max(1, (Self.held / row - window) / stride + 1)
        let most = (min(chunk, two.outHeight) - 1) * stride + window
        let firstSite = site.part([0, 1, 2, 3], output: site.output)
        let rows = one.rowProducts(
            at: firstSite, ConvolutionFinish(at: firstSite, outputs: one.outChannels, nil), most: most)
        // The input of the second is not there: its place among the operands is not read.
        let secondSite = site.part([0, 4, 5, 6], output: site.output)
        let finish = ConvolutionFinish(at: secondSite, outputs: two.channels, nil)
        let kernel = two.depthwise
        let weights = two.depthwiseWeights(at: secondSite)
        let kernels = KernelSet.supported[0]

        let count = 2 * max(1, two.outHeight / (2 * Self.pieceRows))
        let pieces = Pieces(two.outHeight, size: (two.outHeight + count - 1) / count)
        let (workspace, threads, y) = (site.workspace, site.threads, site.output.pointer)
        workspace.reserve(most * row + rows.scratch)
        return {
            rows.prepare()
            weights.prepare()
            finish.prepare()
            threads.parallel(one.batch * pieces.count) { piece, worker in
                let (picture, range) = (piece / pieces.count, pieces.range(piece % pieces.count))
                let band = workspace.scratch(worker)
                var held = 0..<0
                var start = range.lowerBound
                while start < range.upperBound {
                    let end = min(start &+ chunk, range.upperBound)
                    let lower = max(0, start &* stride &- top)
                    let upper = max(lower, min(one.outHeight, (end &- 1) &* stride &- top &+ window))
                    let kept = max(0, min(upper, held.upperBound) &- lower)
                    if kept > 0 { band.update(from: band + (lower &- held.lowerBound) &* row, count: kept &* row) }
                    if lower &+ kept < upper {
                        rows.run(picture, lower &+ kept..<upper, band + most &* row, band + kept &* row)
                    }
                    held = lower..<upper
                    for line in start..<end {
                        kernel.forwardRow(
                            line, band - lower &* row, weights.pointer, finish, kernels,
                            into: y + (picture &* two.outHeight &+ line) &* two.outWidth &* two.channels)
                    }
                    start = end
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        preconditionFailure("convolutions are paired where no gradients are wanted")
    }
}
