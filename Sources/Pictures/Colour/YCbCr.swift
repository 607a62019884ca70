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
