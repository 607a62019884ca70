/// A picture of 32-bit floats, interleaved in reading order like a ``Picture``, in a named colour space.
///
/// Ranges are given by ``ColourSpace``; alpha is straight, 0...1. Values may lie outside their range until the picture
/// becomes 8-bit again.
package struct FloatPicture: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package let channels: Picture.Channels
    package let space: ColourSpace
    /// `height * width * channels.count` values.
    package internal(set) var values: [Float]

    package init(width: Int, height: Int, channels: Picture.Channels = .rgb, space: ColourSpace, values: [Float]) {
        precondition(
            width > 0 && height > 0 && values.count == width * height * channels.count,
            "\(values.count) values do not fill \(width) × \(height) × \(channels.count)")
        self.width = width
        self.height = height
        self.channels = channels
        self.space = space
        self.values = values
    }

    /// The samples of a picture, the deep ones where there are any, in `space`. Its profile is taken to be sRGB.
    package init(_ picture: Picture, in space: ColourSpace = .sRGB) {
        let values = picture.deep?.map { Float($0) / 65_535 } ?? picture.pixels.map { Float($0) / 255 }
        let encoded = FloatPicture(
            width: picture.width, height: picture.height, channels: picture.channels, space: .sRGB, values: values)
        self = encoded.converted(to: space)
    }

    package var size: PixelSize { PixelSize(width: width, height: height) }

    /// The same colours in another space; alpha stays.
    package func converted(to target: ColourSpace) -> FloatPicture {
        guard target != space else { return self }
        let samples = channels.count
        var output = values
        for pixel in stride(from: 0, to: output.count, by: samples) {
            let stored = SIMD3(output[pixel], output[pixel + 1], output[pixel + 2])
            let colour =
                switch (space, target) {
                // Both are of encoded values: no need to go by way of light and its powers.
                case (.sRGB, .yCbCr): YCbCr.yCbCr(fromRGB: stored)
                case (.yCbCr, .sRGB): YCbCr.rgb(fromYCbCr: stored)
                default: target.encode(linear: space.linear(stored))
                }
            for channel in 0..<3 { output[pixel + channel] = colour[channel] }
        }
        return FloatPicture(width: width, height: height, channels: channels, space: target, values: output)
    }
}

extension Picture {
    /// The picture in sRGB; values outside the range are clamped, NaN becomes 0.
    ///
    /// - Parameter isDeep: whether its samples have 16 bits, too.
    package init(_ picture: FloatPicture, isDeep: Bool = false, profile: ICCProfile? = nil) {
        let encoded = picture.converted(to: .sRGB)
        // `max` with the constant first turns NaN into 0.
        let pixels = encoded.values.map { UInt8(min(max(0, $0 * 255), 255).rounded()) }
        let deep = isDeep ? encoded.values.map { UInt16(min(max(0, $0 * 65_535), 65_535).rounded()) } : nil
        self.init(
            width: picture.width, height: picture.height, channels: picture.channels, pixels: pixels, deep: deep,
            profile: profile)
    }
}
