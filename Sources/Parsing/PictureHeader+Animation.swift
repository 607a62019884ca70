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
        case .gif: GIFFrames(bytes)?.dropFirst().first { _ in true } != nil
        default: false
        }
    }
}
