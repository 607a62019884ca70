import COpenBLAS
import Glibc

/// `C = alpha · op(A) · op(B) + beta · C` in row-major order, by OpenBLAS on the caller's thread.
///
/// The one place where the house calls GEMM.
enum MatrixProduct {
    /// A row-major matrix in memory, `stride` floats from row to row, taken as it is or transposed.
    struct Factor {
        let pointer: UnsafePointer<Float>
        let stride: Int
        let transposed: Bool

        init(_ pointer: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
            self.pointer = pointer
            self.stride = stride
            self.transposed = transposed
        }

        fileprivate var order: CBLAS_TRANSPOSE { transposed ? CblasTrans : CblasNoTrans }
    }

    @inline(__always)
    static func run(
        _ m: Int, _ n: Int, _ k: Int,
        _ a: Factor, _ b: Factor,
        into c: Floats, stride ldc: Int, alpha: Float = 1, beta: Float = 0
    ) {
        if m == 0 || n == 0 { return }
        cblas_sgemm(
            CblasRowMajor, a.order, b.order, Int32(m),
            Int32(n), Int32(k), alpha, a.pointer, Int32(a.stride), b.pointer, Int32(b.stride), beta, c, Int32(ldc))
    }

    /// `y = alpha · A x + beta · y`, A row-major `[rows, columns]`, or its transpose.
    @inline(__always)
    static func vector(
        rows: Int, columns: Int, _ a: UnsafePointer<Float>, stride: Int, transposed: Bool, _ x: UnsafePointer<Float>,
        into y: Floats, alpha: Float = 1, beta: Float = 0
    ) {
        if rows == 0 || columns == 0 { return }
        cblas_sgemv(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), alpha, a,
            Int32(stride), x, 1, beta, y, 1)
    }

    /// The upper triangle of `alpha · Aᵀ A + beta · C`, A row-major `[k, n]`.
    static func gram(
        _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, stride lda: Int, into c: Floats, alpha: Float, beta: Float
    ) {
        cblas_ssyrk(
            CblasRowMajor, CblasUpper, CblasTrans, Int32(n), Int32(k), alpha, a, Int32(lda), beta, c, Int32(n))
    }
}

/// A matrix product cut into blocks that a pool shares out.
struct SharedMatrixProduct {
    let m: Int
    let n: Int
    let k: Int
    let a: Floats
    let transA: Bool
    let b: Floats
    let transB: Bool
    let c: Floats
    let alpha: Float
    let beta: Float
    let threads: ThreadPool

    /// Rows, or columns when there are few rows, of one block.
    private static let block = 64

    func run() {
        let lda = transA ? m : k
        let ldb = transB ? k : n
        if m >= n {
            let rows = Pieces(m, size: Self.block * max(1, m / (16 * Self.block)))
            threads.parallel(rows.count) { piece, _ in
                let range = rows.range(piece)
                let start = transA ? a + range.lowerBound : a + range.lowerBound * lda
                MatrixProduct.run(
                    range.count, n, k, .init(start, stride: lda, transposed: transA),
                    .init(b, stride: ldb, transposed: transB),
                    into: c + range.lowerBound * n, stride: n, alpha: alpha, beta: beta)
            }
            return
        }
        let columns = Pieces(n, size: m == 1 ? 16 : Self.block)
        threads.parallel(columns.count) { piece, _ in
            let range = columns.range(piece)
            let start = transB ? b + range.lowerBound * ldb : b + range.lowerBound
            if m == 1 {
                MatrixProduct.vector(
                    rows: transB ? range.count : k, columns: transB ? k : range.count, start, stride: ldb,
                    transposed: !transB, a, into: c + range.lowerBound, alpha: alpha, beta: beta)
            } else {
                MatrixProduct.run(
                    m, range.count, k, .init(a, stride: lda, transposed: transA),
                    .init(start, stride: ldb, transposed: transB),
                    into: c + range.lowerBound, stride: n, alpha: alpha, beta: beta)
            }
        }
    }
}

/// The library behind every matrix product.
package enum OpenBLAS {
    /// Kernels for processors without AVX2.
    private static let oldCores: Set<String> = [
        "generic", "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "sandybridge", "katmai",
        "coppermine", "northwood", "banias", "athlon", "opteron", "barcelona", "bobcat", "nano",
    ]

    /// The kernel set at work, for example `SkylakeX`. It is chosen as the library is loaded; the environment variable
    /// `OPENBLAS_CORETYPE` overrules the choice.
    package static var core: String { String(cString: openblas_get_corename()) }

    /// The kernels that suit the processor where those at work are for older ones.
    package static var betterCore: String? {
        guard oldCores.contains(core.lowercased()) else { return nil }
        return switch limner_vector_bits() {
        case 512: "SkylakeX"
        case 256: "Haswell"
        default: nil
        }
    }

    /// Takes the kernels that suit the processor where the library is older than it and chose its oldest, with which a painting takes a
    /// quarter more time. A choice by `OPENBLAS_CORETYPE` stays. To be called before any product.
    package static func chooseKernels() {
        guard getenv("OPENBLAS_CORETYPE") == nil, let core = betterCore else { return }
        limner_choose_kernels(core)
    }

    /// Takes the memory in which as many threads pack their matrices, so that none asks for it later: under an
    /// address-space limit OpenBLAS would ask for ever instead of failing.
    package static func reserveBuffers(threads: Int) {
        let buffers = (0..<threads).map { _ in blas_memory_alloc(0) }
        for buffer in buffers { blas_memory_free(buffer) }
    }
}
