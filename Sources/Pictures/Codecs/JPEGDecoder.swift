import CJPEG

/// Decodes JPEG: baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK, all to RGB.
enum JPEGDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(
        _ file: PictureFile, _ header: PictureHeader, scale: DecodingScale
    ) throws(PictureError) -> DecodedPicture {
        try file.bytes.withUnsafeBufferPointer { (bytes) throws(PictureError) in
            let stored = header.storedSize
            guard let reader = cjpeg_reader_create(bytes.baseAddress, bytes.count) else {
                throw .outOfMemory(picture: file.name, size: stored)
            }
            defer { cjpeg_reader_destroy(reader) }
            func check(_ status: cjpeg_status) throws(PictureError) {
                if let error = error(status, reader: reader, file: file, size: stored) { throw error }
            }
            var raw = cjpeg_header()
            try check(cjpeg_reader_read_header(reader, &raw))
            guard Int(raw.width) == stored.width, Int(raw.height) == stored.height else {
                throw .corrupt(picture: file.name, reason: "it gives two sizes")
            }
            let eighths = scale.eighths(ofLongSide: stored.longSide)
            let size = scale.size(of: header)
            let isCMYK = raw.color == cjpeg_color_cmyk
            let samples = isCMYK ? 4 : 3
            var pixels = [UInt8](repeating: 0, count: size.area * samples)
            try check(
                pixels.withUnsafeMutableBufferPointer {
                    cjpeg_reader_decode(
                        reader, UInt32(eighths), CInt(file.limits.scans), $0.baseAddress, size.width * samples,
                        size.height)
                })
            if isCMYK { pixels = rgb(fromCMYK: pixels) }

            var count = 0
            let profile = ICCProfile(cjpeg_reader_icc(reader, &count), count: count)
            return DecodedPicture(
                size: size, channels: .rgb, samples: .eight(pixels),
                profile: raw.color == cjpeg_color_rgb ? profile : nil)
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
    /// Stored is `255 - ink`, as Adobe's files have it: files that lack Adobe's marker are of programs that imitate it or
    /// took the marker away.
    static func rgb(fromCMYK stored: [UInt8]) -> [UInt8] {
        let count = stored.count / 4
        return [UInt8](unsafeUninitializedCapacity: count * 3) { output, initialized in
            for index in 0..<count {
                let light = UInt32(stored[index * 4 + 3])
                for channel in 0..<3 {
                    let product = UInt32(stored[index * 4 + channel]) * light
                    output[index * 3 + channel] = UInt8((product + 127) / 255)
                }
            }
            initialized = count * 3
        }
    }
}
