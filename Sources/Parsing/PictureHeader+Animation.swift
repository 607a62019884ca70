extension PictureHeader {
    /// Whether a file shows one frame after the other.
    static func isAnimated(_ bytes: [UInt8], _ format: PictureFormat) -> Bool {
        switch format {
        // PNG, third edition, 11.3.6: how many frames there are comes first.
        case .png:
            PNGChunks(bytes: bytes).prefix { $0.name != PNGChunks.pixels }
                .first { $0.name == PNGChunks.animation }
                .map { $0.body.prefix(4).reduce(0) { $0 << 8 | Int($1) } > 1 } ?? false
        // RFC 9649, 2.7: a flag of an extended file.
        case .webp:
            WebPChunks(bytes: bytes).first { $0.name == "VP8X" }?.body.first.map { $0 & 0x02 != 0 } ?? false
        case .gif: hasTwoFrames(bytes)
        default: false
        }
    }

    /// GIF89a, 20 to 26: blocks in a row, each of which says how long it is.
    private static func hasTwoFrames(_ bytes: [UInt8]) -> Bool {
        var reader = ByteReader(bytes.dropFirst(10))
        func table(_ flags: Int) -> Int { flags & 0x80 == 0 ? 0 : 3 << (flags & 7 + 1) }
        func skipSubBlocks() -> Bool {
            while let length = reader.big(1) {
                if length == 0 { return true }
                guard reader.take(length) != nil else { return false }
            }
            return false
        }
        guard let flags = reader.big(1), reader.take(2) != nil, reader.take(table(flags)) != nil else { return false }
        var frames = 0
        while let block = reader.big(1) {
            switch block {
            case 0x21: guard reader.take(1) != nil, skipSubBlocks() else { return false }
            case 0x2C:
                frames += 1
                if frames > 1 { return true }
                // A place and a size, flags and a palette, and the length of the codes.
                guard reader.take(8) != nil, let flags = reader.big(1), reader.take(table(flags)) != nil,
                    reader.take(1) != nil, skipSubBlocks()
                else { return false }
            // Some writers pad between blocks.
            case 0: continue
            default: return false
            }
        }
        return false
    }
}
