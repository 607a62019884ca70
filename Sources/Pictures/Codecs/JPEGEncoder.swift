import CJPEG

/// How a JPEG is written.
package struct JPEGOptions: Sendable, Equatable {
    /// 1...100, libjpeg's scale.
    package var quality: Int
    package var progressive: Bool
    package var chroma: Chroma

    /// Resolution of the two colour-difference planes.
    package enum Chroma: Sendable, Equatable {
        /// 4:4:4.
        case full
        /// 4:2:0: half in both directions.
        case halved
    }

    /// `chroma` defaults to full from quality 90 on: below, it is not what limits the picture.
    package init(quality: Int = 92, progressive: Bool = false, chroma: Chroma? = nil) {
        precondition((1...100).contains(quality), "JPEG quality \(quality) is not in 1...100")
        self.quality = quality
        self.progressive = progressive
        self.chroma = chroma ?? (quality >= 90 ? .full : .halved)
    }
}

extension Picture {
    /// The picture as a JPEG file, with its profile. Transparency is composed over white: JPEG cannot hold it.
    ///
    /// - Throws: ``PictureError/notEncoded(format:size:reason:)`` when a side is longer than 65 500 pixels, and
    ///   `outOfMemory`.
    package func encodeJPEG(_ options: JPEGOptions = JPEGOptions()) throws(PictureError) -> [UInt8] {
        let opaque = opaque(over: .white)
        let settings = cjpeg_options(
            quality: CInt(options.quality), progressive: options.progressive, full_chroma: options.chroma == .full)
        var output = cjpeg_output()
        defer { cjpeg_output_free(&output) }
        let profileBytes = profile?.bytes ?? []
        let status = opaque.pixels.withUnsafeBufferPointer { pixels in
            profileBytes.withUnsafeBufferPointer { profile in
                cjpeg_encode(
                    pixels.baseAddress, UInt32(width), UInt32(height), settings,
                    profile.isEmpty ? nil : profile.baseAddress, profile.count, &output)
            }
        }
        switch status {
        case cjpeg_ok: return Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
        case cjpeg_out_of_memory: throw .outOfMemory(picture: "the JPEG to be written", size: size)
        default:
            throw .notEncoded(format: .jpeg, size: size, reason: String(cString: cjpeg_output_message(&output)))
        }
    }

    /// ``encodeJPEG(_:)`` with everything but the quality left to its default.
    package func encodeJPEG(quality: Int) throws(PictureError) -> [UInt8] {
        try encodeJPEG(JPEGOptions(quality: quality))
    }
}
