import Parsing

/// Decodes BMP: palettes of 1, 4 and 8 bits, of the latter two also as runs; 16, 24 and 32 bits with masks or without.
enum BMPDecoder {
    /// - Parameter header: of this file, within its limits and no larger than its bytes.
    static func decode(_ file: PictureFile, _ header: PictureHeader) throws(PictureError) -> DecodedPicture {
        guard let layout = try? BitmapLayout(file.bytes) else {
            throw .truncated(picture: file.name, bytes: file.bytes.count, reason: "the data ends inside its header")
        }
        let size = header.storedSize
        let channels: Picture.Channels = layout.bits >= 16 && layout.masks[3] != 0 ? .rgba : .rgb
        var pixels: [UInt8] = []
        pixels.reserveCapacity(size.area * channels.count)
        if layout.isPacked {
            for index in try numbers(file, layout, size) { appendColour(Int(index), layout, to: &pixels) }
        }
        for row in 0..<(layout.isPacked ? 0 : size.height) {
            let start = layout.pixels + (layout.isTopDown ? row : size.height - 1 - row) * layout.stride
            let stored = file.bytes[start..<start + layout.usedBytes]
            if layout.bits <= 8 {
                appendColours(stored, layout, width: size.width, to: &pixels)
            } else {
                append(stored, layout, channels, to: &pixels)
            }
        }
        let profile = layout.profile.flatMap { ICCProfile(bytes: Array(file.bytes[$0])) }
        guard channels == .rgba, !isVisible(pixels) else {
            return DecodedPicture(size: size, channels: channels, samples: .eight(pixels), profile: profile)
        }
        return DecodedPicture(size: size, channels: .rgb, samples: .eight(withoutAlpha(pixels)), profile: profile)
    }

    /// Whether any pixel can be seen. Writers that know no transparency leave zeros in its place.
    private static func isVisible(_ pixels: [UInt8]) -> Bool {
        stride(from: 3, to: pixels.count, by: 4).contains { pixels[$0] != 0 }
    }

    private static func withoutAlpha(_ pixels: [UInt8]) -> [UInt8] {
        var colours: [UInt8] = []
        colours.reserveCapacity(pixels.count / 4 * 3)
        for start in stride(from: 0, to: pixels.count, by: 4) { colours += pixels[start..<start + 3] }
        return colours
    }

    /// Those of a palette, from the top row on as shown, of runs (Microsoft's "Bitmap Compression"): a count and what is repeated; or zero, and the
    /// end of a row, the end of the picture, a place to go on at, or a count of what follows unpacked and is filled up to two bytes.
    /// What no run reaches is 0.
    private static func numbers(
        _ file: PictureFile, _ layout: BitmapLayout, _ size: PixelSize
    ) throws(PictureError) -> [UInt8] {
        var numbers = [UInt8](repeating: 0, count: size.area)
        var (at, x, row) = (layout.pixels, 0, 0)
        let perByte = 8 / layout.bits
        func put(_ byte: UInt8, _ place: Int) {
            guard x < size.width, row < size.height else { return }
            let number = layout.bits == 8 ? byte : place % 2 == 0 ? byte >> 4 : byte & 15
            numbers[(layout.isTopDown ? row : size.height - 1 - row) * size.width + x] = number
            x += 1
        }
        while at + 1 < file.bytes.count {
            let (count, value) = (Int(file.bytes[at]), file.bytes[at + 1])
            at += 2
            switch (count, value) {
            case (0, 0): (x, row) = (0, row + 1)
            case (0, 1): return numbers
            case (0, 2):
                guard at + 1 < file.bytes.count else { break }
                (x, row) = (x + Int(file.bytes[at]), row + Int(file.bytes[at + 1]))
                at += 2
            case (0, _):
                let stored = (Int(value) + perByte - 1) / perByte
                guard at + stored <= file.bytes.count else {
                    at = file.bytes.count
                    break
                }
                for place in 0..<Int(value) { put(file.bytes[at + place / perByte], place) }
                at += (stored + 1) / 2 * 2
            default: for place in 0..<count { put(value, place) }
            }
        }
        // Some writers leave the end of the picture out, never the last of its pixels.
        guard row >= size.height || row == size.height - 1 && x >= size.width else {
            throw .truncated(
                picture: file.name, bytes: file.bytes.count, reason: "the data ends before the picture does")
        }
        return numbers
    }

    /// A colour that the palette lacks is black, as everywhere.
    private static func appendColour(_ index: Int, _ layout: BitmapLayout, to pixels: inout [UInt8]) {
        let entry = layout.palette.startIndex + index * layout.paletteEntry
        let isThere = entry + 3 <= layout.palette.endIndex
        // Stored are blue, green and red.
        for channel in (0..<3).reversed() { pixels.append(isThere ? layout.palette[entry + channel] : 0) }
    }

    private static func appendColours(
        _ row: ArraySlice<UInt8>, _ layout: BitmapLayout, width: Int, to pixels: inout [UInt8]
    ) {
        let perByte = 8 / layout.bits
        for column in 0..<width {
            let byte = Int(row[row.startIndex + column / perByte])
            let index = byte >> ((perByte - 1 - column % perByte) * layout.bits) & (1 << layout.bits - 1)
            appendColour(index, layout, to: &pixels)
        }
    }

    private static func append(
        _ row: ArraySlice<UInt8>, _ layout: BitmapLayout, _ channels: Picture.Channels, to pixels: inout [UInt8]
    ) {
        let bytes = layout.bits / 8
        for start in stride(from: row.startIndex, to: row.endIndex, by: bytes) {
            let pixel = row[start..<start + bytes].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            for channel in 0..<channels.count { pixels.append(level(pixel, layout.masks[channel])) }
        }
    }

    /// The bits of a mask as a level of 256; zero where it has none.
    private static func level(_ pixel: UInt32, _ mask: UInt32) -> UInt8 {
        guard mask != 0 else { return 0 }
        let shift = UInt32(mask.trailingZeroBitCount)
        let most = UInt64(mask >> shift)
        return UInt8(min(255, (UInt64((pixel & mask) >> shift) * 255 + most / 2) / most))
    }
}
