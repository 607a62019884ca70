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
        case .heif, .avif: isSequence(bytes)
        case .gif: GIFFrames(bytes)?.dropFirst().first { _ in true } != nil
        default: false
        }
    }

    /// ISO/IEC 23008-12, 7: a track of pictures beside the one of the file, with more samples than one (ISO/IEC 14496-12, 8.7.3.2).
    private static func isSequence(_ bytes: [UInt8]) -> Bool {
        func inner(_ name: String, of boxes: [ISOBoxes.Box]) -> [ISOBoxes.Box] {
            boxes.flatMap { ISOBoxes($0.body).filter { $0.name == name } }
        }
        let film = ISOBoxes(bytes[...]).filter { $0.name == "moov" }
        return ["mdia", "minf", "stbl", "stsz"].reduce(inner("trak", of: film)) { inner($1, of: $0) }.contains { box in
            guard var full = box.full, full.reader.take(4) != nil, let count = full.reader.big(4) else { return false }
            return count > 1
        }
    }
}
