/// The vector of this build of the kernels: 256 bits (AVX2).
typealias Lanes = SIMD8<Float>

/// `sum + a · b`, rounded once.
@inline(__always)
func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }
