/// The chunks of a WebP file (RFC 9649, 2.3), bounds-checked; ends at the first that does not fit.
package struct WebPChunks: Sequence, IteratorProtocol {
    package struct Chunk {
        /// Four letters.
        package let name: String
        package let body: ArraySlice<UInt8>
    }

    private var reader: ByteReader

    package init(bytes: [UInt8]) { self.init(bytes.dropFirst(12)) }

    fileprivate init(_ chunks: ArraySlice<UInt8>) { reader = ByteReader(chunks) }

    package mutating func next() -> Chunk? {
        guard let name = reader.take(4), let length = reader.little(4), let body = reader.take(length) else {
            return nil
        }
        if length % 2 == 1 { _ = reader.take(1) }
        return Chunk(name: String(decoding: name, as: UTF8.self), body: body)
    }

    /// Those of the picture that is shown: all of a still, of an animation its first frame's, which has 16 bytes of its own before
    /// them (2.7.1).
    package static func ofPicture(in bytes: [UInt8]) -> [Chunk] {
        guard let frame = WebPChunks(bytes: bytes).first(where: { $0.name == "ANMF" }) else {
            return Array(WebPChunks(bytes: bytes))
        }
        return Array(WebPChunks(frame.body.dropFirst(16)))
    }
}

extension PictureHeader {
    /// RFC 9649, 2.5 to 2.7: one frame, lossy or lossless, or an extended file that gives its canvas first.
    static func webP(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        // Of the pixels only the beginning need be here.
        var first = ByteReader(bytes.dropFirst(12))
        guard let name = first.take(4), first.take(4) != nil else { throw .truncated }
        let found: (size: PixelSize, hasAlpha: Bool)?
        switch String(decoding: name, as: UTF8.self) {
        case "VP8 ": found = try lossy(&first)
        case "VP8L": found = try lossless(&first)
        case "VP8X": found = canvas(&first)
        default: throw .corrupt(reason: "it does not begin with a picture")
        }
        guard let (size, saysAlpha) = found else { throw .truncated }
        guard size.width > 0, size.height > 0 else { throw .corrupt(reason: "it has no pixels") }
        var hasAlpha = saysAlpha
        var exif: Exif?
        var xmp: Orientation?
        for chunk in WebPChunks(bytes: bytes) {
            switch chunk.name {
            case "EXIF" where exif == nil: exif = Exif(chunk.body)
            case "XMP " where xmp == nil: xmp = Orientation(xmp: chunk.body)
            // Writers forget the flag of an extended file; decoders believe its frame.
            case "ALPH": hasAlpha = true
            case "VP8L" where !hasAlpha:
                var frame = ByteReader(chunk.body)
                hasAlpha = try lossless(&frame)?.1 ?? false
            default: break
            }
        }
        // Alpha may be stored as it is, and then is all of one value as a rule.
        for chunk in WebPChunks.ofPicture(in: bytes) where ["VP8 ", "VP8L"].contains(chunk.name) {
            guard !LostStretch.isSector(of: chunk.body, isEndJudged: chunk.name == "VP8L") else {
                throw .corrupt(reason: LostStretch.reason)
            }
        }
        return PictureHeader(
            .webp, size, components: hasAlpha ? 4 : 3, depth: 8, progressive: false,
            orientation: exif?.orientation ?? xmp, isAdobeRGB: exif?.isAdobeRGB ?? false, hasAlpha: hasAlpha,
            leastBytes: 0)
    }

    /// RFC 6386, 9.1: three bytes of frame tag, a start code, and 14 bits for each side.
    private static func lossy(_ reader: inout ByteReader) throws(Fault) -> (PixelSize, Bool)? {
        guard let tag = reader.little(3), let start = reader.big(3), let width = reader.little(2),
            let height = reader.little(2)
        else { return nil }
        guard tag & 1 == 0, start == 0x9D_01_2A else { throw .corrupt(reason: "its first frame is none") }
        return (PixelSize(width: width & 0x3FFF, height: height & 0x3FFF), false)
    }

    /// RFC 9649, 3.4: a signature, and 14 bits for each side less one.
    private static func lossless(_ reader: inout ByteReader) throws(Fault) -> (PixelSize, Bool)? {
        guard let signature = reader.big(1), let bits = reader.little(4) else { return nil }
        guard signature == 0x2F else { throw .corrupt(reason: "its first frame is none") }
        return (PixelSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1), bits >> 28 & 1 == 1)
    }

    /// RFC 9649, 2.7: flags, and 24 bits for each side less one. An animation's first frame need not cover the canvas.
    private static func canvas(_ reader: inout ByteReader) -> (PixelSize, Bool)? {
        guard let flags = reader.big(1), reader.take(3) != nil, let width = reader.little(3),
            let height = reader.little(3)
        else { return nil }
        return (PixelSize(width: width + 1, height: height + 1), flags & 0x12 != 0)
    }
}
