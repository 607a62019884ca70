/// How far the mean and the covariance of points are from those of others (Kolkin, Salavon and Shakhnarovich 2019, "Style
/// Transfer by Relaxed Optimal Transport and Self-Similarity", equation 6):
///
///     mean|μ − μ*| + mean|Σ − Σ*|
///
/// over the d and the d² elements, Σ over the number of points.
package final class MomentDistance {
    private let mean: [Double]
    /// `[d, d]`.
    private let covariance: Tensor
    /// Of the points, then the signs of the differences.
    private let own: Tensor
    /// The points about their mean, `[n, d]`, and what these are multiplied to.
    private let centred: Tensor
    private let product: Tensor
    private let threads: ThreadPool

    /// - Parameters:
    ///   - target: `[m, d]`.
    ///   - count: n, of the points that move.
    package init(to target: Tensor, from count: Int, threads: ThreadPool) {
        let width = target.shape.channels
        let about = Tensor(target.shape)
        covariance = Tensor([width, width])
        mean = Self.writeCentred(target, to: about)
        Self.writeCovariance(of: about, to: covariance, threads)
        own = Tensor([width, width])
        centred = Tensor([count, width])
        product = Tensor([count, width])
        self.threads = threads
    }

    /// - Parameters:
    ///   - points: `[n, d]`.
    ///   - slopes: `[n, d]`; the derivative times `weight` is added to it.
    /// - Returns: the distance.
    package func run(from points: Tensor, weight: Double, addingTo slopes: Tensor) -> Double {
        let width = covariance.shape.channels
        precondition(
            points.count == centred.count && slopes.count == points.count, "\(points.shape) for moments")
        let rows = points.count / width
        let offs = zip(Self.writeCentred(points, to: centred), mean).map { $0 - $1 }
        Self.writeCovariance(of: centred, to: own, threads)
        let apart = compareCovariances()
        // 2/n · (x − μ) · sign(Σ − Σ*) / d²; its mean over the points is nothing, so that μ has no part in it.
        SharedMatrixProduct(
            m: rows, n: width, k: width, a: centred.pointer, transA: false, b: own.pointer, transB: false,
            c: product.pointer, alpha: Float(2 * weight / Double(rows * width * width)), beta: 0,
            threads: threads
        ).run()
        let factor = weight / Double(rows * width)
        for row in 0..<rows {
            for axis in 0..<width {
                let sign: Double = offs[axis] > 0 ? 1 : offs[axis] < 0 ? -1 : 0
                slopes.pointer[row * width + axis] +=
                    product.pointer[row * width + axis] + Float(factor * sign)
            }
        }
        return offs.reduce(0) { $0 + abs($1) } / Double(width) + apart
    }

    /// `mean|Σ − Σ*|`; leaves the signs.
    private func compareCovariances() -> Double {
        let width = covariance.shape.channels
        var sums = [Double](repeating: 0, count: width)
        sums.withUnsafeMutableBufferPointer { sums in
            let sums = sums.baseAddress!
            threads.parallel(width) { row, _ in
                let (found, target) = (own.pointer + row * width, covariance.pointer + row * width)
                for column in 0..<width {
                    let off = found[column] - target[column]
                    sums[row] += Double(abs(off))
                    found[column] = off > 0 ? 1 : off < 0 ? -1 : 0
                }
            }
        }
        return sums.reduce(0, +) / Double(width * width)
    }

    /// - Returns: the mean.
    private static func writeCentred(_ points: Tensor, to centred: Tensor) -> [Double] {
        let width = points.shape.channels
        let rows = points.count / width
        var mean = [Double](repeating: 0, count: width)
        for row in 0..<rows {
            for axis in 0..<width { mean[axis] += Double(points.pointer[row * width + axis]) }
        }
        for axis in 0..<width { mean[axis] /= Double(rows) }
        for row in 0..<rows {
            for axis in 0..<width {
                centred.pointer[row * width + axis] = Float(
                    Double(points.pointer[row * width + axis]) - mean[axis])
            }
        }
        return mean
    }

    private static func writeCovariance(
        of centred: Tensor, to covariance: Tensor, _ threads: ThreadPool
    ) {
        let width = covariance.shape.channels
        let rows = centred.count / width
        SharedMatrixProduct(
            m: width, n: width, k: rows, a: centred.pointer, transA: true, b: centred.pointer,
            transB: false,
            c: covariance.pointer, alpha: 1 / Float(rows), beta: 0, threads: threads
        ).run()
    }
}
