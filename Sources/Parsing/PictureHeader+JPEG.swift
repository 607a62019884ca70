extension PictureHeader {
    /// JPEG (ITU T.81), B.1 and B.2: markers, most of them with a segment that counts its own length, up to the scan.
    static func jpeg(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        var at = 2
        var frame: (marker: UInt8, segment: ArraySlice<UInt8>)?
        var exif: Orientation?
        var isAdobeRGB: Bool?
        var xmp: Orientation?
        reading: while let marker = nextMarker(in: bytes, from: &at) {
            switch marker {
            // Alone: TEM and the restarts.
            case 0x01, 0xD0...0xD7: continue
            case 0xD8: throw .corrupt(reason: "it begins twice")
            case 0xD9, 0xDA:
                guard frame != nil else { throw .corrupt(reason: "it has no picture") }
                break reading
            default: break
            }
            guard at + 2 <= bytes.count else { break }
            let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
            guard length >= 2 else { throw .corrupt(reason: "a segment has the length \(length)") }
            guard at + length <= bytes.count else { break }
            let segment = bytes[at + 2..<at + length]
            at += length
            switch marker {
            // ITU-T T.87, C.1.1: the frame of another kind.
            case 0xF7 where frame == nil: throw .foreign(.jpegLS)
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard frame == nil else { throw .corrupt(reason: "it gives its size twice") }
                frame = (marker, segment)
            // An editor's segment may stand beside the camera's: the first that tells is believed.
            case 0xE1 where Exif.isExif(segment):
                let read = Exif(segment)
                exif = exif ?? read.orientation
                isAdobeRGB = isAdobeRGB ?? read.isAdobeRGB
            case 0xE1 where xmp == nil && segment.starts(with: Orientation.xmpSegmentName):
                xmp = Orientation(xmp: segment)
            default: break
            }
        }
        guard let frame else { throw .truncated }
        // What follows the end marker is no part of the picture; where it stands is asked only of a file with such a stretch.
        if LostStretch.isSector(of: bytes[min(at, bytes.count)...]) {
            // In a scan no other marker has this number.
            let end = bytes.firstIndex(of: [0xFF, 0xD9], from: at) ?? bytes.count
            guard !LostStretch.isSector(of: bytes[min(at, end)..<end]) else {
                throw .corrupt(reason: LostStretch.reason)
            }
        }
        return try jpeg(frame.marker, Array(frame.segment), exif ?? xmp ?? .upright, isAdobeRGB: isAdobeRGB ?? false)
    }

    /// The next marker's second byte; `at` then stands behind it. Bytes between segments are skipped, as decoders do:
    /// cameras pad there.
    private static func nextMarker(in bytes: [UInt8], from at: inout Int) -> UInt8? {
        while let start = bytes[at...].firstIndex(of: 0xFF) {
            at = start + 1
            while at < bytes.count, bytes[at] == 0xFF { at += 1 }
            guard at < bytes.count else { return nil }
            at += 1
            if bytes[at - 1] != 0 { return bytes[at - 1] }
        }
        return nil
    }

    /// B.2.2: precision, height, width, and the components with their sampling factors.
    private static func jpeg(
        _ marker: UInt8, _ frame: [UInt8], _ orientation: Orientation, isAdobeRGB: Bool
    ) throws(Fault) -> PictureHeader {
        switch marker {
        case 0xC0, 0xC1, 0xC2: break
        // An arithmetic coder may spend a ten-thousandth of a bit on a block: no length of the file bounds the work.
        case 0xC9...0xCB, 0xCD...0xCF: throw .unsupported(reason: "its pixels are arithmetic-coded")
        default: throw .unsupported(reason: "it is a lossless or hierarchical JPEG")
        }
        guard frame.count >= 6, frame.count == 6 + 3 * Int(frame[5]), frame[5] > 0 else {
            throw .corrupt(reason: "its frame header has \(frame.count) bytes")
        }
        guard frame[0] == 8 else { throw .unsupported(reason: "its samples have \(frame[0]) bits") }
        let size = PixelSize(width: Int(frame[3]) << 8 | Int(frame[4]), height: Int(frame[1]) << 8 | Int(frame[2]))
        guard size.width > 0 else { throw .corrupt(reason: "it has no pixels") }
        // B.2.5: a height of zero is told behind the first scan.
        guard size.height > 0 else { throw .unsupported(reason: "it gives its height behind its pixels") }
        let factors = stride(from: 7, to: frame.count, by: 3).map {
            (across: Int(frame[$0] >> 4), down: Int(frame[$0] & 15))
        }
        guard factors.allSatisfy({ (1...4).contains($0.across) && (1...4).contains($0.down) }),
            let across = factors.map(\.across).max(), let down = factors.map(\.down).max()
        else { throw .corrupt(reason: "its sampling factors are not 1 to 4") }
        // No Huffman code is shorter than a bit, and each block of a component has one.
        let blocks = factors.map { factor in
            let columns = (size.width * factor.across + across * 8 - 1) / (across * 8)
            return columns * ((size.height * factor.down + down * 8 - 1) / (down * 8))
        }
        return PictureHeader(
            .jpeg, size, components: factors.count, depth: 8, progressive: marker == 0xC2,
            orientation: orientation, isAdobeRGB: isAdobeRGB && factors.count == 3, leastBytes: (blocks.max() ?? 0) / 8)
    }
}
