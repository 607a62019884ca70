extension ConvolutionGeometry {
    /// - Parameter pool: taken of the rectified sums in the same pass; `nil` for none.
    func winogradForward(at site: Site, _ finish: ConvolutionFinish, pool: Pool.Kind?) -> Step {
        let convolution = WinogradConvolution(self)
        let (x, y, threads, workspace) = (site.inputs[0].pointer, site.output.pointer, site.threads, site.workspace)
        let target: WinogradConvolution.Target =
            pool.map { .pooled(y, routes: site.routes, averages: $0 == .average) } ?? .picture(y, routes: site.routes)
        let weights = transformed(convolution, at: site, turned: false)
        convolution.reserve(workspace)
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return {
            weights.prepare()
            finish.prepare()
            convolution.run(
                .picture(x), weights.value, finish, into: target, workspace: workspace, threads: threads)
            guard let rest = finish.rest else { return }
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                rest.apply(y + range.lowerBound, to: y + range.lowerBound, count: range.count)
            }
        }
    }

    /// The step of a convolution whose adjoint this is.
    ///
    /// - Parameter gradient: of the convolution's output, or of what its pooling made of that.
    func winogradAdjoint(at site: Site, _ gradient: WinogradConvolution.Source, _ target: GradientTarget) -> Step {
        let convolution = WinogradConvolution(self)
        let (threads, workspace) = (site.threads, site.workspace)
        let weights = transformed(convolution, at: site, turned: true)
        let finish = ConvolutionFinish(outputs: outChannels)
        convolution.reserve(workspace)
        return {
            weights.prepare()
            convolution.run(
                gradient, weights.value, finish,
                into: target.accumulates ? .sum(target.pointer) : .picture(target.pointer, routes: nil),
                workspace: workspace, threads: threads)
        }
    }

    func winogradWeightBackward(
        at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget, bias: GradientTarget?
    ) -> Step {
        let sums = WinogradWeightGradient(self)
        let (x, threads, workspace) = (site.inputs[0].pointer, site.threads, site.workspace)
        sums.reserve(workspace)
        return {
            sums.run(x, gradient, mask: mask, into: target, bias: bias, workspace: workspace, threads: threads)
        }
    }

    /// Weights for a run: transformed beforehand where they are kept.
    private func transformed(
        _ convolution: WinogradConvolution, at site: Site, turned: Bool
    ) -> (value: WinogradConvolution.Weights, prepare: Step) {
        guard convolution.keepsWeights else { return (.plain(site.inputs[1].pointer, turned: turned), {}) }
        let form = Tensor.Form(
            layout: turned ? .turnedWinograd(side: convolution.side) : .winograd(side: convolution.side),
            columns: convolution.kernels.columns)
        let scratch = AlignedStorage(count: site.threads.threads * convolution.scratchCount)
        let weights = site.weights(as: form, count: convolution.weightCount) { [threads = site.threads] in
            convolution.transform($0, turned: turned, into: $1, scratch: scratch.pointer, threads: threads)
        }
        return (.transformed(weights.pointer), weights.prepare)
    }
}
