import CTIFF

extension Picture {
    /// TIFF 6.0, section 8, requires a resolution; this is the usual one of prints, in dots an inch.
    private static let dotsPerInch: UInt32 = 300

    /// The picture as a 16-bit TIFF file, deflated, with its alpha and profile.
    ///
    /// - Throws: ``PictureError/notEncoded(format:size:reason:)``, and `outOfMemory`.
    package func encodeTIFF() throws(PictureError) -> [UInt8] {
        var output = ctiff_output()
        defer { ctiff_output_free(&output) }
        let profileBytes = profile?.bytes ?? []
        let status = samples16.withUnsafeBytes { samples in
            profileBytes.withUnsafeBufferPointer { profile in
                ctiff_encode(
                    samples.baseAddress, UInt32(width), UInt32(height), UInt32(channels.count), 16, Self.dotsPerInch,
                    profile.isEmpty ? nil : profile.baseAddress, profile.count, &output)
            }
        }
        switch status {
        case ctiff_ok: return Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
        case ctiff_out_of_memory: throw .outOfMemory(picture: "the TIFF to be written", size: size)
        default: throw .notEncoded(format: .tiff, size: size, reason: String(cString: ctiff_output_message(&output)))
        }
    }
}
