/// The Gram matrix of a feature map, `G = FᵀF / (H · W · C)`, and how a loss of it reaches the features.
///
/// F is `[1, H, W, C]` seen as `[H · W, C]`; G is `[C, C]`, symmetric. It is divided by the number of elements of the
/// features, so that a weight means the same at every size. Gatys, Ecker, Bethge 2016, equation 3, normalised.
package struct GramMatrix {
    package let shape: Shape
    package var channels: Int { shape.channels }
    package var pixels: Int { shape.count / max(1, shape.channels) }
    /// What the sum over pixels is multiplied by.
    package var scale: Float { 1 / Float(max(1, shape.count)) }

    private let threads: ThreadPool
    private let blocks: Pieces
    private let partial: AlignedStorage

    /// Partial products, so that threads have something to share; each keeps one C × C matrix.
    private static let mostBlocks = 4
    /// Fewer pixels are not worth a thread.
    private static let smallestBlock = 1024

    /// - Parameter shape: of the features, `[1, H, W, C]` or `[pixels, C]`.
    package init(_ shape: Shape, threads: ThreadPool) {
        self.shape = shape
        self.threads = threads
        let pixels = shape.count / max(1, shape.channels)
        blocks = Pieces(pixels, size: max(Self.smallestBlock, (pixels + Self.mostBlocks - 1) / Self.mostBlocks))
        partial = AlignedStorage(count: blocks.count * shape.channels * shape.channels)
    }

    /// Computes the Gram matrix by SYRK, a part of the pixels a thread, and fills its lower triangle.
    ///
    /// - Parameters:
    ///   - features: of `shape`.
    ///   - gram: `[C, C]`, overwritten.
    package func forward(_ features: Tensor, into gram: Tensor) {
        precondition(features.count == shape.count, "features \(features.shape) for a Gram matrix of \(shape)")
        precondition(gram.count == channels * channels, "\(gram.shape) is not [\(channels), \(channels)]")
        let (channels, f, g) = (channels, features.pointer, gram.pointer)
        let area = channels * channels
        threads.parallel(blocks.count) { piece, _ in
            let range = blocks.range(piece)
            MatrixProduct.gram(
                channels, range.count, f + range.lowerBound * channels, stride: channels,
                into: partial.pointer + piece * area, alpha: scale, beta: 0)
        }
        for row in 0..<channels {
            for column in row..<channels {
                var sum: Float = 0
                for block in 0..<blocks.count { sum += partial.pointer[block &* area &+ row &* channels &+ column] }
                g[row &* channels &+ column] = sum
                g[column &* channels &+ row] = sum
            }
        }
    }

    /// Adds the derivative of a loss by the features, given its derivative `D` by the matrix: `F (D + Dᵀ) / (H · W · C)`.
    ///
    /// - Parameters:
    ///   - features: as in `forward`.
    ///   - gradient: D, `[C, C]`, symmetric or not; it is replaced by `D + Dᵀ`.
    ///   - target: of `shape`; the derivative is added to it, or written over it.
    package func backward(_ features: Tensor, gradient: Tensor, into target: Tensor, accumulates: Bool) {
        precondition(features.count == shape.count, "features \(features.shape) for a Gram matrix of \(shape)")
        precondition(target.count == shape.count, "gradient \(target.shape) for features of \(shape)")
        precondition(gradient.count == channels * channels, "\(gradient.shape) is not [\(channels), \(channels)]")
        let (channels, d) = (channels, gradient.pointer)
        for row in 0..<channels {
            for column in row..<channels {
                let sum = d[row &* channels &+ column] + d[column &* channels &+ row]
                d[row &* channels &+ column] = sum
                d[column &* channels &+ row] = sum
            }
        }
        SharedMatrixProduct(
            m: pixels, n: channels, k: channels, a: features.pointer, transA: false, b: d, transB: false,
            c: target.pointer, alpha: scale, beta: accumulates ? 1 : 0, threads: threads
        ).run()
    }
}
