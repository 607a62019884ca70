#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The transfer curve of sRGB (IEC 61966-2-1:1999). Odd beyond zero, so that out-of-range values survive a round trip.
enum SRGBCurve {
    static func decode(_ colour: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(decode(colour.x), decode(colour.y), decode(colour.z))
    }

    static func encode(_ colour: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(encode(colour.x), encode(colour.y), encode(colour.z))
    }

    /// Encoded value to light.
    static func decode(_ value: Float) -> Float {
        let size = abs(value)
        let light = size <= 0.04045 ? size / 12.92 : powf((size + 0.055) / 1.055, 2.4)
        return value < 0 ? -light : light
    }

    /// Light to encoded value.
    static func encode(_ light: Float) -> Float {
        let size = abs(light)
        let value = size <= 0.0031308 ? size * 12.92 : 1.055 * powf(size, 1 / 2.4) - 0.055
        return light < 0 ? -value : value
    }
}
