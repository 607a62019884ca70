/// The vector of this build of the kernels: 128 bits, which every x86-64 and arm64 processor has.
typealias Lanes = SIMD4<Float>
/// As many codes, as wide as floats, so that masks of the one choose among the other.
typealias Codes = SIMD4<Int32>
typealias Bytes = SIMD4<UInt8>

/// `sum + a · b`. Without an instruction for it, fusing would call a library function for each float.
@inline(__always)
func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum + a * b }
