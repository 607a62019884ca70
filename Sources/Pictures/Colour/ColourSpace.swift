/// What the first three channels of a ``FloatPicture`` mean. White point D65, primaries of sRGB.
package enum ColourSpace: Sendable, CaseIterable {
    /// Encoded red, green and blue (IEC 61966-2-1), 0...1.
    case sRGB
    /// Linear red, green and blue, 0...1: proportional to light.
    case linear
    /// CIE 1976 L*a*b*: L 0...100, a and b about -128...128.
    case lab
    /// CIE 1976 L*u*v*: L 0...100, u and v about -134...220.
    case luv
    /// Luma 0...1 and colour differences -0.5...0.5 of the *encoded* values, full range, as in JPEG (ITU-T T.871).
    case yCbCr

    /// Linear RGB of a colour given in this space.
    func linear(_ colour: SIMD3<Float>) -> SIMD3<Float> {
        switch self {
        case .linear: colour
        case .sRGB: SRGBCurve.decode(colour)
        case .lab: CIE.linear(fromLab: colour)
        case .luv: CIE.linear(fromLuv: colour)
        case .yCbCr: SRGBCurve.decode(YCbCr.rgb(fromYCbCr: colour))
        }
    }

    /// The colour in this space of linear RGB.
    func encode(linear colour: SIMD3<Float>) -> SIMD3<Float> {
        switch self {
        case .linear: colour
        case .sRGB: SRGBCurve.encode(colour)
        case .lab: CIE.lab(fromLinear: colour)
        case .luv: CIE.luv(fromLinear: colour)
        case .yCbCr: YCbCr.yCbCr(fromRGB: SRGBCurve.encode(colour))
        }
    }
}
