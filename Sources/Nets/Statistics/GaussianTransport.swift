/// The way of least work from a Gaussian with covariance B to one with covariance A: the linear map
/// `T = A^½ (A^½ B A^½)^−½ A^½`, and the part of Wasserstein's distance that needs a root, `tr (A^½ B A^½)^½` (Dowson, Landau
/// 1982, "The Fréchet distance between multivariate normal distributions").
///
/// A is taken for what its largest eigenvalues hold: with ``energy`` of its trace, 41 to 320 of 512 channels are left of a
/// painting's features, whose products cost a thousandth to a quarter; and no root is taken of what is next to nothing. T is
/// then nothing in the other directions: there B is to vanish, as A nearly does.
package final class GaussianTransport {
    /// The part of the trace that is kept.
    static let energy = 0.99

    /// Of A's own square, what is taken for nothing.
    private static let nothing = 1e-7

    /// tr A, whole.
    package let trace: Double
    /// Eigenvalues that are kept.
    package let rank: Int
    /// T, `[C, C]`, symmetric; of the last ``run(from:)``.
    package let map: Tensor

    private let channels: Int
    /// ‖A²‖ of what is kept of A.
    private let size: Double
    /// U Λ^½, `[C, rank]`: A ≈ U Λ Uᵀ.
    private let half: Tensor
    private let root: MatrixRoot
    /// `[C, rank]`.
    private let product: Tensor
    private let threads: ThreadPool

    /// - Parameter covariance: A, `[C, C]`.
    package init(to covariance: Tensor, threads: ThreadPool) {
        let eigen = SymmetricEigen(covariance)
        channels = eigen.values.count
        let values = eigen.values.map { max(0, $0) }
        trace = values.reduce(0, +)
        var (rank, sum) = (0, 0.0)
        while rank < channels, sum < Self.energy * trace {
            sum += values[rank]
            rank += 1
        }
        self.rank = max(1, rank)
        size = values.prefix(self.rank).reduce(0) { $0 + $1 * $1 * $1 * $1 }.squareRoot()
        half = Tensor([channels, self.rank])
        for (index, value) in values.prefix(self.rank).enumerated() {
            for channel in 0..<channels {
                half[channel * self.rank + index] = Float(eigen.vectors[index][channel] * value.squareRoot())
            }
        }
        root = MatrixRoot(side: self.rank, threads: threads)
        product = Tensor([channels, self.rank])
        map = Tensor([channels, channels])
        self.threads = threads
    }

    /// Sets ``map``.
    ///
    /// - Parameter covariance: B, `[C, C]`, symmetric.
    /// - Returns: `tr (A^½ B A^½)^½`. Its derivative by B is T/2.
    package func run(from covariance: Tensor) -> Double {
        multiply(channels, rank, channels, covariance, half, into: product)
        multiply(rank, rank, channels, half, product, transA: true, into: root.matrix)
        // Rounding made it a little lopsided.
        for row in 0..<rank {
            for column in row..<rank {
                let mean = (root.matrix[row * rank + column] + root.matrix[column * rank + row]) / 2
                root.matrix[row * rank + column] = mean
                root.matrix[column * rank + row] = mean
            }
        }
        // Of what does not vary only rounding is left, which has roots of negative numbers.
        let trace = root.run(above: Self.nothing * size)
        multiply(channels, rank, rank, half, root.inverse, into: product)
        multiply(channels, channels, rank, product, half, transB: true, into: map)
        return trace
    }

    private func multiply(
        _ m: Int, _ n: Int, _ k: Int, _ a: Tensor, _ b: Tensor, transA: Bool = false, transB: Bool = false,
        into c: Tensor
    ) {
        SharedMatrixProduct(
            m: m, n: n, k: k, a: a.pointer, transA: transA, b: b.pointer, transB: transB, c: c.pointer, alpha: 1,
            beta: 0, threads: threads
        ).run()
    }
}
