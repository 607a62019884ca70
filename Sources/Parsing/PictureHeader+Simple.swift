// Formats of a short header: GIF, BMP, PGM and PPM.

extension PictureHeader {
    /// GIF89a, 18 and 20: the logical screen, which the first frame need not cover.
    static func gif(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        guard var frames = GIFFrames(bytes) else { throw .truncated }
        let canvas = frames.next()?.size.map(frames.screen.canvas) ?? frames.screen.size
        guard canvas.width > 0, canvas.height > 0 else { throw .corrupt(reason: "it has no pixels") }
        return PictureHeader(.gif, canvas, components: 1, depth: 8, progressive: false, hasAlpha: true, leastBytes: 0)
    }

    /// Microsoft's BITMAPFILEHEADER and the header behind it, of any version.
    static func bmp(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        guard let layout = try BitmapLayout(bytes) else { throw .truncated }
        let size = PixelSize(width: layout.width, height: layout.height)
        let (stored, overflow) = layout.stride.multipliedReportingOverflow(by: size.height - 1)
        let most = Int.max >> 1
        // Two bytes end a picture of any size whose runs were packed.
        let least = layout.isPacked ? 2 : overflow || stored > most ? most : stored + layout.usedBytes
        return PictureHeader(
            .bmp, size, components: layout.bits < 16 ? 1 : layout.bits == 32 ? 4 : 3, depth: 8, progressive: false,
            hasAlpha: layout.bits == 32, leastBytes: least + layout.pixels)
    }

    /// Netpbm's PGM and PPM: two letters and three numbers, between which comments may stand.
    static func pnm(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        guard let layout = try MapLayout(bytes) else { throw .truncated }
        let size = PixelSize(width: layout.width, height: layout.height)
        let (samples, overflow) = size.area.multipliedReportingOverflow(by: layout.components * (layout.isDeep ? 2 : 1))
        let most = Int.max >> 1
        return PictureHeader(
            .pnm, size, components: layout.components, depth: layout.isDeep ? 16 : 8, progressive: false,
            leastBytes: overflow || samples > most ? most : samples + layout.pixels)
    }
}

/// A GIF's logical screen (GIF89a, 18).
package struct GIFScreen: Sendable {
    package let size: PixelSize

    package init(size: PixelSize) { self.size = size }

    /// What is shown: the screen, or the frame alone where it is larger than that to either side, as browsers have it.
    package func canvas(of frame: PixelSize) -> PixelSize {
        frame.width > size.width || frame.height > size.height ? frame : size
    }
}

/// Where the pixels of a BMP lie, and what they mean.
package struct BitmapLayout: Sendable {
    package let width: Int
    package let height: Int
    package let isTopDown: Bool
    /// Bits a pixel: 1, 4, 8, 16, 24 or 32.
    package let bits: Int
    /// Red, green, blue and alpha of a pixel of 16 or 32 bits; zero where it has none.
    package let masks: [UInt32]
    /// Blue, green and red, and a byte of padding unless the file is of the oldest kind.
    package let palette: ArraySlice<UInt8>
    package let paletteEntry: Int
    /// Whether the numbers of a palette are stored as runs (`BI_RLE8`, `BI_RLE4`).
    package let isPacked: Bool
    /// Offset of the first row that is stored.
    package let pixels: Int
    /// Where the file has a profile within it.
    package let profile: Range<Int>?

    /// Bytes from row to row.
    package var stride: Int { (width * bits + 31) / 32 * 4 }
    /// Bytes of a row without its padding.
    package var usedBytes: Int { (width * bits + 7) / 8 }

    /// Nil when the bytes end before the header does.
    package init?(_ bytes: [UInt8]) throws(PictureHeader.Fault) {
        var file = ByteReader(bytes.dropFirst(10))
        guard let pixels = file.little(4), let length = file.little(4),
            var header = file.take(length - 4).map(ByteReader.init)
        else { return nil }
        let isOld = length == 12
        guard let rawWidth = header.little(isOld ? 2 : 4), let rawHeight = header.little(isOld ? 2 : 4),
            header.take(2) != nil, let bits = header.little(2)
        else { return nil }
        width = isOld || rawWidth <= Int(Int32.max) ? rawWidth : rawWidth - 1 << 32
        // Signed: rows from the top down have a negative height.
        isTopDown = !isOld && rawHeight > Int(Int32.max)
        height = isTopDown ? 1 << 32 - rawHeight : rawHeight
        self.bits = bits
        guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else {
            throw .corrupt(reason: "it has \(width) × \(height) pixels")
        }
        let compression = isOld ? 0 : header.little(4) ?? 0
        let (runs8, runs4) = (1, 2)
        isPacked = compression == runs8 && bits == 8 || compression == runs4 && bits == 4
        // Later versions of Microsoft's header took the numbers of IBM's for others.
        let (huffman, runs24, os2) = (3, 4, 64)
        switch (compression, bits) {
        case (runs8, _), (runs4, _):
            guard isPacked else { throw .corrupt(reason: "its runs are of pixels of \(bits) bits") }
        case (huffman, _) where length == os2, (runs24, _) where length == os2:
            throw .unsupported(reason: "it is an OS/2 BMP whose pixels are packed in a way that is not read")
        case (4, _): throw .unsupported(reason: "it is a BMP that holds a JPEG")
        case (5, _): throw .unsupported(reason: "it is a BMP that holds a PNG")
        case (_, 1), (_, 4), (_, 8), (_, 16), (_, 24), (_, 32): break
        default: throw .unsupported(reason: "a pixel has \(bits) bits")
        }
        _ = header.take(12)
        let colours = header.little(4) ?? 0
        _ = header.take(4)
        let fields = 3
        switch compression {
        case 0: masks = bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF_0000, 0xFF00, 0xFF, 0]
        case fields, 6:
            guard bits == 16 || bits == 32 else { throw .corrupt(reason: "pixels of \(bits) bits have masks") }
            // In the longer headers, or behind the short one.
            var source = length > 40 ? header : file
            let count = length >= 56 || compression == 6 ? 4 : 3
            let read = (0..<count).compactMap { _ in source.little(4).map { UInt32($0) } }
            guard read.count == count else { return nil }
            masks = read + [UInt32](repeating: 0, count: 4 - count)
        case runs8, runs4: masks = [0, 0, 0, 0]
        default: throw .unsupported(reason: "it is a BMP whose pixels are stored in a way that is not read")
        }
        paletteEntry = isOld ? 3 : 4
        if bits <= 8 {
            let entries = min(colours == 0 || isOld ? 1 << bits : colours, 1 << bits)
            guard let palette = file.take(entries * paletteEntry) else { return nil }
            self.palette = palette
        } else {
            palette = []
        }
        guard pixels >= 14 + length else { throw .corrupt(reason: "its pixels lie inside its header") }
        self.pixels = pixels
        profile = Self.profile(bytes)
    }

    /// Microsoft's BITMAPV5HEADER: its colour space `MBED`, and where the profile lies, from the header on.
    private static func profile(_ bytes: [UInt8]) -> Range<Int>? {
        let (start, length) = (14, 124)
        var reader = ByteReader(bytes.dropFirst(start))
        guard reader.little(4) == length, reader.take(52) != nil, reader.take(4)?.elementsEqual("DEBM".utf8) == true,
            reader.take(52) != nil, let offset = reader.little(4), let count = reader.little(4),
            offset >= length, count > 0, start + offset + count <= bytes.count
        else { return nil }
        return start + offset..<start + offset + count
    }
}

/// Where the samples of a PGM or PPM lie, and what they mean.
package struct MapLayout: Sendable {
    package let components: Int
    package let width: Int
    package let height: Int
    /// The sample that is white.
    package let most: Int
    /// Offset of the first sample.
    package let pixels: Int

    /// Two bytes a sample, high byte first.
    package var isDeep: Bool { most > 255 }

    /// Nil when the bytes end before the header does.
    package init?(_ bytes: [UInt8]) throws(PictureHeader.Fault) {
        components = bytes[1] == UInt8(ascii: "6") ? 3 : 1
        var at = 2
        var numbers: [Int] = []
        while numbers.count < 3 {
            while at < bytes.count, Self.isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "#") {
                if bytes[at] == UInt8(ascii: "#") {
                    while at < bytes.count, bytes[at] != 10, bytes[at] != 13 { at += 1 }
                } else {
                    at += 1
                }
            }
            var number: Int?
            while at < bytes.count, (48...57).contains(bytes[at]) {
                number = (number ?? 0) * 10 + Int(bytes[at] - 48)
                guard number ?? 0 < 1 << 31 else {
                    throw .corrupt(reason: "its header holds a number that is too large")
                }
                at += 1
            }
            guard at < bytes.count else { return nil }
            guard let number else { throw .corrupt(reason: "its header lacks a number") }
            numbers.append(number)
        }
        guard Self.isSpace(bytes[at]) else { throw .corrupt(reason: "its header does not end") }
        pixels = at + 1
        (width, height, most) = (numbers[0], numbers[1], numbers[2])
        guard width > 0, height > 0, (1...65_535).contains(most) else {
            throw .corrupt(reason: "it has \(width) × \(height) pixels up to \(most)")
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
