import CJPEG

/// Decodes JPEG: baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK, all to RGB.
enum JPEGDecoder {
    static func header(of file: PictureFile) throws(PictureError) -> PictureHeader {
        try open(file) { (source) throws(PictureError) in source.header }
    }

    static func decode(_ file: PictureFile, scale: DecodingScale) throws(PictureError) -> Picture {
        try open(file) { (source) throws(PictureError) in
            let stored = source.header.storedSize
            let eighths = scale.eighths(ofLongSide: stored.longSide)
            let size = PixelSize(
                width: scaledSide(stored.width, eighths: eighths), height: scaledSide(stored.height, eighths: eighths))
            let isCMYK = source.raw.color == cjpeg_color_cmyk
            let samples = isCMYK ? 4 : 3
            var pixels = [UInt8](repeating: 0, count: size.area * samples)
            let status = pixels.withUnsafeMutableBufferPointer {
                cjpeg_reader_decode(
                    source.reader, UInt32(eighths), CInt(file.limits.scans), $0.baseAddress, size.width * samples,
                    size.height)
            }
            if let error = source.error(status) { throw error }
            if isCMYK { pixels = rgb(fromCMYK: pixels, inverted: source.raw.adobe) }

            let profile = source.profile
            let facts = PictureFacts(
                header: source.header, eighths: eighths,
                droppedProfileSpace: profile?.isRGB == false ? profile?.space : nil)
            return Picture(
                width: size.width, height: size.height, pixels: pixels,
                profile: profile?.isRGB == true ? profile : nil, facts: facts
            ).upright(from: source.header.orientation)
        }
    }

    /// A reader whose header has been read and judged.
    private struct Source {
        let file: PictureFile
        let reader: OpaquePointer
        let raw: cjpeg_header
        let header: PictureHeader

        func error(_ status: cjpeg_status) -> PictureError? {
            JPEGDecoder.error(status, reader: reader, file: file, size: header.storedSize)
        }

        var profile: ICCProfile? {
            var count = 0
            guard let bytes = cjpeg_reader_icc(reader, &count) else { return nil }
            return ICCProfile(bytes: Array(UnsafeBufferPointer(start: bytes, count: count)))
        }
    }

    private static func open<Result>(
        _ file: PictureFile, _ body: (Source) throws(PictureError) -> Result
    ) throws(PictureError) -> Result {
        try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            guard let reader = cjpeg_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: PixelSize(width: 0, height: 0))
            }
            defer { cjpeg_reader_destroy(reader) }
            var raw = cjpeg_header()
            let status = cjpeg_reader_read_header(reader, &raw)
            let size = PixelSize(width: Int(raw.width), height: Int(raw.height))
            if let error = error(status, reader: reader, file: file, size: size) { throw error }
            try file.limits.check(size, of: file.name)
            // A header may promise a large picture that the file is far too short to hold: refuse before allocating.
            if !raw.arithmetic, raw.blocks / 8 > UInt64(bytes.count) {
                throw .truncated(
                    picture: file.name, bytes: bytes.count,
                    reason: "too few for the \(size.width) × \(size.height) pixels that its header promises")
            }
            var exifCount = 0
            let exif = UnsafeBufferPointer(start: cjpeg_reader_exif(reader, &exifCount), count: exifCount)
            let header = PictureHeader(
                format: .jpeg, storedSize: size, components: Int(raw.components), depth: 8,
                progressive: raw.progressive, orientation: Orientation(exif: Array(exif)) ?? .upright)
            return try body(Source(file: file, reader: reader, raw: raw, header: header))
        }
    }

    private static func error(
        _ status: cjpeg_status, reader: OpaquePointer, file: PictureFile, size: PixelSize
    ) -> PictureError? {
        let reason = String(cString: cjpeg_reader_message(reader))
        return switch status {
        case cjpeg_ok: nil
        case cjpeg_truncated: .truncated(picture: file.name, bytes: file.bytes.count, reason: reason)
        case cjpeg_unsupported: .unsupported(picture: file.name, reason: reason)
        case cjpeg_too_many_scans: .tooManyScans(picture: file.name, limit: file.limits.scans)
        case cjpeg_out_of_memory: .outOfMemory(picture: file.name, size: size)
        default: .corrupt(picture: file.name, reason: reason)
        }
    }

    /// Ink to light without colour management: each colour is `(1 - ink) * (1 - black)`.
    ///
    /// Adobe's files store `255 - ink`; others store the ink.
    static func rgb(fromCMYK inks: [UInt8], inverted: Bool) -> [UInt8] {
        let flip: UInt8 = inverted ? 0 : 255
        let count = inks.count / 4
        return [UInt8](unsafeUninitializedCapacity: count * 3) { output, initialized in
            for index in 0..<count {
                let light = UInt32(inks[index * 4 + 3] ^ flip)
                for channel in 0..<3 {
                    let product = UInt32(inks[index * 4 + channel] ^ flip) * light
                    output[index * 3 + channel] = UInt8((product + 127) / 255)
                }
            }
            initialized = count * 3
        }
    }
}
