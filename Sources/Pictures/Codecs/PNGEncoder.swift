import CPNG

extension Picture {
    /// The picture as an 8-bit PNG file, with its alpha and profile. `compression` is zlib's level, 0...9.
    ///
    /// - Throws: ``PictureError/notEncoded(format:size:reason:)``, and `outOfMemory`.
    package func encodePNG(compression: Int = 6) throws(PictureError) -> [UInt8] {
        precondition((0...9).contains(compression), "PNG compression \(compression) is not in 0...9")
        var output = cpng_output()
        defer { cpng_output_free(&output) }
        let profileBytes = profile?.bytes ?? []
        let status = pixels.withUnsafeBufferPointer { pixels in
            profileBytes.withUnsafeBufferPointer { profile in
                cpng_encode(
                    pixels.baseAddress, UInt32(width), UInt32(height), UInt32(channels.count), CInt(compression),
                    profile.isEmpty ? nil : profile.baseAddress, profile.count, &output)
            }
        }
        switch status {
        case cpng_ok: return Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
        case cpng_out_of_memory: throw .outOfMemory(picture: "the PNG to be written", size: size)
        default: throw .notEncoded(format: .png, size: size, reason: String(cString: cpng_output_message(&output)))
        }
    }
}
