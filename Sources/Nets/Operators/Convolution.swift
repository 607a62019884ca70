/// Cross-correlation, as deep learning calls convolution, with bias and a fused activation.
///
/// x `[N, H, W, C]`, weights `[kh, kw, C / groups, out]`, optional bias `[out]`, optional slopes of a PReLU `[out]` or
/// one → `[N, H', W', out]`, where
/// `H' = (H + top + bottom − dilation·(kh − 1) − 1) / stride + 1`, rounded down. `groups == C == out` is depthwise.
package struct Convolution: Hashable, Sendable, Codable {
    package var stride: Extent2
    package var padding: Margins
    package var dilation: Extent2
    package var groups: Int
    /// Applied to the sum in the same pass; `nil` for none.
    package var activation: Activation?
    /// What lies in the padding instead of zeros, where no gradients are wanted.
    var border: Pad.Mode?
    /// A pooling of 2×2 pixels that do not overlap, taken of the rectified sums in the same pass; `nil` for none. Only
    /// executors join them.
    var pool: Pool.Kind?

    package init(
        stride: Extent2 = .init(1), padding: Margins = .none, dilation: Extent2 = .init(1), groups: Int = 1,
        activation: Activation? = nil
    ) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.activation = activation
    }
}

extension Convolution: Operation {
    var arity: ClosedRange<Int> { 2...4 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let (x, weights) = (inputs[0], inputs[1])
        guard x.rank == 4, weights.rank == 4 else { throw Misfit("picture and weights need rank 4") }
        guard min(stride.height, stride.width, dilation.height, dilation.width) >= 1, groups >= 1 else {
            throw Misfit("stride, dilation and groups need to be at least 1")
        }
        if let border { _ = try Pad(padding, mode: border).outputShape([x]) }
        guard !padding.isNegative else { throw Misfit("padding is negative") }
        guard weights[0] >= 1, weights[1] >= 1, weights[2] * groups == x.channels, weights[3] % groups == 0 else {
            throw Misfit("weights need [kh, kw, \(x.channels) / \(groups) groups, outputs]")
        }
        if inputs.count > 2, inputs[2].dims != [weights[3]] { throw Misfit("the bias needs [\(weights[3])]") }
        if inputs.count > 3, inputs[3].count != 1, inputs[3].count != weights[3] {
            throw Misfit("the slopes need one element or one an output")
        }
        let height = x.height + padding.top + padding.bottom - dilation.height * (weights[0] - 1) - 1
        let width = x.width + padding.left + padding.right - dilation.width * (weights[1] - 1) - 1
        guard height >= 0, width >= 0 else { throw Misfit("the window is larger than the padded picture") }
        let window = pool == nil ? 1 : 2
        return .nhwc(
            x.batch, (height / stride.height + 1) / window, (width / stride.width + 1) / window, weights[3])
    }

    func routes(_ inputs: [Shape], gradients wanted: [Bool]) -> RouteUse {
        if pool != nil { return .always }
        guard activation == .relu, !wanted.dropFirst().contains(true) else { return .none }
        return ConvolutionGeometry(self, x: inputs[0], weights: inputs[1]).rectifiesByRoutes ? .insteadOfOutput : .none
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        var reads = BackwardReads(output: activation != nil && pool == nil)
        if wanted[0] { reads.inputs.insert(1) }
        if wanted[1] { reads.inputs.insert(0) }
        return reads
    }

    /// Products for each element below which it costs little more to make than to write.
    private static let fewProducts = 32

    func isCheap(_ inputs: [Shape]) -> Bool {
        let weights = inputs[1]
        return pool == nil && weights[0] * weights[1] * weights[2] <= Self.fewProducts
    }

    func forward(at site: Site) -> Step {
        let geometry = ConvolutionGeometry(self, x: site.inputs[0].shape, weights: site.inputs[1].shape)
        return geometry.forward(at: site, activation, pool: pool)
    }

    func backward(at site: Site) -> Step {
        precondition(
            site.inputs.count < 4 && border == nil, "slopes and borders are fused where no gradients are wanted")
        let geometry = ConvolutionGeometry(self, x: site.inputs[0].shape, weights: site.inputs[1].shape)
        var steps: [Step] = []
        let gradient = site.outputGradient!
        if let pool {
            precondition(
                site.inputGradients.dropFirst().allSatisfy { $0 == nil }, "pooled where weights have no gradients")
            return site.inputGradients[0].map { geometry.pooledInputBackward(at: site, gradient, pool, $0) } ?? {}
        }
        let (weights, bias) = (site.inputGradients[1], site.inputs.count == 3 ? site.inputGradients[2] : nil)
        let joins = weights != nil && geometry.masksWeightBackward
        // Ways that can take the rectifier along do so; the others need it done before.
        let isMasked =
            activation == .relu && (site.inputGradients[0] == nil || geometry.masksInputBackward)
            && (joins || weights == nil && bias == nil)
        let mask: ConvolutionGeometry.Mask? =
            isMasked ? site.routes.map { .routes($0) } ?? .output(site.output.pointer) : nil
        if let activation, mask == nil {
            let pieces = Pieces(site.output.count, size: Pieces.elements)
            steps.append { [output = site.output.pointer, threads = site.threads] in
                threads.parallel(pieces.count) { piece, _ in
                    let range = pieces.range(piece)
                    activation.pullBack(
                        gradient + range.lowerBound, output: output + range.lowerBound,
                        to: gradient + range.lowerBound, count: range.count, accumulates: false)
                }
            }
        }
        if let target = site.inputGradients[0] {
            steps.append(geometry.inputBackward(at: site, gradient, mask: mask, target))
        }
        if let weights {
            steps.append(
                geometry.weightBackward(
                    at: site, gradient, mask: isMasked ? site.output.pointer : nil, weights, bias: joins ? bias : nil))
        }
        if let bias, !joins {
            let outputs = site.output.shape.channels
            let sums = ColumnSums(rows: site.output.count / max(1, outputs), columns: outputs, threads: site.threads)
            steps.append { sums.run(gradient, into: bias.pointer, accumulates: bias.accumulates) }
        }
        return { for step in steps { step() } }
    }
}
