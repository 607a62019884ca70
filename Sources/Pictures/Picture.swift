/// A decoded picture: interleaved RGB or RGBA in reading order, in 8 bits and perhaps in 16, already upright.
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
    /// The same samples in 16 bits, where the file or the network had as many. Turning, cropping and resizing keep them, and so does
    /// what makes new colours of these (``keepingColours(of:in:)``, ``continuedColours()``, what `Styles` does to match, to mix and to
    /// cover); drawing and ``opaque(over:)`` drop them.
    package internal(set) var deep: [UInt16]?
    /// The RGB profile that gives the samples their meaning; nil means sRGB.
    package var profile: ICCProfile?

    package init(
        width: Int, height: Int, channels: Channels = .rgb, pixels: [UInt8], deep: [UInt16]? = nil,
        profile: ICCProfile? = nil
    ) {
        precondition(
            width > 0 && height > 0 && pixels.count == width * height * channels.count
                && (deep.map { $0.count == pixels.count } ?? true),
            "\(pixels.count) samples do not fill \(width) × \(height) × \(channels.count)")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
        self.deep = deep
        self.profile = profile
    }

    /// Samples of 16 bits, and the nearest of 8.
    package init(width: Int, height: Int, channels: Channels = .rgb, deep: [UInt16], profile: ICCProfile? = nil) {
        self.init(
            width: width, height: height, channels: channels,
            pixels: deep.map { UInt8((UInt32($0) * 255 + 32_767) / 65_535) }, deep: deep, profile: profile)
    }

    /// A picture of one colour, opaque.
    package init(width: Int, height: Int, channels: Channels = .rgb, filledWith colour: Colour) {
        let pixel = [colour.red, colour.green, colour.blue, 255].prefix(channels.count)
        var pixels = [UInt8]()
        pixels.reserveCapacity(width * height * channels.count)
        for _ in 0..<(width * height) { pixels.append(contentsOf: pixel) }
        self.init(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// In 16 bits, whatever there is.
    package var samples16: [UInt16] { deep ?? pixels.map { UInt16($0) * 257 } }

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
