import CPNG
import Parsing

/// Decodes PNG of every colour type and depth, interlaced or not, to 8-bit RGB, or RGBA where it has transparency.
///
/// 16-bit samples are rounded to the nearest of 256 levels. Gamma and chromaticity chunks are ignored.
enum PNGDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> Picture {
        // libpng takes memory for what a chunk claims before it reads it.
        guard PNGChunks(bytes: file.bytes).contains(where: { $0.name == PNGChunks.end }) else {
            throw .truncated(
                picture: file.name, bytes: file.bytes.count,
                reason: "a part is longer than the file, or its end is missing")
        }
        return try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            let size = header.storedSize
            guard let reader = cpng_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: size)
            }
            defer { cpng_reader_destroy(reader) }
            func check(_ status: cpng_status) throws(PictureError) {
                if let error = error(status, reader: reader, file: file, size: size) { throw error }
            }
            var raw = cpng_header()
            try check(cpng_reader_read_header(reader, PictureLimits.pngChunkBytes, &raw))
            guard Int(raw.width) == size.width, Int(raw.height) == size.height else {
                throw .corrupt(picture: file.name, reason: "it gives two sizes")
            }
            let channels: Picture.Channels = raw.channels == 4 ? .rgba : .rgb
            var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
            try check(
                pixels.withUnsafeMutableBufferPointer {
                    cpng_reader_decode(reader, $0.baseAddress, size.width * channels.count)
                })
            var count = 0
            let profile = cpng_reader_icc(reader, &count).flatMap {
                ICCProfile(bytes: Array(UnsafeBufferPointer(start: $0, count: count)))
            }
            return Picture(
                width: size.width, height: size.height, channels: channels, pixels: pixels,
                profile: profile?.isRGB == true ? profile : nil
            ).upright(from: header.orientation)
        }
    }

    private static func error(
        _ status: cpng_status, reader: OpaquePointer, file: PictureFile, size: PixelSize
    ) -> PictureError? {
        let reason = String(cString: cpng_reader_message(reader))
        return switch status {
        case cpng_ok: nil
        case cpng_truncated: .truncated(picture: file.name, bytes: file.bytes.count, reason: reason)
        case cpng_out_of_memory: .outOfMemory(picture: file.name, size: size)
        default: .corrupt(picture: file.name, reason: reason)
        }
    }
}
