/// `alpha · A B + beta · c`: the fully connected layer and the plain matrix product.
///
/// A `[M, K]`, or `[K, M]` when `transposeA`; B `[K, N]`, or `[N, K]` when `transposeB`; c broadcasts to `[M, N]`.
package struct Gemm: Hashable, Sendable, Codable {
    package var transposeA: Bool
    package var transposeB: Bool
    package var alpha: Float
    package var beta: Float

    package init(transposeA: Bool = false, transposeB: Bool = false, alpha: Float = 1, beta: Float = 1) {
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.alpha = alpha
        self.beta = beta
    }
}

extension Gemm: Operation {
    var arity: ClosedRange<Int> { 2...3 }

    func outputShape(_ inputs: [Shape]) throws(Misfit) -> Shape {
        guard inputs[0].rank == 2, inputs[1].rank == 2 else { throw Misfit("both factors need rank 2") }
        let (m, k, n) = extents(inputs)
        guard inputs[1][transposeB ? 1 : 0] == k else { throw Misfit("the inner extents differ") }
        if inputs.count == 3 {
            guard BroadcastLoop.shape(inputs[2], [m, n]) == [m, n] else {
                throw Misfit("the addend does not broadcast to [\(m), \(n)]")
            }
        }
        return [m, n]
    }

    private func extents(_ inputs: [Shape]) -> (m: Int, k: Int, n: Int) {
        let (a, b) = (inputs[0], inputs[1])
        return (a[transposeA ? 1 : 0], a[transposeA ? 0 : 1], b[transposeB ? 0 : 1])
    }

    func backwardReads(gradients wanted: [Bool]) -> BackwardReads {
        var reads = BackwardReads()
        if wanted[0] { reads.inputs.insert(1) }
        if wanted[1] { reads.inputs.insert(0) }
        return reads
    }

    func forward(at site: Site) -> Step {
        let (m, k, n) = extents(site.inputs.map(\.shape))
        let y = site.output.pointer
        let hasAddend = site.inputs.count == 3
        let product = SharedMatrixProduct(
            m: m, n: n, k: k, a: site.inputs[0].pointer, transA: transposeA, b: site.inputs[1].pointer,
            transB: transposeB, c: y, alpha: alpha, beta: hasAddend ? 1 : 0, threads: site.threads)
        if !hasAddend { return product.run }
        let strides = BroadcastLoop.strides(site.inputs[2].shape, within: [m, n])
        let (rowStride, columnStride) = (strides[0], strides[1])
        return { [c = site.inputs[2].pointer, beta] in
            for row in 0..<m {
                for column in 0..<n {
                    y[row &* n &+ column] = beta * c[row &* rowStride &+ column &* columnStride]
                }
            }
            product.run()
        }
    }

    func backward(at site: Site) -> Step {
        let (m, k, n) = extents(site.inputs.map(\.shape))
        let d = site.outputGradient!
        let (a, b) = (site.inputs[0].pointer, site.inputs[1].pointer)
        var steps: [Step] = []
        if let target = site.inputGradients[0] {
            // dA = dY · op(B)ᵀ; for a transposed A its transpose, op(B) · dYᵀ.
            let beta: Float = target.accumulates ? 1 : 0
            let product =
                transposeA
                ? SharedMatrixProduct(
                    m: k, n: m, k: n, a: b, transA: transposeB, b: d, transB: true, c: target.pointer, alpha: alpha,
                    beta: beta, threads: site.threads)
                : SharedMatrixProduct(
                    m: m, n: k, k: n, a: d, transA: false, b: b, transB: !transposeB, c: target.pointer,
                    alpha: alpha, beta: beta, threads: site.threads)
            steps.append(product.run)
        }
        if let target = site.inputGradients[1] {
            // dB = op(A)ᵀ · dY; for a transposed B its transpose, dYᵀ · op(A).
            let beta: Float = target.accumulates ? 1 : 0
            let product =
                transposeB
                ? SharedMatrixProduct(
                    m: n, n: k, k: m, a: d, transA: true, b: a, transB: transposeA, c: target.pointer, alpha: alpha,
                    beta: beta, threads: site.threads)
                : SharedMatrixProduct(
                    m: k, n: n, k: m, a: a, transA: !transposeA, b: d, transB: false, c: target.pointer,
                    alpha: alpha, beta: beta, threads: site.threads)
            steps.append(product.run)
        }
        if site.inputs.count == 3, let target = site.inputGradients[2] {
            let strides = BroadcastLoop.strides(site.inputs[2].shape, within: [m, n])
            let (rowStride, columnStride, count) = (strides[0], strides[1], site.inputs[2].count)
            steps.append { [beta] in
                if !target.accumulates { target.pointer.update(repeating: 0, count: count) }
                for row in 0..<m {
                    for column in 0..<n {
                        target.pointer[row &* rowStride &+ column &* columnStride] += beta * d[row &* n &+ column]
                    }
                }
            }
        }
        return { for step in steps { step() } }
    }
}
