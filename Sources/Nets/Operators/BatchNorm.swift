/// `scale · (x − mean) / √(variance + epsilon) + offset` with the stored statistics, per last axis.
///
/// Inputs x `[…, C]`, scale, offset, mean, variance `[C]`. Inference only: the statistics are never updated.
package struct BatchNorm: Hashable, Sendable, Codable {
    package var epsilon: Float

    package init(epsilon: Float = 1e-5) { self.epsilon = epsilon }
}

extension BatchNorm: Operation {
    var arity: ClosedRange<Int> { 5...5 }
    var worksInPlace: Bool { true }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        for shape in inputs.dropFirst() where shape.dims != [inputs[0].channels] {
            throw Misfit("scale, offset, mean and variance need [\(inputs[0].channels)]")
        }
        return inputs[0]
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        var reads = BackwardReads(inputs: [1, 3, 4])
        if wanted[1] || wanted[4] { reads.inputs.insert(0) }
        return reads
    }

    /// `factor = scale / √(variance + ε)`, `shift = offset − mean · factor`.
    private func coefficients(at site: Site) -> (Step, factor: AlignedStorage, shift: AlignedStorage) {
        let channels = site.output.shape.channels
        let (factor, shift) = (AlignedStorage(count: channels), AlignedStorage(count: channels))
        let inputs = site.inputs.map(\.pointer)
        let (scale, offset, mean, variance) = (inputs[1], inputs[2], inputs[3], inputs[4])
        let epsilon = epsilon
        let step = {
            for channel in 0..<channels {
                let value = scale[channel] / (variance[channel] + epsilon).squareRoot()
                factor.pointer[channel] = value
                shift.pointer[channel] = offset[channel] - mean[channel] * value
            }
        }
        return (step, factor, shift)
    }

    func forward(at site: Site) -> Step {
        let affine = ChannelAffine(site.output.shape, threads: site.threads)
        let (prepare, factor, shift) = coefficients(at: site)
        return { [x = site.inputs[0].pointer, y = site.output.pointer] in
            prepare()
            affine.run(x, factor: factor.pointer, shift: shift.pointer, into: y)
        }
    }

    func backward(at site: Site) -> Step {
        let channels = site.output.shape.channels
        let affine = ChannelAffine(site.output.shape, threads: site.threads)
        let (prepare, factor, _) = coefficients(at: site)
        let sums = ColumnSums(rows: site.output.count / max(1, channels), columns: channels, threads: site.threads)
        let (plain, product) = (AlignedStorage(count: channels), AlignedStorage(count: channels))
        let inputs = site.inputs.map(\.pointer)
        let targets = site.inputGradients
        let d = site.outputGradient!
        let epsilon = epsilon
        let wantsProduct = targets[1] != nil || targets[4] != nil
        return {
            prepare()
            if targets.dropFirst().contains(where: { $0 != nil }) { sums.run(d, into: plain.pointer) }
            if wantsProduct { sums.run(d, times: inputs[0], into: product.pointer) }
            for channel in 0..<channels {
                let inverse = 1 / (inputs[4][channel] + epsilon).squareRoot()
                let centred = product.pointer[channel] - inputs[3][channel] * plain.pointer[channel]
                targets[1]?.put(centred * inverse, at: channel)
                targets[2]?.put(plain.pointer[channel], at: channel)
                targets[3]?.put(-factor.pointer[channel] * plain.pointer[channel], at: channel)
                targets[4]?.put(
                    -0.5 * inputs[1][channel] * centred * inverse * inverse * inverse, at: channel)
            }
            if let target = targets[0] {
                affine.run(
                    d, factor: factor.pointer, shift: nil, into: target.pointer, accumulates: target.accumulates)
            }
        }
    }
}
