/// The mean over H and W: x `[N, H, W, C]` → `[N, 1, 1, C]`; of one picture, each pixel may count as much as weights say,
/// `[1, H, W, 1]`, as in ``GramMatrix``.
struct GlobalAveragePool {}

extension GlobalAveragePool: Operation {
    var arity: ClosedRange<Int> { 1...2 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard inputs[0].height * inputs[0].width > 0 else { throw Misfit("the picture has no pixels") }
        if inputs.count > 1, inputs[0].batch != 1 { throw Misfit("weights are of one picture") }
        try PixelWeights.check(inputs)
        return .nhwc(inputs[0].batch, 1, 1, inputs[0].channels)
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        BackwardReads(inputs: wanted[0] && wanted.count > 1 ? [1] : [])
    }

    func forward(at site: Site) -> Step {
        guard site.inputs.count > 1 else { return Reduce(.mean, axes: [1, 2]).forward(at: site) }
        let shape = site.inputs[0].shape
        let weights = PixelWeights(at: site)
        let sums = ColumnSums(rows: shape.count / shape.channels, columns: shape.channels, threads: site.threads)
        return { [x = site.inputs[0].pointer, y = site.output.pointer] in
            sums.run(into: y, scale: Double(weights.scale)) { row, sums in
                let weight = weights[row]
                let line = x + row &* shape.channels
                sweep(shape.channels) {
                    sums.store(sums.lanes($0) + line.lanes($0) * weight, $0)
                } scalar: {
                    sums[$0] += line[$0] * weight
                }
            }
        }
    }

    func backward(at site: Site) -> Step {
        guard site.inputs.count > 1 else { return Reduce(.mean, axes: [1, 2]).backward(at: site) }
        guard let target = site.inputGradients[0] else { return {} }
        let channels = site.inputs[0].shape.channels
        let pixels = Pieces.balanced(site.inputs[0].count / channels, cost: channels)
        let weights = PixelWeights(at: site)
        return { [d = site.outputGradient!, threads = site.threads] in
            let scale = weights.scale
            threads.parallel(pixels.count) { piece, _ in
                for pixel in pixels.range(piece) {
                    let factor = scale * weights[pixel]
                    sweep(channels) {
                        target.put(d.lanes($0) * factor, at: pixel &* channels &+ $0)
                    } scalar: {
                        target.put(d[$0] * factor, at: pixel &* channels &+ $0)
                    }
                }
            }
        }
    }
}
