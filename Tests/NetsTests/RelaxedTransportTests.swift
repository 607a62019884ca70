import Testing

@testable import Nets

@Suite struct RelaxedTransportTests {
    private func noise(_ rows: Int, _ width: Int, seed: UInt64, mean: Float = 0) -> Tensor {
        let tensor = Tensor([rows, width])
        var generator = SeededGenerator(seed: seed)
        generator.fill(tensor, mean: mean)
        return tensor
    }

    private func row(_ points: Tensor, _ index: Int) -> [Double] {
        let width = points.shape.channels
        return (0..<width).map { Double(points[index * width + $0]) }
    }

    private func cost(_ x: [Double], _ y: [Double], _ metric: RelaxedTransport.Metric) -> Double {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        switch metric {
        case .cosine: return 1 - dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
        case .euclidean: return zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
    }

    /// By the definition, in double precision.
    private func naive(_ points: Tensor, _ target: Tensor, _ metric: RelaxedTransport.Metric) -> Double {
        let costs = (0..<points.shape[0]).map { i in
            (0..<target.shape[0]).map { cost(row(points, i), row(target, $0), metric) }
        }
        let there = costs.reduce(0) { $0 + $1.min()! } / Double(costs.count)
        let back = (0..<target.shape[0]).reduce(0.0) { sum, j in sum + costs.map { $0[j] }.min()! }
        return max(there, back / Double(target.shape[0]))
    }

    /// More points than targets, whose farthest are reached from afar, and the other way round.
    @Test(arguments: [RelaxedTransport.Metric.cosine, .euclidean], [(40, 13), (9, 70), (1, 1)])
    func `the distance is the definition's, and the gradient the slope`(
        metric: RelaxedTransport.Metric, count: (points: Int, targets: Int)
    ) {
        let (points, target) = (noise(count.points, 7, seed: 1), noise(count.targets, 7, seed: 2, mean: 0.5))
        func measured(threads: Int) -> (value: Double, slopes: [Float]) {
            let slopes = Tensor(points.shape)
            slopes.fill(1)
            let transport = RelaxedTransport(
                to: target, from: count.points, by: metric, threads: ThreadPool(threads: threads))
            return (transport.run(from: points, weight: 4, addingTo: slopes), slopes.values)
        }
        let found = measured(threads: 1)
        let expected = naive(points, target, metric)
        #expect(abs(found.value - expected) < 1e-5 * expected, "\(found.value), not \(expected)")
        #expect(measured(threads: 3) == found)
        for index in stride(from: 0, to: points.count, by: max(1, points.count / 9)) {
            let own = points[index]
            func at(_ step: Float) -> Double {
                points[index] = own + step
                defer { points[index] = own }
                return naive(points, target, metric)
            }
            let slope = 4 * (at(1e-3) - at(-1e-3)) / 2e-3
            #expect(
                abs(slope - Double(found.slopes[index] - 1)) < 1e-3 * (0.05 + abs(slope)), "number \(index): \(slope)")
        }
    }

    @Test func `what is met is nowhere to go, and what is nothing stays where it is`() {
        let points = noise(12, 5, seed: 3)
        for metric in [RelaxedTransport.Metric.cosine, .euclidean] {
            let slopes = Tensor(points.shape)
            let transport = RelaxedTransport(to: points.copy(), from: 12, by: metric, threads: ThreadPool(threads: 1))
            #expect(abs(transport.run(from: points, weight: 1, addingTo: slopes)) < 1e-6)
            #expect(slopes.values.allSatisfy { abs($0) < 1e-5 })
        }
        let (nothing, slopes) = (Tensor([2, 5]), Tensor([2, 5]))
        let transport = RelaxedTransport(to: points, from: 2, by: .cosine, threads: ThreadPool(threads: 1))
        #expect(transport.run(from: nothing, weight: 1, addingTo: slopes) == 1)
        #expect(slopes.values.allSatisfy { $0 == 0 })
    }

    /// More points than dimensions, and fewer.
    @Test(arguments: [(40, 30), (5, 3)])
    func `moments' distance is the definition's, and the gradient the slope`(count: (points: Int, targets: Int)) {
        let width = 9
        let (points, target) = (noise(count.points, width, seed: 4), noise(count.targets, width, seed: 5, mean: 1))
        func moments(_ points: Tensor) -> (mean: [Double], covariance: [Double]) {
            let rows = points.shape[0]
            let mean = (0..<width).map { axis in
                (0..<rows).reduce(0.0) { $0 + row(points, $1)[axis] } / Double(rows)
            }
            let covariance = (0..<width * width).map { index in
                (0..<rows).reduce(0.0) { sum, number in
                    let (i, j) = index.quotientAndRemainder(dividingBy: width)
                    return sum + (row(points, number)[i] - mean[i]) * (row(points, number)[j] - mean[j])
                } / Double(rows)
            }
            return (mean, covariance)
        }
        func naive() -> Double {
            let (own, theirs) = (moments(points), moments(target))
            return zip(own.mean, theirs.mean).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(width)
                + zip(own.covariance, theirs.covariance).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(width * width)
        }
        func measured(threads: Int) -> (value: Double, slopes: [Float]) {
            let slopes = Tensor(points.shape)
            slopes.fill(1)
            let distance = MomentDistance(to: target, from: count.points, threads: ThreadPool(threads: threads))
            return (distance.run(from: points, weight: 4, addingTo: slopes), slopes.values)
        }
        let found = measured(threads: 1)
        #expect(abs(found.value - naive()) < 1e-5 * found.value, "\(found.value), not \(naive())")
        #expect(measured(threads: 3) == found)
        for index in stride(from: 0, to: points.count, by: 4) {
            let own = points[index]
            func at(_ step: Float) -> Double {
                points[index] = own + step
                defer { points[index] = own }
                return naive()
            }
            let slope = 4 * (at(1e-4) - at(-1e-4)) / 2e-4
            #expect(
                abs(slope - Double(found.slopes[index] - 1)) < 2e-3 * (0.05 + abs(slope)), "number \(index): \(slope)")
        }
    }
}
