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

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// CIE 1976 L*a*b* and L*u*v* (CIE 15:2004 §8.2) for sRGB's primaries and its white, D65.
enum CIE {
    /// Where the cube root gives way to a straight line, (6/29)³, and that line's slope, (29/3)³ / 116.
    private static let knee: Float = 216.0 / 24389.0
    private static let slope: Float = 24389.0 / 27.0 / 116.0

    /// Rows of the matrix from linear RGB to X/Xn, Y/Yn, Z/Zn (IEC 61966-2-1 primaries, rows divided by the white).
    private static let toX = row(0.4123907993, 0.3575843394, 0.1804807884)
    private static let toY = row(0.2126390059, 0.7151686788, 0.0721923154)
    private static let toZ = row(0.0193308187, 0.1191947798, 0.9505321522)

    /// The white's tristimulus values are the rows' sums: RGB (1, 1, 1).
    private static func row(_ red: Double, _ green: Double, _ blue: Double) -> SIMD3<Float> {
        let white = red + green + blue
        return SIMD3(Float(red / white), Float(green / white), Float(blue / white))
    }

    /// Columns of the inverse matrix.
    private static let inverse = inverted(toX, toY, toZ)

    static func lab(fromLinear rgb: SIMD3<Float>) -> SIMD3<Float> {
        let x = f((toX * rgb).sum())
        let y = f((toY * rgb).sum())
        let z = f((toZ * rgb).sum())
        return SIMD3(116 * y - 16, 500 * (x - y), 200 * (y - z))
    }

    static func linear(fromLab lab: SIMD3<Float>) -> SIMD3<Float> {
        let y = (lab.x + 16) / 116
        let x = y + lab.y / 500
        let z = y - lab.z / 200
        return inverse.0 * inverseF(x) + inverse.1 * inverseF(y) + inverse.2 * inverseF(z)
    }

    /// Of the white: X and Z over Y, and from them u′ and v′.
    private static let white = (x: Float(0.9504559271), z: Float(1.0890577508))
    private static let whitePoint = chromaticity(of: SIMD3(repeating: 1))!

    /// u′ and v′ of X/Xn, Y/Yn, Z/Zn; nil for black.
    private static func chromaticity(of relative: SIMD3<Float>) -> SIMD2<Float>? {
        let xyz = relative * SIMD3(white.x, 1, white.z)
        let sum = xyz.x + 15 * xyz.y + 3 * xyz.z
        return abs(sum) > 1e-9 ? SIMD2(4 * xyz.x, 9 * xyz.y) / sum : nil
    }

    static func luv(fromLinear rgb: SIMD3<Float>) -> SIMD3<Float> {
        let relative = SIMD3((toX * rgb).sum(), (toY * rgb).sum(), (toZ * rgb).sum())
        let lightness = 116 * f(relative.y) - 16
        let colour = 13 * lightness * ((chromaticity(of: relative) ?? whitePoint) - whitePoint)
        return SIMD3(lightness, colour.x, colour.y)
    }

    static func linear(fromLuv luv: SIMD3<Float>) -> SIMD3<Float> {
        guard luv.x > 0 else { return .zero }
        let y = inverseF((luv.x + 16) / 116)
        let point = SIMD2(luv.y, luv.z) / (13 * luv.x) + whitePoint
        // What no light has.
        let v = max(point.y, 1e-3)
        let x = y * 9 * point.x / (4 * v)
        let z = y * (12 - 3 * point.x - 20 * v) / (4 * v)
        return inverse.0 * (x / white.x) + inverse.1 * y + inverse.2 * (z / white.z)
    }

    private static func f(_ t: Float) -> Float {
        t > knee ? cbrtf(t) : slope * t + 16.0 / 116.0
    }

    private static func inverseF(_ value: Float) -> Float {
        let cube = value * value * value
        return cube > knee ? cube : (value - 16.0 / 116.0) / slope
    }

    /// The columns of the inverse of the matrix with these rows: cross products over the determinant.
    private static func inverted(
        _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>
    ) -> (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
        let determinant = (a * cross(b, c)).sum()
        return (cross(b, c) / determinant, cross(c, a) / determinant, cross(a, b) / determinant)
    }

    private static func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}

/// Luma and colour differences of encoded RGB, full range, with the weights of ITU-R BT.601 (ITU-T T.871 §7).
///
/// The offset of 128 that JPEG adds to store the differences in bytes is left out: grey is (Y, 0, 0).
enum YCbCr {
    private static let red: Float = 0.299
    private static let green: Float = 0.587
    private static let blue: Float = 0.114

    static func yCbCr(fromRGB rgb: SIMD3<Float>) -> SIMD3<Float> {
        let luma = red * rgb.x + green * rgb.y + blue * rgb.z
        return SIMD3(luma, (rgb.z - luma) / (2 * (1 - blue)), (rgb.x - luma) / (2 * (1 - red)))
    }

    static func rgb(fromYCbCr colour: SIMD3<Float>) -> SIMD3<Float> {
        let blueValue = colour.x + 2 * (1 - blue) * colour.y
        let redValue = colour.x + 2 * (1 - red) * colour.z
        let greenValue = (colour.x - red * redValue - blue * blueValue) / green
        return SIMD3(redValue, greenValue, blueValue)
    }
}

extension Picture {
    /// The spaces that part lightness from colour.
    package enum LightnessSpace: Sendable, CaseIterable {
        /// Luma of encoded values; the way of most style-transfer programs.
        case yCbCr
        /// CIE lightness: evener to the eye.
        case lab, luv

        var colourSpace: ColourSpace {
            switch self {
            case .yCbCr: .yCbCr
            case .lab: .lab
            case .luv: .luv
            }
        }
    }

    /// This picture's lightness with the colours of `content`: luminance-only style transfer (Gatys, Bethge, Hertzmann,
    /// Shechtman 2016, "Preserving Color in Neural Artistic Style Transfer" §3.2).
    ///
    /// `content` is resized to this picture's size when it differs. Size, alpha and profile stay this picture's.
    package func keepingColours(of content: Picture, in space: LightnessSpace = .yCbCr) -> Picture {
        var result = FloatPicture(self, in: space.colourSpace)
        let source = FloatPicture(content.resized(to: size), in: space.colourSpace)
        for index in 0..<size.area {
            let target = index * channels.count
            let origin = index * content.channels.count
            result.values[target + 1] = source.values[origin + 1]
            result.values[target + 2] = source.values[origin + 2]
        }
        return Picture(result, isDeep: deep != nil, profile: profile)
    }
}
