/// Walks over the chunks of a PNG file, bounds-checked; ends at the first that does not fit.
///
/// libpng hands over Exif only when it precedes the pixels, and the specification lets it follow them.
struct PNGChunks: Sequence, IteratorProtocol {
    struct Chunk {
        /// Four letters, as a big-endian number.
        let name: UInt32
        let body: ArraySlice<UInt8>
    }

    /// `eXIf`.
    static let exif: UInt32 = 0x6558_4966

    private let bytes: [UInt8]
    /// After the signature.
    private var offset = 8

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Chunk? {
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
