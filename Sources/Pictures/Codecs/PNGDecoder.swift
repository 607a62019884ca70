import CPNG

/// Decodes PNG of every colour type and depth, interlaced or not, to 8-bit RGB, or RGBA where it has transparency.
///
/// 16-bit samples are rounded to the nearest of 256 levels. Gamma and chromaticity chunks are ignored.
enum PNGDecoder {
    static func header(of file: PictureFile) throws(PictureError) -> PictureHeader {
        try open(file) { (source) throws(PictureError) in source.header }
    }

    static func decode(_ file: PictureFile) throws(PictureError) -> Picture {
        try open(file) { (source) throws(PictureError) in
            let size = source.header.storedSize
            let channels: Picture.Channels = source.raw.channels == 4 ? .rgba : .rgb
            var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
            let status = pixels.withUnsafeMutableBufferPointer {
                cpng_reader_decode(source.reader, $0.baseAddress, size.width * channels.count)
            }
            if let error = source.error(status) { throw error }
            let profile = source.profile
            let facts = PictureFacts(
                header: source.header, eighths: 8, droppedProfileSpace: profile?.isRGB == false ? profile?.space : nil)
            return Picture(
                width: size.width, height: size.height, channels: channels, pixels: pixels,
                profile: profile?.isRGB == true ? profile : nil, facts: facts
            ).upright(from: source.header.orientation)
        }
    }

    /// A reader whose header has been read and judged.
    private struct Source {
        let file: PictureFile
        let reader: OpaquePointer
        let raw: cpng_header
        let header: PictureHeader

        func error(_ status: cpng_status) -> PictureError? {
            PNGDecoder.error(status, reader: reader, file: file, size: header.storedSize)
        }

        var profile: ICCProfile? {
            var count = 0
            guard let bytes = cpng_reader_icc(reader, &count) else { return nil }
            return ICCProfile(bytes: Array(UnsafeBufferPointer(start: bytes, count: count)))
        }
    }

    /// Deflate packs at most 258 bytes into two bits.
    private static let highestCompression = 1032

    private static func open<Result>(
        _ file: PictureFile, _ body: (Source) throws(PictureError) -> Result
    ) throws(PictureError) -> Result {
        try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            guard let reader = cpng_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: PixelSize(width: 0, height: 0))
            }
            defer { cpng_reader_destroy(reader) }
            var raw = cpng_header()
            let status = cpng_reader_read_header(reader, PictureLimits.pngChunkBytes, &raw)
            let size = PixelSize(width: Int(raw.width), height: Int(raw.height))
            if let error = error(status, reader: reader, file: file, size: size) { throw error }
            try file.limits.check(size, of: file.name)
            // A header may promise a large picture that the file is far too short to hold: refuse before allocating.
            let storedBytes = (size.width * Int(raw.components) * Int(raw.depth) + 7) / 8 * size.height
            guard storedBytes / highestCompression <= bytes.count else {
                throw .truncated(
                    picture: file.name, bytes: bytes.count,
                    reason: "too few for the \(size.width) × \(size.height) pixels that its header promises")
            }
            let exif = PNGChunks(bytes: file.bytes).first { $0.name == PNGChunks.exif }
            let header = PictureHeader(
                format: .png, storedSize: size, components: Int(raw.components), depth: Int(raw.depth),
                progressive: raw.interlaced, orientation: exif.flatMap { Orientation(exif: Array($0.body)) } ?? .upright
            )
            return try body(Source(file: file, reader: reader, raw: raw, header: header))
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
