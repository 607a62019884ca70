/// The vector of this build of the kernels: 512 bits (AVX-512).
typealias Lanes = SIMD16<Float>

/// `sum + a · b`, rounded once.
@inline(__always)
func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }
