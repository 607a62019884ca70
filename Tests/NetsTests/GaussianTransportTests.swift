import Testing

@testable import Nets

/// Against eigenvalues in double precision, and against what is known in closed form.
@Suite struct GaussianTransportTests {
    private let threads = ThreadPool(threads: 2)

    /// `XᵀX / rows` of seeded noise, the columns of different size.
    private func covariance(_ side: Int, rows: Int, seed: UInt64) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        let x = Tensor([rows, side])
        generator.fill(x)
        let result = Tensor([side, side])
        for i in 0..<side {
            for j in 0..<side {
                let sum = (0..<rows).reduce(0.0) { $0 + Double(x[$1 * side + i]) * Double(x[$1 * side + j]) }
                result[i * side + j] = Float(sum / Double(rows) / Double((i + 1) * (j + 1)).squareRoot())
            }
        }
        return result
    }

    private func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
        a.map { row in b[0].indices.map { column in row.indices.reduce(0.0) { $0 + row[$1] * b[$1][column] } } }
    }

    /// A function of the matrix by its eigenvalues.
    private func function(_ matrix: [[Double]], _ value: (Double) -> Double) -> [[Double]] {
        let side = matrix.count
        let eigen = SymmetricEigen(Tensor([side, side], matrix.flatMap { $0.map(Float.init) }))
        return (0..<side).map { i in
            (0..<side).map { j in
                (0..<side).reduce(0.0) { $0 + eigen.vectors[$1][i] * value(eigen.values[$1]) * eigen.vectors[$1][j] }
            }
        }
    }

    private func rows(_ matrix: Tensor) -> [[Double]] {
        let side = matrix.shape.dims[0]
        return (0..<side).map { row in (0..<side).map { Double(matrix[row * side + $0]) } }
    }

    @Test(arguments: [1, 2, 7, 33, 64])
    func `eigenvectors put the matrix together again`(side: Int) {
        let matrix = covariance(side, rows: 2 * side, seed: 3)
        let eigen = SymmetricEigen(matrix)
        #expect(eigen.values == eigen.values.sorted(by: >))
        let again = function(rows(matrix)) { $0 }
        for (found, expected) in zip(again.joined(), rows(matrix).joined()) { #expect(abs(found - expected) < 1e-6) }
    }

    @Test(arguments: [1, 2, 7, 33, 64])
    func `a root squared is the matrix, and its inverse takes it back`(side: Int) {
        let matrix = covariance(side, rows: 4 * side, seed: 5)
        let root = MatrixRoot(side: side, threads: threads)
        root.matrix.assign(matrix)
        let trace = root.run()
        let expected = SymmetricEigen(matrix).values.reduce(0.0) { $0 + max(0, $1).squareRoot() }
        #expect(abs(trace - expected) < 1e-4 * expected, "trace \(trace), expected \(expected)")
        let square = product(rows(root.root), rows(root.root))
        let unit = product(rows(root.root), rows(root.inverse))
        for i in 0..<side {
            for j in 0..<side {
                #expect(abs(square[i][j] - Double(matrix[i * side + j])) < 1e-4, "\(i), \(j) of \(side)")
                #expect(abs(unit[i][j] - (i == j ? 1 : 0)) < 2e-3, "\(i), \(j) of \(side)")
            }
        }
    }

    @Test func `nothing has no root but nothing`() {
        let root = MatrixRoot(side: 3, threads: threads)
        #expect(root.run() == 0)
        #expect((root.root.values + root.inverse.values).allSatisfy { $0 == 0 })
    }

    @Test func `between independent channels each is stretched by itself`() {
        let (own, target): ([Float], [Float]) = ([4, 1, 9, 2], [1, 1, 4, 8])
        let (b, a) = (Tensor([4, 4]), Tensor([4, 4]))
        for index in 0..<4 {
            b[index * 5] = own[index]
            a[index * 5] = target[index]
        }
        let transport = GaussianTransport(to: a, threads: threads)
        let trace = transport.run(from: b)
        #expect(transport.rank == 4 && transport.trace == 14)
        #expect(abs(trace - zip(own, target).reduce(0.0) { $0 + Double($1.0 * $1.1).squareRoot() }) < 1e-4)
        for i in 0..<4 {
            for j in 0..<4 {
                let expected = i == j ? (target[i] / own[i]).squareRoot() : 0
                #expect(abs(transport.map[i * 4 + j] - expected) < 1e-4, "\(i), \(j)")
            }
        }
    }

    /// The way from a Gaussian to itself is none, but where next to nothing of it is.
    @Test func `to where it is nothing moves`() {
        let matrix = covariance(48, rows: 200, seed: 7)
        let transport = GaussianTransport(to: matrix, threads: threads)
        let trace = transport.run(from: matrix)
        #expect(transport.rank < 48)
        #expect(trace <= transport.trace * 1.0001 && trace >= 0.9899 * transport.trace)
        let moved = product(rows(transport.map), rows(matrix))
        for (found, expected) in zip(moved.joined(), rows(matrix).joined()) { #expect(abs(found - expected) < 0.02) }
    }

    @Test(arguments: [8, 24, 40])
    func `map and trace are those of double precision`(side: Int) {
        let (b, a) = (covariance(side, rows: 3 * side, seed: 11), covariance(side, rows: 3 * side, seed: 13))
        let transport = GaussianTransport(to: a, threads: threads)
        let trace = transport.run(from: b)
        // The target of the eigenvalues that are kept.
        let values = SymmetricEigen(a).values
        let least = values[transport.rank - 1] * 0.999_999
        let half = function(rows(a)) { $0 >= least ? $0.squareRoot() : 0 }
        func middle(_ b: [[Double]]) -> [[Double]] { product(product(half, b), half) }
        func exact(_ b: [[Double]]) -> Double {
            let eigen = SymmetricEigen(Tensor([side, side], middle(b).flatMap { $0.map(Float.init) }))
            return eigen.values.reduce(0.0) { $0 + max(0, $1).squareRoot() }
        }
        #expect(abs(trace - exact(rows(b))) < 1e-3 * trace, "\(trace), expected \(exact(rows(b)))")
        let inverse = function(middle(rows(b))) { $0 > 1e-6 ? 1 / $0.squareRoot() : 0 }
        let map = product(product(half, inverse), half)
        let size = map.joined().map(abs).max()!
        for i in 0..<side {
            for j in 0..<side {
                let difference = abs(Double(transport.map[i * side + j]) - map[i][j])
                #expect(difference < 5e-3 * size, "\(i), \(j) of \(side): off by \(difference) of \(size)")
            }
        }
    }
}
