/// The Gram matrix of a feature map, `G = FᵀWF / (C · Σw)`: x `[1, H, W, C]` or `[pixels, C]`, F, and how much each pixel
/// counts, `[1, H, W, 1]` or `[pixels, 1]`, the diagonal of W (1 where it is left out) → `[C, C]`, symmetric.
///
/// It is divided by the number of elements of the features, so that a weight means the same at every size. Gatys, Ecker,
/// Bethge 2016, equation 3, normalised; with weights, Gatys et al. 2017, section 4.1. As a node beside the layer that it
/// measures, it lets go of the features as soon as a pass is done with them. Weights have no derivative; where all are
/// nothing, so is the matrix.
struct GramMatrix {}

extension GramMatrix: Operation {
    var arity: ClosedRange<Int> { 1...2 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let shape = inputs[0]
        guard shape.rank == 2 || shape.rank == 4 && shape.batch == 1 else {
            throw Misfit("features need [1, H, W, C] or [pixels, C]")
        }
        try PixelWeights.check(inputs)
        return [shape.channels, shape.channels]
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: wanted[0] ? [0, 1] : []) }

    /// Partial products, so that threads have something to share; each keeps one C × C matrix.
    private static let mostBlocks = 4
    /// Fewer pixels are not worth a thread.
    private static let smallestBlock = 1024

    /// By SYRK, a part of the pixels a thread; then the lower triangle is filled.
    func forward(at site: Site) -> Step {
        let shape = site.inputs[0].shape
        let channels = shape.channels
        let pixels = shape.count / max(1, channels)
        let area = channels * channels
        let blocks = Pieces(
            pixels, size: max(Self.smallestBlock, (pixels + Self.mostBlocks - 1) / Self.mostBlocks))
        site.workspace.reserveShared(blocks.count * area)
        let weights = PixelWeights(at: site, takesRoot: true)
        return {
            [f = site.inputs[0].pointer, g = site.output.pointer, workspace = site.workspace, threads = site.threads] in
            let partial = workspace.shared
            let scale = weights.scale / Float(max(1, channels))
            threads.parallel(blocks.count) { piece, worker in
                let matrix = partial + piece * area
                matrix.update(repeating: 0, count: area)
                weights.forEach(of: blocks.range(piece), rows: f, worker: worker) { rows, range in
                    MatrixProduct.gram(
                        channels, range.count, rows, stride: channels, into: matrix, alpha: scale, beta: 1)
                }
            }
            for row in 0..<channels {
                for column in row..<channels {
                    var sum: Float = 0
                    for block in 0..<blocks.count { sum += partial[block &* area &+ row &* channels &+ column] }
                    g[row &* channels &+ column] = sum
                    g[column &* channels &+ row] = sum
                }
            }
        }
    }

    /// `dF = WF (D + Dᵀ) / (C · Σw)` of a derivative D by the matrix, symmetric or not.
    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let shape = site.inputs[0].shape
        let channels = shape.channels
        let pixels = Pieces(shape.count / max(1, channels), size: Self.smallestBlock)
        let d = site.outputGradient!
        let weights = PixelWeights(at: site)
        return { [f = site.inputs[0].pointer, threads = site.threads] in
            for row in 0..<channels {
                for column in row..<channels {
                    let sum = d[row &* channels &+ column] + d[column &* channels &+ row]
                    d[row &* channels &+ column] = sum
                    d[column &* channels &+ row] = sum
                }
            }
            let scale = weights.scale / Float(max(1, channels))
            threads.parallel(pixels.count) { piece, worker in
                let range = pixels.range(piece)
                if !target.accumulates {
                    (target.pointer + range.lowerBound * channels).update(repeating: 0, count: range.count * channels)
                }
                weights.forEach(of: range, rows: f, worker: worker) { rows, range in
                    MatrixProduct.run(
                        range.count, channels, channels, .init(rows, stride: channels),
                        .init(d, stride: channels), into: target.pointer + range.lowerBound * channels,
                        stride: channels, alpha: scale, beta: 1)
                }
            }
        }
    }
}
