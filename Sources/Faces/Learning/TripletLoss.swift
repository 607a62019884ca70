import Foundation

/// The triplet loss of unit vectors: max(‖f(A) − f(P)‖² − ‖f(A) − f(N)‖² + α, 0), anchor and positive of one person, the negative of
/// another, in the mean over the triplets that are active. Schroff, Kalenichenko, Philbin 2015, equation 3.
package struct TripletLoss: Sendable {
    /// Which negatives count.
    package enum Mining: String, Codable, Sendable, CaseIterable {
        /// Those farther from the anchor than the positive is, by less than the margin: the hardest ones let all vectors collapse.
        case semiHard
        /// Of each anchor the farthest positive and the nearest negative, with ln(1 + exp(d(A,P) − d(A,N))) of plain distances
        /// instead of the margin. Hermans, Beyer, Leibe 2017.
        case batchHard
    }

    package var margin = 0.2
    package var mining = Mining.semiHard

    package init(margin: Double = 0.2, mining: Mining = .semiHard) {
        self.margin = margin
        self.mining = mining
    }

    package struct Value: Sendable {
        /// In the mean over active triplets; 0 when there is none.
        package var loss = 0.0
        /// How many vectors there were.
        package var rows = 0
        /// How many triplets were active, and of how many.
        package var active = 0
        package var triplets = 0
        /// Mean squared distances of pairs of one person and of two.
        package var positive = 0.0
        package var negative = 0.0
        /// By the vectors, `[n, d]`.
        package var gradient: [Float] = []

        /// Whether all vectors lie on one spot.
        package var hasCollapsed: Bool { negative < 1e-3 }

        /// - Throws: `FaceError.learningCollapsed` where nothing can be learned any more.
        func check(after steps: Int) throws(FaceError) {
            guard hasCollapsed || !loss.isFinite else { return }
            throw .learningCollapsed(reason: "all faces had become alike after \(steps) steps")
        }
    }

    /// - Parameters:
    ///   - vectors: `[n, d]`, each of length 1.
    ///   - labels: whose each is.
    ///   - isPositive: whether two vectors of one person are to be brought together; two of one photograph are not, nor what may
    ///     be another's picture.
    package func value(
        of vectors: [Float], labels: [Int], isPositive: (_ anchor: Int, _ positive: Int) -> Bool = { _, _ in true }
    ) -> Value {
        let count = labels.count
        precondition(count > 0 && vectors.count.isMultiple(of: count), "\(vectors.count) numbers of \(count) vectors")
        let dimensions = vectors.count / count
        let squared = Self.squaredDistances(vectors, count: count)
        var value = Value(rows: count)
        // The loss by each squared distance.
        var slopes = [Double](repeating: 0, count: count * count)
        var pairs = (same: 0, different: 0)
        for anchor in 0..<count {
            var positives: [Int] = []
            var negatives: [Int] = []
            for other in 0..<count where other != anchor {
                let distance = squared[anchor * count + other]
                if labels[other] == labels[anchor] {
                    guard isPositive(anchor, other) else { continue }
                    positives.append(other)
                    value.positive += distance
                    pairs.same += 1
                } else {
                    negatives.append(other)
                    value.negative += distance
                    pairs.different += 1
                }
            }
            let row = anchor * count
            switch mining {
            case .semiHard: addSemiHard(row, positives, negatives, squared, &slopes, &value)
            case .batchHard: addBatchHard(row, positives, negatives, squared, &slopes, &value)
            }
        }
        value.positive /= Double(max(1, pairs.same))
        value.negative /= Double(max(1, pairs.different))
        let scale = 1 / Double(max(1, value.active))
        value.loss *= scale
        // ‖a − b‖² = 2 − 2a·b for unit vectors: each distance pulls at both ends.
        var gradient = [Float](repeating: 0, count: vectors.count)
        for first in 0..<count {
            for second in 0..<count where first != second {
                let slope = slopes[first * count + second] + slopes[second * count + first]
                guard slope != 0 else { continue }
                let factor = Float(-2 * slope * scale)
                for index in 0..<dimensions {
                    gradient[first * dimensions + index] += factor * vectors[second * dimensions + index]
                }
            }
        }
        value.gradient = gradient
        return value
    }

    private func addSemiHard(
        _ row: Int, _ positives: [Int], _ negatives: [Int], _ squared: [Double], _ slopes: inout [Double],
        _ value: inout Value
    ) {
        for positive in positives {
            for negative in negatives {
                value.triplets += 1
                let lack = squared[row + positive] - squared[row + negative] + margin
                guard lack > 0, lack < margin else { continue }
                value.active += 1
                value.loss += lack
                slopes[row + positive] += 1
                slopes[row + negative] -= 1
            }
        }
    }

    private func addBatchHard(
        _ row: Int, _ positives: [Int], _ negatives: [Int], _ squared: [Double], _ slopes: inout [Double],
        _ value: inout Value
    ) {
        guard let positive = positives.max(by: { squared[row + $0] < squared[row + $1] }),
            let negative = negatives.min(by: { squared[row + $0] < squared[row + $1] })
        else { return }
        value.triplets += 1
        value.active += 1
        // The root has no slope at 0.
        let (far, near) = (
            (squared[row + positive] + 1e-12).squareRoot(), (squared[row + negative] + 1e-12).squareRoot()
        )
        let push = 1 / (1 + exp(near - far))
        value.loss += log1p(exp(-abs(far - near))) + max(far - near, 0)
        slopes[row + positive] += push / (2 * max(far, 1e-3))
        slopes[row + negative] -= push / (2 * max(near, 1e-3))
    }

    /// `[n, n]`.
    private static func squaredDistances(_ vectors: [Float], count: Int) -> [Double] {
        let dimensions = vectors.count / count
        var squared = [Double](repeating: 0, count: count * count)
        vectors.withUnsafeBufferPointer { vectors in
            for first in 0..<count {
                for second in 0..<first {
                    var sum = 0.0
                    for index in 0..<dimensions {
                        let step = Double(vectors[first * dimensions + index] - vectors[second * dimensions + index])
                        sum += step * step
                    }
                    squared[first * count + second] = sum
                    squared[second * count + first] = sum
                }
            }
        }
        return squared
    }
}
