/// What a picture may cost. All are checked from the file's size and header, before pixels are allocated.
package struct PictureLimits: Sendable, Equatable {
    /// Width × height as stored. A decoded pixel takes 3 or 4 bytes; a progressive JPEG up to 6 more while it decodes.
    package var pixels: Int
    /// Length of the file.
    package var bytes: Int
    /// Longer side as stored.
    package var side: Int
    /// Scans of a progressive JPEG: each one walks over all pixels, and a few bytes suffice for one.
    package var scans: Int

    package init(pixels: Int = 100_000_000, bytes: Int = 128 << 20, side: Int = 32_768, scans: Int = 100) {
        self.pixels = pixels
        self.bytes = bytes
        self.side = side
        self.scans = scans
    }

    package static let standard = PictureLimits()

    /// Longest ancillary PNG chunk once decompressed: profiles are below a few megabytes.
    static let pngChunkBytes = 16 << 20

    func check(_ size: PixelSize, of picture: String) throws(PictureError) {
        guard size.area <= pixels else { throw .tooManyPixels(picture: picture, size: size, limit: pixels) }
        guard size.longSide <= side else { throw .sideTooLong(picture: picture, size: size, limit: side) }
    }
}
