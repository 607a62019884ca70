/// The file formats that Limner reads and writes.
package enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg
    case png

    /// The extension for new files, without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        }
    }

    /// The format that the first bytes announce, whatever the file is called.
    package init?(signature bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else {
            return nil
        }
    }
}

/// What a picture file says about itself, before and without decoding its pixels.
package struct PictureHeader: Sendable, Equatable {
    package let format: PictureFormat
    /// As stored, before the orientation is applied.
    package let storedSize: PixelSize
    /// Samples a pixel as stored: 1 grey or palette, 2 grey with alpha, 3 colour, 4 with alpha or CMYK.
    package let components: Int
    /// Bits a sample as stored.
    package let depth: Int
    /// Progressive JPEG or interlaced PNG.
    package let progressive: Bool
    /// From Exif; `.upright` when the file does not say.
    package let orientation: Orientation

    /// As seen: sides are exchanged where the orientation turns the picture by a quarter.
    package var size: PixelSize { orientation.applied(to: storedSize) }
}

/// Where a decoded picture came from.
package struct PictureFacts: Sendable, Equatable {
    package let header: PictureHeader
    /// JPEG only: the picture was decoded at this many eighths of its size; 8 is full size.
    package let eighths: Int
    /// The colour space of a profile that was left out because it does not describe RGB samples (`CMYK`, `GRAY`, …).
    package let droppedProfileSpace: String?

    package var orientation: Orientation { header.orientation }
}
