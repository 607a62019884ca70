import Parsing

// What a file says about itself is read where the daemon can see it, too.
package typealias PictureFormat = Parsing.PictureFormat
package typealias WrittenFormat = Parsing.WrittenFormat
package typealias ForeignFormat = Parsing.ForeignFormat
package typealias PictureLimits = Parsing.PictureLimits
package typealias PictureHeader = Parsing.PictureHeader
package typealias PixelSize = Parsing.PixelSize
package typealias Orientation = Parsing.Orientation
package typealias Exif = Parsing.Exif

extension PictureLimits {
    /// Longest profile of a PNG once decompressed: they are below a few megabytes.
    static let pngProfileBytes = 16 << 20
    /// Longer than all but a few of them are.
    static let usualPNGProfileBytes = 64 << 10

    func check(_ size: PixelSize, of picture: String) throws(PictureError) {
        guard size.area <= pixels else { throw .tooManyPixels(picture: picture, size: size, limit: pixels) }
        guard size.longSide <= side else { throw .sideTooLong(picture: picture, size: size, limit: side) }
    }
}
