/// A decoded picture: 8-bit interleaved RGB or RGBA in reading order, already upright.
///
/// Sample `c` of the pixel in column `x`, row `y` is `pixels[(y * width + x) * channels.count + c]`. Values are encoded
/// as stored (sRGB unless ``profile`` says otherwise); alpha is straight, not premultiplied.
package struct Picture: Sendable, Equatable {
    /// Samples of one pixel.
    package enum Channels: Int, Sendable, CaseIterable {
        case rgb = 3
        case rgba = 4

        package var count: Int { rawValue }
    }

    package let width: Int
    package let height: Int
    package let channels: Channels
    /// `height * width * channels.count` samples.
    package internal(set) var pixels: [UInt8]
    /// The RGB profile that gives the samples their meaning; nil means sRGB.
    package var profile: ICCProfile?

    package init(
        width: Int, height: Int, channels: Channels = .rgb, pixels: [UInt8], profile: ICCProfile? = nil
    ) {
        precondition(
            width > 0 && height > 0 && pixels.count == width * height * channels.count,
            "\(pixels.count) samples do not fill \(width) × \(height) × \(channels.count)")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
        self.profile = profile
    }

    /// A picture of one colour, opaque.
    package init(width: Int, height: Int, channels: Channels = .rgb, filledWith colour: Colour) {
        let pixel = [colour.red, colour.green, colour.blue, 255].prefix(channels.count)
        var pixels = [UInt8]()
        pixels.reserveCapacity(width * height * channels.count)
        for _ in 0..<(width * height) { pixels.append(contentsOf: pixel) }
        self.init(width: width, height: height, channels: channels, pixels: pixels)
    }

    package var size: PixelSize { PixelSize(width: width, height: height) }

    /// The samples of one pixel, three or four.
    package subscript(x x: Int, y y: Int) -> ArraySlice<UInt8> {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y)) is outside \(width) × \(height)")
        let start = (y * width + x) * channels.count
        return pixels[start..<(start + channels.count)]
    }

    /// The same picture without alpha, composed over `background` in encoded values.
    package func opaque(over background: Colour = .white) -> Picture {
        guard channels == .rgba else { return self }
        let behind = [Int(background.red), Int(background.green), Int(background.blue)]
        var output = [UInt8](repeating: 0, count: width * height * 3)
        for index in 0..<(width * height) {
            let alpha = Int(pixels[index * 4 + 3])
            for channel in 0..<3 {
                let mixed = Int(pixels[index * 4 + channel]) * alpha + behind[channel] * (255 - alpha)
                output[index * 3 + channel] = UInt8((mixed + 127) / 255)
            }
        }
        return Picture(width: width, height: height, pixels: output, profile: profile)
    }
}

/// An opaque 8-bit RGB colour.
package struct Colour: Sendable, Hashable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package static let white = Colour(red: 255, green: 255, blue: 255)
    package static let black = Colour(red: 0, green: 0, blue: 0)
}
