/// Walks over the chunks of a PNG file, bounds-checked; ends at the first that does not fit.
///
/// libpng hands over Exif only when it precedes the pixels, and the specification lets it follow them.
package struct PNGChunks: Sequence, IteratorProtocol {
    package struct Chunk {
        /// Four letters, as a big-endian number.
        package let name: UInt32
        package let body: ArraySlice<UInt8>

        /// In the file: length, name, body, checksum.
        package var range: Range<Int> { body.startIndex - 8..<body.endIndex + 4 }
        /// Name and body, of which the checksum is made.
        package var checked: Range<Int> { body.startIndex - 4..<body.endIndex }
        /// Whether the checksum is that of the name and the body (5.5; ISO 3309).
        package func isIntact(in bytes: [UInt8]) -> Bool {
            let stored = bytes[checked.upperBound..<range.upperBound].reduce(0) { $0 << 8 | UInt32($1) }
            return ~bytes[checked].reduce(~0) {
                PNGChunks.remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8
            }
                == stored
        }
        /// PNG (ISO/IEC 15948), 5.4: the picture cannot be shown without it.
        package var isCritical: Bool { name & 0x2000_0000 == 0 }
    }

    /// PNG (ISO/IEC 15948), 5.2: `PNG` between bytes that copies in text mode change.
    package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// `IHDR`.
    static let header: UInt32 = 0x4948_4452
    /// `CgBI`.
    static let appleHeader: UInt32 = 0x4367_4249
    /// `eXIf`.
    static let exif: UInt32 = 0x6558_4966
    /// `acTL`.
    static let animation: UInt32 = 0x6163_544C
    /// `IDAT`.
    package static let pixels: UInt32 = 0x4944_4154
    /// `tRNS`.
    package static let transparency: UInt32 = 0x7452_4E53
    /// `iCCP`.
    package static let profile: UInt32 = 0x6943_4350
    /// `cICP`.
    package static let colourCodes: UInt32 = 0x6349_4350
    /// `sRGB`.
    package static let standardColours: UInt32 = 0x7352_4742
    /// `tEXt`, `zTXt`, `iTXt`.
    package static let text: UInt32 = 0x7445_5874
    package static let compressedText: UInt32 = 0x7A54_5874
    package static let internationalText: UInt32 = 0x6954_5874
    /// `IEND`.
    package static let end: UInt32 = 0x4945_4E44

    /// Of each byte, by the polynomial of the checksum.
    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private let bytes: [UInt8]
    private var offset = signature.count

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package mutating func next() -> Chunk? {
        // Length, name, body, checksum.
        guard bytes.count - offset >= 12 else { return nil }
        let length = Int(number(at: offset))
        guard length <= bytes.count - offset - 12 else { return nil }
        let start = offset + 8
        let chunk = Chunk(name: number(at: offset + 4), body: bytes[start..<(start + length)])
        offset = start + length + 4
        return chunk
    }

    private func number(at index: Int) -> UInt32 {
        bytes[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
