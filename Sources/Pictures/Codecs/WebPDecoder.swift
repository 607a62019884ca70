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
        guard !hasLostBytes(file) else { throw .corrupt(picture: file.name, reason: LostStretch.reason) }
        let profile = WebPChunks(bytes: file.bytes).first { $0.name == "ICCP" }
        return DecodedPicture(
            size: size, channels: channels, samples: .eight(pixels),
            profile: profile.flatMap { ICCProfile(bytes: Array($0.body)) })
    }

    /// Bytes that an encoder does not write behind the last that it needs: of lossy pixels, and of lossless ones.
    private static let unneeded = (lossy: 64, lossless: 16)

    /// Whether bytes of one value stand among the pixels and the last bytes are not needed for these. An area of one colour has such
    /// bytes, too, but takes them all; behind lost ones a lossless stream goes on somewhere else and ends early, or runs out.
    private static func hasLostBytes(_ file: PictureFile) -> Bool {
        for chunk in WebPChunks.ofPicture(in: file.bytes) {
            switch chunk.name {
            case "VP8 ":
                let end = chunk.body.suffix(2 * unneeded.lossy)
                guard let last = end.last, last == 0x00 || last == 0xFF, chunk.body.count > end.count,
                    end.allSatisfy({ $0 == last })
                else { return false }
                return isDecoded(chunk, without: unneeded.lossy)
            case "VP8L":
                return LostStretch.isIn(chunk.body) && isDecoded(chunk, without: unneeded.lossless)
            default: continue
            }
        }
        return false
    }

    /// Whether the frame of a chunk needs the last bytes no more.
    private static func isDecoded(_ chunk: WebPChunks.Chunk, without unneeded: Int) -> Bool {
        let start = Array("RIFF....WEBP\(chunk.name)....".utf8) + chunk.body.prefix(unneeded)
        guard let size = try? PictureHeader(start).storedSize else { return false }
        var pixels = [UInt8](repeating: 0, count: size.area * 4)
        let status = chunk.body.dropLast(unneeded).withUnsafeBufferPointer { bytes in
            pixels.withUnsafeMutableBufferPointer {
                cwebp_decode(
                    bytes.baseAddress, bytes.count, UInt32(size.width), UInt32(size.height), 4, $0.baseAddress,
                    size.width * 4)
            }
        }
        return status == cwebp_ok
    }
}
