/// The vector of this build of the kernels: 128 bits, which every x86-64 and arm64 processor has.
typealias Lanes = SIMD4<Float>

/// `sum + a · b`. Without an instruction for it, fusing would call a library function for each float.
@inline(__always)
func fused(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { sum + a * b }
