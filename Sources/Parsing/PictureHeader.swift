/// What a picture may cost. All are checked from the file's size and header, before pixels are allocated.
///
/// As JSON the first two, `{"maxBytes": …, "maxPixels": …}`: the others are the same for every job.
package struct PictureLimits: Codable, Sendable, Equatable {
    /// Width × height as stored. A decoded pixel takes 3 or 4 bytes; a progressive JPEG up to 6 more while it decodes.
    package var pixels: Int
    /// Length of the file.
    package var bytes: Int
    /// Longer side as stored.
    package var side = 32_768
    /// Scans of a progressive JPEG: each one walks over all pixels, and a few bytes suffice for one.
    package var scans = 100

    package init(pixels: Int = 100_000_000, bytes: Int = 128 << 20, side: Int? = nil, scans: Int? = nil) {
        self.pixels = pixels
        self.bytes = bytes
        if let side { self.side = side }
        if let scans { self.scans = scans }
    }

    package static let standard = PictureLimits()

    private enum CodingKeys: String, CodingKey {
        case pixels = "maxPixels"
        case bytes = "maxBytes"
    }
}

/// Width and height in pixels.
package struct PixelSize: Sendable, Hashable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package var longSide: Int { max(width, height) }

    /// Held to the range of `Int`: a header may claim any sides.
    package var area: Int {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        return overflow ? .max : area
    }

    /// The size with this aspect whose longer side is `longSide`; no side falls below one pixel.
    package func fitted(longSide target: Int) -> PixelSize {
        let scale = Double(target) / Double(longSide)
        return PixelSize(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())))
    }

    /// The same of a longer side of no more than `longSide`; this size where it has less.
    package func fitted(atMost longSide: Int) -> PixelSize { fitted(longSide: min(longSide, self.longSide)) }
}

/// What a picture file says about itself, before and without decoding its pixels. Nothing of it is to be believed:
/// whoever decodes checks it against limits of his own first.
package struct PictureHeader: Sendable, Equatable {
    package let format: PictureFormat
    /// As stored, before the orientation is applied; both sides are positive.
    package let storedSize: PixelSize
    /// What a decoder makes on its way: more than the stored size where a crop is part of the format.
    package let codedSize: PixelSize
    /// Samples a pixel as stored: 1 grey or palette, 2 grey with alpha, 3 colour, 4 with alpha or CMYK.
    package let components: Int
    /// Bits a sample as stored.
    package let depth: Int
    /// Progressive JPEG or interlaced PNG.
    package let progressive: Bool
    /// From Exif, or from XMP where Exif does not say; nil when neither does.
    package var statedOrientation: Orientation?
    /// Exif says that the samples are Adobe RGB, and no words of the format itself say otherwise; a profile knows better.
    package let isAdobeRGB: Bool
    /// Whether the kind of its pixels has transparency, though all may be opaque.
    package let hasAlpha: Bool
    /// A file of fewer bytes cannot hold so many pixels.
    package let leastBytes: Int
    /// Whether a GIF, PNG, WebP, HEIC or AVIF has more frames than the one that is decoded, as far as its bytes are here.
    package private(set) var isAnimated = false

    /// `.upright` where nothing else is said.
    package var orientation: Orientation { statedOrientation ?? .upright }

    /// As seen: sides are exchanged where the orientation turns the picture by a quarter.
    package var size: PixelSize { orientation.applied(to: storedSize) }

    /// Why bytes are no header.
    package enum Fault: Error, Sendable, Equatable {
        case notAPicture
        /// Of a format that is not read.
        case foreign(ForeignFormat)
        /// The bytes end before the size is told.
        case truncated
        case corrupt(reason: String)
        case unsupported(reason: String)
    }

    /// Bytes of a file's start in which a header is found; a JPEG's frame header stands behind its Exif data and profile.
    package static let readLimit = 512 << 10

    /// Reads the header of a file. The cost is linear in the bytes; nothing is allocated for what they claim.
    ///
    /// - Parameter bytes: the file, or its first ``readLimit`` bytes.
    package init(_ bytes: [UInt8]) throws(Fault) {
        let format = PictureFormat(signature: bytes)
        guard format == nil || !TextModeCopy.made(bytes) else { throw .corrupt(reason: TextModeCopy.reason) }
        switch format {
        case .jpeg: self = try Self.jpeg(bytes)
        case .png: self = try Self.png(bytes)
        case .webp: self = try Self.webP(bytes)
        case .tiff: self = try Self.tiff(bytes)
        case .heif, .avif: self = try Self.heif(bytes)
        case .gif: self = try Self.gif(bytes)
        case .bmp: self = try Self.bmp(bytes)
        case .pnm: self = try Self.pnm(bytes)
        case nil: throw ForeignFormat(signature: bytes).map(Fault.foreign) ?? .notAPicture
        }
        isAnimated = Self.isAnimated(bytes, self.format)
    }

    init(
        _ format: PictureFormat, _ size: PixelSize, components: Int, depth: Int, progressive: Bool,
        orientation: Orientation? = nil, isAdobeRGB: Bool = false, hasAlpha: Bool = false, leastBytes: Int,
        codedSize: PixelSize? = nil
    ) {
        self.format = format
        storedSize = size
        self.codedSize = codedSize ?? size
        self.components = components
        self.depth = depth
        self.progressive = progressive
        statedOrientation = orientation
        self.isAdobeRGB = isAdobeRGB
        self.hasAlpha = hasAlpha
        self.leastBytes = leastBytes
    }
}
