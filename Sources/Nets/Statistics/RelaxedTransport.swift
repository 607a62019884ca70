/// The relaxed earth mover's distance of two sets of points (Kusner et al. 2015; Kolkin, Salavon and Shakhnarovich 2019,
/// "Style Transfer by Relaxed Optimal Transport and Self-Similarity", equations 3 to 5):
///
///     max(mean_i min_j C_ij, mean_j min_i C_ij)
///
/// Each point goes to the nearest of the other set, the whole mass of which need not be met: a lower bound of the earth mover's
/// distance, by one product of matrices. Of points that are equally near it takes the first.
package final class RelaxedTransport {
    package enum Metric: Sendable {
        /// `C = 1 − x·y / (‖x‖ ‖y‖)`; 1 where either is nothing.
        case cosine
        /// `C = ‖x − y‖`.
        case euclidean
    }

    private let metric: Metric
    /// `[m, d]`; of unit length with `cosine`.
    private let target: Tensor
    /// The points in the same way, `[n, d]`, and their lengths; none with `euclidean`.
    private let own: Tensor
    private var lengths: [Float]
    /// `[n, m]`.
    private let costs: Tensor
    private let threads: ThreadPool

    /// - Parameters:
    ///   - target: `[m, d]`, points that stay.
    ///   - count: n, of the points that move.
    package init(to target: Tensor, from count: Int, by metric: Metric, threads: ThreadPool) {
        let width = target.shape.channels
        precondition(target.count > 0 && count > 0, "\(count) points to \(target.shape)")
        self.metric = metric
        self.threads = threads
        costs = Tensor([count, target.count / width])
        lengths = Array(repeating: 0, count: count)
        switch metric {
        case .euclidean: (self.target, own) = (target, Tensor([0, width]))
        case .cosine:
            (self.target, own) = (Tensor(target.shape), Tensor([count, width]))
            _ = Self.writeUnits(of: target, to: self.target, threads)
        }
    }

    /// - Parameters:
    ///   - points: `[n, d]`.
    ///   - slopes: `[n, d]`; the derivative times `weight` is added to it.
    /// - Returns: the distance.
    package func run(from points: Tensor, weight: Double, addingTo slopes: Tensor) -> Double {
        let width = target.shape.channels
        let (rows, columns) = (costs.shape[0], costs.shape[1])
        precondition(
            points.count == rows * width && slopes.count == points.count,
            "\(points.shape) for \(rows) points")
        measure(points)
        let (nearest, there) = nearestOfEach()
        let (reached, back) = nearestToEach()
        let (mean, other) = (there / Double(rows), back / Double(columns))
        let isThere = mean >= other
        let pairs =
            isThere
            ? nearest.enumerated().map { ($0.offset, $0.element) }
            : reached.enumerated().map { ($0.element, $0.offset) }
        let share = weight / Double(pairs.count)
        for (row, column) in pairs { pull(points, row, to: column, share: Float(share), slopes) }
        return max(mean, other)
    }

    private func measure(_ points: Tensor) {
        let width = target.shape.channels
        let (rows, columns) = (costs.shape[0], costs.shape[1])
        switch metric {
        case .cosine:
            lengths = Self.writeUnits(of: points, to: own, threads)
            SharedMatrixProduct(
                m: rows, n: columns, k: width, a: own.pointer, transA: false, b: target.pointer,
                transB: true,
                c: costs.pointer, alpha: -1, beta: 0, threads: threads
            ).run()
            for index in 0..<costs.count { costs.pointer[index] += 1 }
        case .euclidean:
            threads.parallel(rows) { row, _ in
                let point = points.pointer + row * width
                for column in 0..<columns {
                    let other = target.pointer + column * width
                    var sum: Float = 0
                    for axis in 0..<width {
                        let off = point[axis] - other[axis]
                        sum += off * off
                    }
                    costs.pointer[row * columns + column] = sum.squareRoot()
                }
            }
        }
    }

    /// By point, the target that is nearest, and the sum of the costs.
    private func nearestOfEach() -> (places: [Int], sum: Double) {
        let (rows, columns) = (costs.shape[0], costs.shape[1])
        var (places, sum) = ([Int](repeating: 0, count: rows), 0.0)
        for row in 0..<rows {
            let costs = costs.pointer + row * columns
            var best = 0
            for column in 1..<max(1, columns) where costs[column] < costs[best] { best = column }
            places[row] = best
            sum += Double(costs[best])
        }
        return (places, sum)
    }

    /// By target, the point that is nearest, and the sum of the costs.
    private func nearestToEach() -> (places: [Int], sum: Double) {
        let (rows, columns) = (costs.shape[0], costs.shape[1])
        var places = [Int](repeating: 0, count: columns)
        var least = [Float](repeating: .infinity, count: columns)
        for row in 0..<rows {
            let costs = costs.pointer + row * columns
            for column in 0..<columns where costs[column] < least[column] {
                (least[column], places[column]) = (costs[column], row)
            }
        }
        return (places, least.reduce(0) { $0 + Double($1) })
    }

    /// Adds `share · dC/dx` for one pair.
    private func pull(_ points: Tensor, _ row: Int, to column: Int, share: Float, _ slopes: Tensor) {
        let width = target.shape.channels
        let (other, slope) = (target.pointer + column * width, slopes.pointer + row * width)
        let cost = costs.pointer[row * costs.shape[1] + column]
        switch metric {
        case .cosine:
            guard lengths[row] > 0 else { return }
            // Of −x̂·ŷ, which turns but does not stretch: (x̂ (x̂·ŷ) − ŷ) / ‖x‖.
            let (unit, factor) = (own.pointer + row * width, share / lengths[row])
            for axis in 0..<width { slope[axis] += factor * (unit[axis] * (1 - cost) - other[axis]) }
        case .euclidean:
            guard cost > 0 else { return }
            let point = points.pointer + row * width
            for axis in 0..<width { slope[axis] += share * (point[axis] - other[axis]) / cost }
        }
    }

    /// Rows over their lengths; what is nothing stays nothing.
    ///
    /// - Returns: the lengths.
    private static func writeUnits(of points: Tensor, to units: Tensor, _ threads: ThreadPool)
        -> [Float]
    {
        let width = points.shape.channels
        let rows = points.count / width
        var lengths = [Float](repeating: 0, count: rows)
        lengths.withUnsafeMutableBufferPointer { lengths in
            let lengths = lengths.baseAddress!
            threads.parallel(rows) { row, _ in
                let (point, unit) = (points.pointer + row * width, units.pointer + row * width)
                let length = (0..<width).reduce(0.0) { $0 + Double(point[$1]) * Double(point[$1]) }
                    .squareRoot()
                lengths[row] = Float(length)
                let factor = length > 0 ? Float(1 / length) : 0
                for axis in 0..<width { unit[axis] = point[axis] * factor }
            }
        }
        return lengths
    }
}
