/// The square root of a symmetric, positive semidefinite matrix and its inverse, by the coupled Newton–Schulz iteration
/// (Higham 2008, "Functions of Matrices", equation 6.35): products only, and no derivative is needed behind it.
///
/// With S scaled by its Frobenius norm, `Y → S^½` and `Z → S^−½` by `X = (3I − ZY)/2, Y ← YX, Z ← XZ`. An eigenvalue of λ parts
/// of the norm is right after about `log(λ^−½) / log 1.5` rounds; what is much smaller has a smaller inverse than it should, at
/// most `1.5^rounds` over the norm's root. All memory is taken at `init`.
final class MatrixRoot {
    /// Enough for eigenvalues of a ten-thousandth of the norm.
    static let rounds = 14

    let side: Int
    /// The root and its inverse, after ``run()``; of a matrix of zeros both are zeros.
    private(set) var root: Tensor
    private(set) var inverse: Tensor
    /// What the root is of; ``run()`` reads it.
    let matrix: Tensor
    private var spare: Tensor
    private let step: Tensor
    private let threads: ThreadPool

    init(side: Int, threads: ThreadPool) {
        self.side = side
        self.threads = threads
        let shape: Shape = [side, side]
        (matrix, root, inverse) = (Tensor(shape), Tensor(shape), Tensor(shape))
        (spare, step) = (Tensor(shape), Tensor(shape))
    }

    /// The trace of the root.
    ///
    /// - Parameter least: the Frobenius norm up to which a matrix is taken for one of zeros.
    func run(above least: Double = 0) -> Double {
        let norm = matrix.buffer.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard norm > least, norm.isFinite else {
            root.fill(0)
            inverse.fill(0)
            return norm.isFinite ? 0 : norm
        }
        let scale = Float(1 / norm)
        for index in 0..<matrix.count { root[index] = matrix[index] * scale }
        inverse.fill(0)
        for index in 0..<side { inverse[index * side + index] = 1 }
        for round in 0..<Self.rounds {
            // The inverse is still the unit matrix in the first round.
            if round == 0 { step.assign(root) } else { multiply(inverse, root, into: step) }
            for index in 0..<step.count { step[index] *= -0.5 }
            for index in 0..<side { step[index * side + index] += 1.5 }
            multiply(root, step, into: spare)
            swap(&root, &spare)
            multiply(step, inverse, into: spare)
            swap(&inverse, &spare)
        }
        let length = Float(norm.squareRoot())
        for index in 0..<root.count {
            root[index] *= length
            inverse[index] /= length
        }
        return (0..<side).reduce(0.0) { $0 + Double(root[$1 * side + $1]) }
    }

    private func multiply(_ a: Tensor, _ b: Tensor, into c: Tensor) {
        SharedMatrixProduct(
            m: side, n: side, k: side, a: a.pointer, transA: false, b: b.pointer, transB: false, c: c.pointer, alpha: 1,
            beta: 0, threads: threads
        ).run()
    }
}
