/// The vector of this build of the kernels: 512 bits (AVX-512).
typealias Lanes = SIMD16<Float>
/// As many codes, as wide as floats, so that masks of the one choose among the other.
typealias Codes = SIMD16<Int32>
typealias Bytes = SIMD16<UInt8>

/// `sum + a · b`, rounded once.
@inline(__always)
func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum.addingProduct(a, b) }
