import Parsing

// What a file says about itself is read where the daemon can see it, too.
package typealias PictureFormat = Parsing.PictureFormat
package typealias PictureLimits = Parsing.PictureLimits
package typealias PictureHeader = Parsing.PictureHeader
package typealias PixelSize = Parsing.PixelSize
package typealias Orientation = Parsing.Orientation

/// Where a decoded picture came from.
package struct PictureFacts: Sendable, Equatable {
    package let header: PictureHeader
    /// JPEG only: the picture was decoded at this many eighths of its size; 8 is full size.
    package let eighths: Int
    /// The colour space of a profile that was left out because it does not describe RGB samples (`CMYK`, `GRAY`, …).
    package let droppedProfileSpace: String?

    package var orientation: Orientation { header.orientation }
}
