extension ConvolutionGeometry {
    func winogradForward(at site: Site, _ activation: Activation?) -> Step {
        let convolution = WinogradConvolution(self)
        let (x, y, threads, workspace) = (site.inputs[0].pointer, site.output.pointer, site.threads, site.workspace)
        let weights = transformed(convolution, at: site, turned: false)
        let given = site.inputs.count == 3 ? site.inputs[2].pointer : nil
        let bias = AlignedStorage(count: convolution.biasCount)
        convolution.reserve(workspace)
        let floor: Float = activation == .relu ? 0 : -.infinity
        let rest = activation == .relu ? nil : activation
        let pieces = Pieces(site.output.count, size: Pieces.elements)
        return { [outChannels] in
            weights.prepare()
            if let given { bias.pointer.update(from: given, count: outChannels) }
            convolution.run(
                x, weights.value, bias: bias.pointer, floor: floor, into: y, accumulates: false,
                workspace: workspace, threads: threads)
            guard let rest else { return }
            threads.parallel(pieces.count) { piece, _ in
                let range = pieces.range(piece)
                rest.apply(y + range.lowerBound, to: y + range.lowerBound, count: range.count)
            }
        }
    }

    /// The step of a convolution whose adjoint this is.
    ///
    /// - Parameter mask: the convolution's rectified output, if the gradient is still to be led through the rectifier.
    func winogradAdjoint(at site: Site, _ gradient: Floats, mask: Floats?, _ target: GradientTarget) -> Step {
        let convolution = WinogradConvolution(self)
        let (threads, workspace) = (site.threads, site.workspace)
        let weights = transformed(convolution, at: site, turned: true)
        let bias = AlignedStorage(count: convolution.biasCount)
        convolution.reserve(workspace)
        return {
            weights.prepare()
            convolution.run(
                gradient, mask: mask, weights.value, bias: bias.pointer, floor: -.infinity,
                into: target.pointer,
                accumulates: target.accumulates, workspace: workspace, threads: threads)
        }
    }

    /// Weights for a run: transformed, where they are kept, once for all executors when they are fixed, otherwise by `prepare` at each run.
    private func transformed(
        _ convolution: WinogradConvolution, at site: Site, turned: Bool
    ) -> (value: WinogradConvolution.Weights, prepare: Step) {
        let (weights, threads) = (site.inputs[1].pointer, site.threads)
        guard convolution.keepsWeights else { return (.plain(weights, turned: turned), {}) }
        func make(into storage: AlignedStorage) {
            convolution.transform(weights, turned: turned, into: storage.pointer, threads: threads)
        }
        if let tensor = site.fixed[1] {
            let form = Tensor.Form(isTurned: turned, columns: convolution.kernels.columns)
            let storage = tensor.form(form, count: convolution.weightCount, make)
            return (.transformed(storage.pointer), { withExtendedLifetime(storage) {} })
        }
        let storage = AlignedStorage(count: convolution.weightCount)
        return (.transformed(storage.pointer), { make(into: storage) })
    }
}
