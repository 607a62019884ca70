import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's `dsyevd` in double precision.
package struct SymmetricEigen {
    /// From the largest to the smallest.
    package let values: [Double]
    /// Row after row: the eigenvector of each value.
    package let vectors: [[Double]]

    /// - Parameter matrix: `[n, n]`; of a pair across the diagonal one is read.
    package init(_ matrix: Tensor) {
        let n = matrix.shape.dims[0]
        precondition(matrix.shape.rank == 2 && matrix.shape.dims[1] == n, "eigenvalues of \(matrix.shape)")
        var a = matrix.buffer.map(Double.init)
        var found = [Double](repeating: 0, count: n)
        var (work, whole) = ([0.0], [Int32(0)])
        // Asked with −1, it says how much memory it wants.
        var info = limner_symmetric_eigen(Int32(n), &a, &found, &work, -1, &whole, -1)
        if info == 0 {
            work = .init(repeating: 0, count: Int(work[0]))
            whole = .init(repeating: 0, count: Int(whole[0]))
            info = limner_symmetric_eigen(Int32(n), &a, &found, &work, Int32(work.count), &whole, Int32(whole.count))
        }
        precondition(info == 0, "dsyevd ended with \(info) on a matrix of \(n) rows")
        values = found.reversed()
        vectors = (0..<n).reversed().map { Array(a[$0 * n..<($0 + 1) * n]) }
    }
}
