/// The mean over H and W: x `[N, H, W, C]` → `[N, 1, 1, C]`.
struct GlobalAveragePool {}

extension GlobalAveragePool: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank == 4 else { throw Misfit("a picture needs rank 4") }
        guard inputs[0].height * inputs[0].width > 0 else { throw Misfit("the picture has no pixels") }
        return .nhwc(inputs[0].batch, 1, 1, inputs[0].channels)
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads() }

    func forward(at site: Site) -> Step { Reduce(.mean, axes: [1, 2]).forward(at: site) }

    func backward(at site: Site) -> Step { Reduce(.mean, axes: [1, 2]).backward(at: site) }
}
