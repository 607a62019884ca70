import CPNG

extension Picture {
    /// The picture as a PNG file, with its alpha and profile.
    ///
    /// - Parameters:
    ///   - compression: zlib's level, 0...9.
    ///   - isDeep: whether samples are written in 16 bits.
    /// - Throws: ``PictureError/notEncoded(format:size:reason:)``, and `outOfMemory`.
    package func encodePNG(compression: Int = 6, isDeep: Bool = false) throws(PictureError) -> [UInt8] {
        isDeep
            ? try PNGEncoder.encode(samples16, size, channels, depth: 16, compression: compression, profile: profile)
            : try PNGEncoder.encode(pixels, size, channels, depth: 8, compression: compression, profile: profile)
    }
}

private enum PNGEncoder {
    static func encode<Sample>(
        _ samples: [Sample], _ size: PixelSize, _ channels: Picture.Channels, depth: UInt32, compression: Int,
        profile: ICCProfile?
    ) throws(PictureError) -> [UInt8] {
        precondition((0...9).contains(compression), "PNG compression \(compression) is not in 0...9")
        var output = cpng_output()
        defer { cpng_output_free(&output) }
        let profileBytes = profile?.bytes ?? []
        let status = samples.withUnsafeBytes { samples in
            profileBytes.withUnsafeBufferPointer { profile in
                cpng_encode(
                    samples.baseAddress, UInt32(size.width), UInt32(size.height), UInt32(channels.count), depth,
                    CInt(compression), profile.isEmpty ? nil : profile.baseAddress, profile.count, &output)
            }
        }
        switch status {
        case cpng_ok: return Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
        case cpng_out_of_memory: throw .outOfMemory(picture: "the PNG to be written", size: size)
        default: throw .notEncoded(format: .png, size: size, reason: String(cString: cpng_output_message(&output)))
        }
    }
}
