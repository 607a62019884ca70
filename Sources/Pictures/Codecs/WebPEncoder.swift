import CWebP
import Parsing

extension Picture {
    /// The picture as a lossy WebP file, with its alpha (which is lossless) and profile.
    ///
    /// - Parameter quality: 1...100, libwebp's scale.
    /// - Throws: ``PictureError/notEncoded(format:size:reason:)`` when a side is longer than 16,383 pixels, and
    ///   `outOfMemory`.
    package func encodeWebP(quality: Int = 92) throws(PictureError) -> [UInt8] {
        precondition((1...100).contains(quality), "WebP quality \(quality) is not in 1...100")
        var output = cwebp_output()
        defer { cwebp_output_free(&output) }
        let status = pixels.withUnsafeBufferPointer {
            cwebp_encode(
                $0.baseAddress, UInt32(width), UInt32(height), UInt32(channels.count), CInt(quality), &output)
        }
        switch status {
        case cwebp_ok: break
        case cwebp_out_of_memory: throw .outOfMemory(picture: "the WebP to be written", size: size)
        default: throw .notEncoded(format: .webp, size: size, reason: "no side may be longer than 16383 pixels")
        }
        let bytes = Array(UnsafeBufferPointer(start: output.bytes, count: output.count))
        return profile.map { withProfile($0, bytes) } ?? bytes
    }

    /// RFC 9649, 2.7: an extended header tells of the profile, which stands before the picture.
    private func withProfile(_ profile: ICCProfile, _ simple: [UInt8]) -> [UInt8] {
        func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
            Array(name.utf8) + little(body.count, 4) + body + [UInt8](repeating: 0, count: body.count % 2)
        }
        // With alpha the encoder has made an extended file.
        let parts = WebPChunks(bytes: simple).filter { $0.name != "VP8X" }
        let (hasProfile, hasAlpha): (UInt8, UInt8) = (0x20, channels == .rgba ? 0x10 : 0)
        let head = [hasProfile | hasAlpha, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3)
        let body =
            Array("WEBP".utf8) + chunk("VP8X", head) + chunk("ICCP", profile.bytes)
            + parts.flatMap { chunk($0.name, Array($0.body)) }
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }
}
