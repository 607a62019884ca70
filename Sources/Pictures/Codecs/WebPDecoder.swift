import CWebP
import Parsing

/// Decodes WebP, lossy and lossless, to RGB, or RGBA where it has transparency; of an animation the first frame.
enum WebPDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        let size = header.storedSize
        let channels: Picture.Channels = header.components == 4 ? .rgba : .rgb
        let truncated = PictureError.truncated(
            picture: file.name, bytes: file.bytes.count, reason: "the data ends before the picture does")
        guard let tooFew = tooFew(file.bytes) else { throw truncated }
        var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
        let status = file.bytes.withUnsafeBufferPointer { bytes in
            pixels.withUnsafeMutableBufferPointer {
                cwebp_decode(
                    bytes.baseAddress, bytes.count, tooFew, UInt32(size.width), UInt32(size.height),
                    UInt32(channels.count), $0.baseAddress, size.width * channels.count)
            }
        }
        switch status {
        case cwebp_ok: break
        case cwebp_truncated: throw truncated
        case cwebp_out_of_memory: throw .outOfMemory(picture: file.name, size: size)
        case cwebp_other_size: throw .corrupt(picture: file.name, reason: "it gives two sizes")
        case cwebp_longer:
            throw .corrupt(
                picture: file.name,
                reason: "bytes are left behind its last pixel, as a copy leaves them that lost or doubled others")
        default: throw .corrupt(picture: file.name, reason: "its pixels cannot be decoded")
        }
        let profile = WebPChunks(bytes: file.bytes).first { $0.name == "ICCP" }
        return DecodedPicture(
            size: size, channels: channels, samples: .eight(pixels),
            profile: profile.flatMap { ICCProfile(bytes: Array($0.body)) })
    }

    /// Bytes that an encoder does not write behind the last that it needs: of lossy pixels, and of lossless ones.
    private static let unneeded = (lossy: 64, lossless: 16)

    /// Bytes of a file that do not suffice for its picture where none were lost or came twice: coders go on somewhere else behind these,
    /// and end early or run out. Nil where its pixels are not all here.
    private static func tooFew(_ bytes: [UInt8]) -> Int? {
        for chunk in WebPChunks.ofPicture(in: bytes) {
            let unneeded =
                switch chunk.name {
                case "VP8 ": unneeded.lossy
                case "VP8L": unneeded.lossless
                default: 0
                }
            if unneeded > 0 { return chunk.body.count > 2 * unneeded ? chunk.body.endIndex - unneeded : 0 }
        }
        return nil
    }
}
