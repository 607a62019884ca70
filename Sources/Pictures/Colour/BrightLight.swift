#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a picture of high dynamic range has its light as numbers (ITU-R BT.2100), by code points of ITU-T H.273, and what it looks like on
/// an ordinary screen, in sRGB.
enum BrightLight: UInt16 {
    case perceptualQuantizer = 16
    case hybridLogGamma = 18

    /// Candelas a square metre of what is white in a picture without highlights (ITU-R BT.2408), and of the brightest highlight that
    /// is not cut off, which is also what hybrid log-gamma's 1 is shown as.
    private static let white: Float = 203
    private static let brightest: Float = 1000
    /// Share of white up to which light stays as it is; what is above makes room for the highlights.
    private static let untouched: Float = 0.8

    /// Rows of a matrix from linear red, green and blue to those of sRGB.
    struct Primaries {
        let red: SIMD3<Float>
        let green: SIMD3<Float>
        let blue: SIMD3<Float>

        /// - Parameter code: ITU-T H.273, table 2; where a file does not say, those of BT.2020, for which the curves are made. Nil for
        ///   any but these, sRGB's and Display P3's.
        init?(code: UInt16) {
            switch code {
            case 1: (red, green, blue) = ([1, 0, 0], [0, 1, 0], [0, 0, 1])
            // ITU-R BT.2087.
            case 2, 9:
                red = [1.660491, -0.587641, -0.072850]
                green = [-0.124550, 1.132900, -0.008349]
                blue = [-0.018151, -0.100579, 1.118730]
            case 12:
                red = [1.224940, -0.224940, 0]
                green = [-0.042057, 1.042057, 0]
                blue = [-0.019638, -0.078636, 1.098274]
            default: return nil
            }
        }
    }

    /// Turns samples to sRGB; a fourth one of a pixel is alpha and stays.
    func turnToSRGB<Sample: FixedWidthInteger & UnsignedInteger>(
        _ samples: inout [Sample], channels: Picture.Channels, primaries: Primaries
    ) {
        let most = Float(Sample.max)
        let lights = (0...Int(Sample.max)).map { light(of: Float($0) / most) }
        for start in stride(from: 0, to: samples.count, by: channels.count) {
            let own = SIMD3(
                lights[Int(samples[start])], lights[Int(samples[start + 1])], lights[Int(samples[start + 2])])
            let light = shown(
                SIMD3((primaries.red * own).sum(), (primaries.green * own).sum(), (primaries.blue * own).sum()))
            let colour = SRGBCurve.encode(Self.toned(light).clamped(lowerBound: .zero, upperBound: .one)) * most
            for channel in 0..<3 { samples[start + channel] = Sample(colour[channel].rounded()) }
        }
    }

    /// Of an encoded value, 0…1: that of the screen over white, and of hybrid log-gamma that of the scene, 0…1.
    private func light(of value: Float) -> Float {
        switch self {
        case .perceptualQuantizer:
            // BT.2100, table 4: SMPTE ST 2084.
            let (m1, m2): (Float, Float) = (2610.0 / 16_384, 2523.0 / 4096 * 128)
            let (c1, c2, c3): (Float, Float, Float) = (3424.0 / 4096, 2413.0 / 4096 * 32, 2392.0 / 4096 * 32)
            let root = powf(value, 1 / m2)
            return 10_000 * powf(max(root - c1, 0) / (c2 - c3 * root), 1 / m1) / Self.white
        case .hybridLogGamma:
            // Table 5: the inverse of its OETF.
            let (a, b, c): (Float, Float, Float) = (0.17883277, 0.28466892, 0.55991073)
            return value <= 0.5 ? value * value / 3 : (expf((value - c) / a) + b) / 12
        }
    }

    /// Light of the screen over white. Hybrid log-gamma's depends on the luminance of the scene: a system gamma of 1.2 for a screen of
    /// ``brightest`` (table 5: its OOTF).
    private func shown(_ light: SIMD3<Float>) -> SIMD3<Float> {
        guard self == .hybridLogGamma else { return light }
        let luminance = max((light * [0.2126, 0.7152, 0.0722]).sum(), 0)
        return light * powf(luminance, 0.2) * (Self.brightest / Self.white)
    }

    /// Colours keep their hue: the largest of red, green and blue goes by the hyperbola that leaves the line of what is untouched with its
    /// slope, and ends at 1 for the brightest.
    private static func toned(_ light: SIMD3<Float>) -> SIMD3<Float> {
        let largest = light.max()
        guard largest > untouched else { return light }
        let (above, most) = (largest - untouched, brightest / white - untouched)
        let bend = 1 / (1 - untouched) - 1 / most
        return light * ((untouched + above / (1 + bend * above)) / largest)
    }
}
