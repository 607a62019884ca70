/// How the stored rows and columns lie with respect to the picture as seen (Exif 2.32 §4.6.4, tag 274).
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case upsideDownMirrored = 4
    /// Rows are columns.
    case transposed = 5
    /// The stored picture must be turned clockwise to stand upright.
    case needsClockwiseTurn = 6
    case antitransposed = 7
    /// The stored picture must be turned anticlockwise to stand upright.
    case needsAnticlockwiseTurn = 8

    /// Whether width and height change places.
    package var exchangesSides: Bool { rawValue >= 5 }

    package func applied(to size: PixelSize) -> PixelSize {
        exchangesSides ? PixelSize(width: size.height, height: size.width) : size
    }
}

extension Orientation {
    /// Reads the tag out of an Exif body: a TIFF structure, or one behind the name `Exif` that some writers put twice.
    ///
    /// The standard stores a SHORT once. Writers that store a LONG, a BYTE, or another count mean the same, and are read so.
    /// Nil when the body is damaged, lacks the tag, or gives it a value that the standard does not know: a picture with
    /// broken metadata is still a picture.
    package init?(exif bytes: some Collection<UInt8>) {
        var body = Array(bytes)[...]
        while body.starts(with: Self.exifName) { body = body.dropFirst(Self.exifName.count) }
        guard let tiff = TIFFBytes(Array(body)), let directory = tiff.long(at: 4),
            let entry = tiff.entries(at: directory).first(where: { $0.tag == Self.tag })
        else { return nil }
        guard let value = tiff.number(of: entry) ?? tiff.short(at: entry.place) else { return nil }
        if let orientation = Self(rawValue: value) {
            self = orientation
        } else if let short = tiff.short(at: entry.place), let orientation = Self(rawValue: short) {
            // A SHORT that claims to be a LONG.
            self = orientation
        } else {
            return nil
        }
    }

    /// Reads `tiff:Orientation` out of an XMP packet, be it an attribute or an element.
    package init?(xmp bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        var from = 0
        while let found = bytes.firstIndex(of: Self.xmpName, from: from) {
            from = found + Self.xmpName.count
            // `="6"`, `='6'`, ` = "6"` or `>6<`; a closing element's name is followed by none.
            guard let digit = bytes[from...].prefix(8).first(where: { !Self.xmpBetween.contains($0) }),
                let orientation = Self(rawValue: Int(digit) - Int(UInt8(ascii: "0")))
            else { continue }
            self = orientation
            return
        }
        return nil
    }

    package static let exifName = Array("Exif\0\0".utf8)
    package static let xmpSegmentName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    private static let xmpName = Array("tiff:Orientation".utf8)
    private static let xmpBetween = Set(" \t\r\n=\"'>".utf8)
    private static let tag = 274
}

extension [UInt8] {
    /// Where `pattern` begins, at `from` or behind it.
    package func firstIndex(of pattern: [UInt8], from: Int = 0) -> Int? {
        guard let first = pattern.first else { return nil }
        var at = from
        while at <= count - pattern.count, let start = self[at...].firstIndex(of: first) {
            guard start <= count - pattern.count else { return nil }
            if self[start..<start + pattern.count].elementsEqual(pattern) { return start }
            at = start + 1
        }
        return nil
    }
}
