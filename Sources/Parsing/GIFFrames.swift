/// The frames of a GIF (GIF89a, 18 to 26), without their pixels: blocks in a row, each of which says how long it is. Ends where the
/// bytes do, and at what is no block.
struct GIFFrames: Sequence, IteratorProtocol {
    struct Frame {
        /// Nil where the bytes end within it.
        let size: PixelSize?
    }

    let screen: GIFScreen
    private var reader: ByteReader
    /// Whether a frame's palette and pixels come next.
    private var isInFrame = false
    private var hasEnded = false

    /// Nil where the bytes end before the screen does.
    init?(_ bytes: [UInt8]) {
        reader = ByteReader(bytes.dropFirst(6))
        guard let size = Self.size(&reader), let flags = reader.big(1), reader.take(2) != nil else { return nil }
        screen = GIFScreen(size: size)
        hasEnded = !skipPalette(flags)
    }

    mutating func next() -> Frame? {
        guard !hasEnded else { return nil }
        hasEnded = true
        if isInFrame {
            guard let flags = reader.big(1), skipPalette(flags), reader.take(1) != nil, skipSubBlocks() else {
                return nil
            }
        }
        while let block = reader.big(1) {
            switch block {
            case 0x21: guard reader.take(1) != nil, skipSubBlocks() else { return nil }
            case 0x2C:
                let size = reader.take(4) == nil ? nil : Self.size(&reader)
                (isInFrame, hasEnded) = (true, size == nil)
                return Frame(size: size)
            // Some writers pad between blocks.
            case 0: continue
            default: return nil
            }
        }
        return nil
    }

    private static func size(_ reader: inout ByteReader) -> PixelSize? {
        guard let width = reader.little(2), let height = reader.little(2) else { return nil }
        return PixelSize(width: width, height: height)
    }

    private mutating func skipPalette(_ flags: Int) -> Bool {
        flags & 0x80 == 0 || reader.take(3 << (flags & 7 + 1)) != nil
    }

    private mutating func skipSubBlocks() -> Bool {
        while let length = reader.big(1) {
            if length == 0 { return true }
            guard reader.take(length) != nil else { return false }
        }
        return false
    }
}
