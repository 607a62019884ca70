import CWebP
import Parsing

/// Decodes WebP, lossy and lossless, to RGB, or RGBA where it has transparency; of an animation the first frame.
enum WebPDecoder {
    /// - Parameter header: of this file, within its limits.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        let size = header.storedSize
        let channels: Picture.Channels = header.components == 4 ? .rgba : .rgb
        var pixels = [UInt8](repeating: 0, count: size.area * channels.count)
        let status = file.bytes.withUnsafeBufferPointer { bytes in
            pixels.withUnsafeMutableBufferPointer {
                cwebp_decode(
                    bytes.baseAddress, bytes.count, UInt32(size.width), UInt32(size.height), UInt32(channels.count),
                    $0.baseAddress, size.width * channels.count)
            }
        }
        switch status {
        case cwebp_ok: break
        case cwebp_truncated:
            throw .truncated(
                picture: file.name, bytes: file.bytes.count, reason: "the data ends before the picture does")
        case cwebp_out_of_memory: throw .outOfMemory(picture: file.name, size: size)
        case cwebp_other_size: throw .corrupt(picture: file.name, reason: "it gives two sizes")
        default: throw .corrupt(picture: file.name, reason: "its pixels cannot be decoded")
        }
        guard !endsInLostBytes(file, size) else {
            throw .corrupt(
                picture: file.name, reason: "it ends in bytes of one value, as a copy leaves it that broke off")
        }
        let profile = WebPChunks(bytes: file.bytes).first { $0.name == "ICCP" }
        return DecodedPicture(
            size: size, channels: channels, samples: .eight(pixels),
            profile: profile.flatMap { ICCProfile(bytes: Array($0.body)) })
    }

    /// Bytes that an encoder does not write behind the last that it needs.
    private static let unneeded = 64

    /// Whether lossy pixels end in bytes of one value and can be decoded without the last of these: an area of one colour ends so,
    /// too, but takes them all.
    private static func endsInLostBytes(_ file: PictureFile, _ size: PixelSize) -> Bool {
        guard let coded = WebPChunks.ofPicture(in: file.bytes).first(where: { $0.name == "VP8 " })?.body,
            let last = coded.last, last == 0x00 || last == 0xFF, coded.count > 2 * unneeded,
            coded.suffix(2 * unneeded).allSatisfy({ $0 == last })
        else { return false }
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        let status = coded.dropLast(unneeded).withUnsafeBufferPointer { bytes in
            pixels.withUnsafeMutableBufferPointer {
                cwebp_decode(
                    bytes.baseAddress, bytes.count, UInt32(size.width), UInt32(size.height), 3, $0.baseAddress,
                    size.width * 3)
            }
        }
        return status == cwebp_ok
    }
}
