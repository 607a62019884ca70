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
