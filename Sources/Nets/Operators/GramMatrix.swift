/// The Gram matrix of a feature map, `G = FᵀF / (H · W · C)`: x `[1, H, W, C]` or `[pixels, C]`, F, → `[C, C]`, symmetric.
///
/// It is divided by the number of elements of the features, so that a weight means the same at every size. Gatys, Ecker,
/// Bethge 2016, equation 3, normalised. As a node beside the layer that it measures, it lets go of the features as soon
/// as a pass is done with them.
struct GramMatrix {}

extension GramMatrix: Operation {
    var arity: ClosedRange<Int> { 1...1 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        let shape = inputs[0]
        guard shape.rank == 2 || shape.rank == 4 && shape.batch == 1 else {
            throw Misfit("features need [1, H, W, C] or [pixels, C]")
        }
        return [shape.channels, shape.channels]
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads { BackwardReads(inputs: wanted[0] ? [0] : []) }

    /// Partial products, so that threads have something to share; each keeps one C × C matrix.
    private static let mostBlocks = 4
    /// Fewer pixels are not worth a thread.
    private static let smallestBlock = 1024

    /// Pixels, channels, and what the sum over pixels is multiplied by.
    private func extents(_ site: Site) -> (pixels: Int, channels: Int, scale: Float) {
        let shape = site.inputs[0].shape
        return (shape.count / max(1, shape.channels), shape.channels, 1 / Float(max(1, shape.count)))
    }

    /// By SYRK, a part of the pixels a thread; then the lower triangle is filled.
    func forward(at site: Site) -> Step {
        let (pixels, channels, scale) = extents(site)
        let area = channels * channels
        let blocks = Pieces(
            pixels, size: max(Self.smallestBlock, (pixels + Self.mostBlocks - 1) / Self.mostBlocks))
        site.workspace.reserveShared(blocks.count * area)
        return {
            [f = site.inputs[0].pointer, g = site.output.pointer, workspace = site.workspace, threads = site.threads] in
            let partial = workspace.shared
            threads.parallel(blocks.count) { piece, _ in
                let range = blocks.range(piece)
                MatrixProduct.gram(
                    channels, range.count, f + range.lowerBound * channels, stride: channels,
                    into: partial + piece * area, alpha: scale, beta: 0)
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

    /// `dF = F (D + Dᵀ) / (H · W · C)` of a derivative D by the matrix, symmetric or not.
    func backward(at site: Site) -> Step {
        guard let target = site.inputGradients[0] else { return {} }
        let (pixels, channels, scale) = extents(site)
        let d = site.outputGradient!
        let product = SharedMatrixProduct(
            m: pixels, n: channels, k: channels, a: site.inputs[0].pointer, transA: false, b: d, transB: false,
            c: target.pointer, alpha: scale, beta: target.accumulates ? 1 : 0, threads: site.threads)
        return {
            for row in 0..<channels {
                for column in row..<channels {
                    let sum = d[row &* channels &+ column] + d[column &* channels &+ row]
                    d[row &* channels &+ column] = sum
                    d[column &* channels &+ row] = sum
                }
            }
            product.run()
        }
    }
}
