import CHEIF

/// Decodes the primary picture of a HEIC or AVIF file, cropped and turned as the file says, to 8-bit RGB, or RGBA where it has
/// transparency. Light of high dynamic range is brought to the ordinary one.
enum HEIFDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            let size = header.storedSize
            guard let reader = cheif_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: size)
            }
            defer { cheif_reader_destroy(reader) }
            func check(_ status: cheif_status) throws(PictureError) {
                if let error = error(status, reader: reader, file: file, size: size) { throw error }
            }
            var raw = cheif_header()
            try check(cheif_reader_read_header(reader, UInt32(clamping: file.limits.side), &raw))
            guard Int(raw.width) == size.width, Int(raw.height) == size.height else {
                throw .corrupt(picture: file.name, reason: "it gives two sizes")
            }
            let channels: Picture.Channels = raw.has_alpha ? .rgba : .rgb
            var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
            try check(
                pixels.withUnsafeMutableBufferPointer {
                    cheif_reader_decode(reader, $0.baseAddress, size.width * channels.count)
                })
            var samples = DecodedPicture.Samples.eight(pixels)
            pixels = []
            var count = 0
            var profile = ICCProfile(cheif_reader_icc(reader, &count), count: count)
            if profile == nil {
                let codes = ColourCodes(primaries: raw.primaries, transfer: raw.transfer)
                profile = try codes.turn(&samples, channels: channels, of: file.name)
            }
            return DecodedPicture(size: size, channels: channels, samples: samples, profile: profile)
        }
    }

    private static func error(
        _ status: cheif_status, reader: OpaquePointer, file: PictureFile, size: PixelSize
    ) -> PictureError? {
        let reason = String(cString: cheif_reader_message(reader))
        return switch status {
        case cheif_ok: nil
        case cheif_truncated: .truncated(picture: file.name, bytes: file.bytes.count, reason: reason)
        case cheif_unsupported: .unsupported(picture: file.name, reason: reason)
        case cheif_out_of_memory: .outOfMemory(picture: file.name, size: size)
        default: .corrupt(picture: file.name, reason: reason)
        }
    }
}
