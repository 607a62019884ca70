import CLCMS
import CTIFF
import Parsing

/// Decodes the first page of a TIFF that is no thumbnail and no mask: grey, RGB, inks and Lab of 8 and 16 bits with or without alpha in as many, everything else
/// that libtiff knows colours of (palettes, luma and colour differences, bits) in 8.
enum TIFFDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            let size = header.storedSize
            guard let reader = ctiff_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: size)
            }
            defer { ctiff_reader_destroy(reader) }
            func check(_ status: ctiff_status) throws(PictureError) {
                if let error = error(status, reader: reader, file: file, size: size) { throw error }
            }
            var raw = ctiff_header()
            guard let page = TIFFPage(of: file.bytes) else {
                throw .corrupt(picture: file.name, reason: "its directory cannot be read")
            }
            try check(
                ctiff_reader_read_header(
                    reader, mostBytes(size, header), UInt32(page.number), page.saysExtraSamples, &raw))
            guard Int(raw.width) == size.width, Int(raw.height) == size.height else {
                throw .corrupt(picture: file.name, reason: "it gives two sizes")
            }
            let channels: Picture.Channels = raw.channels == 4 ? .rgba : .rgb
            func decoded<Sample: FixedWidthInteger>() throws(PictureError) -> [Sample] {
                var samples = [Sample](repeating: 0, count: size.area * channels.count)
                try check(
                    samples.withUnsafeMutableBytes {
                        ctiff_reader_decode(reader, $0.baseAddress, $0.count / size.height)
                    })
                guard raw.is_lab else { return samples }
                let status = samples.withUnsafeMutableBytes {
                    clcms_lab_to_srgb($0.baseAddress, size.area, raw.channels, raw.depth)
                }
                guard status == clcms_converted else { throw .outOfMemory(picture: file.name, size: size) }
                return samples
            }
            let samples: DecodedPicture.Samples = raw.depth == 16 ? .sixteen(try decoded()) : .eight(try decoded())
            var count = 0
            let stored = raw.is_rgb ? ICCProfile(ctiff_reader_icc(reader, &count), count: count) : nil
            let profile = raw.is_lab ? .sRGB : stored
            return DecodedPicture(size: size, channels: channels, samples: samples, profile: profile)
        }
    }

    /// For a block of memory of libtiff's: what all samples take, twice, or a tile that reaches beyond a small picture.
    private static func mostBytes(_ size: PixelSize, _ header: PictureHeader) -> Int {
        max(size.area * 4 * 4, size.area * header.components * 4, 16 << 20)
    }

    private static func error(
        _ status: ctiff_status, reader: OpaquePointer, file: PictureFile, size: PixelSize
    ) -> PictureError? {
        let reason = String(cString: ctiff_reader_message(reader))
        return switch status {
        case ctiff_ok: nil
        case ctiff_truncated: .truncated(picture: file.name, bytes: file.bytes.count, reason: reason)
        case ctiff_unsupported: .unsupported(picture: file.name, reason: reason)
        case ctiff_out_of_memory: .outOfMemory(picture: file.name, size: size)
        default: .corrupt(picture: file.name, reason: reason)
        }
    }
}
