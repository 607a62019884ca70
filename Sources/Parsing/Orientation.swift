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
    /// The standard stores a SHORT once. Writers that store another whole number, a RATIONAL, a digit or another count mean the
    /// same, and are read so.
    /// Nil when the body is damaged, lacks the tag, or gives it a value that the standard does not know: a picture with
    /// broken metadata is still a picture.
    package init?(exif bytes: some Collection<UInt8>) {
        var body = Array(bytes)[...]
        while Self.isExif(body) { body = body.dropFirst(Self.exifName.count) }
        guard let tiff = TIFFBytes(Array(body)), let directory = tiff.long(at: 4),
            let entry = tiff.entries(at: directory).first(where: { $0.tag == Self.tag })
        else { return nil }
        self.init(entry, of: tiff)
    }

    /// The value where the type and the count have it stand, or in the field itself as a SHORT or a LONG.
    init?(_ entry: TIFFBytes.Entry, of tiff: TIFFBytes) {
        // The header ends at 8: what stands in the field of a count too large is the value, not where it stands.
        let stored = entry.isInline || entry.place > 8 ? tiff.value(of: entry) : nil
        let values = [stored, tiff.short(at: entry.field), tiff.long(at: entry.field)]
        guard let found = values.lazy.compactMap({ $0.flatMap(Self.init(rawValue:)) }).first else { return nil }
        self = found
    }

    /// Whether a segment holds Exif by its name, behind which some writers pad with another byte than the second zero.
    package static func isExif(_ segment: some Collection<UInt8>) -> Bool { segment.starts(with: exifName.dropLast()) }

    package static let exifName = Array("Exif\0\0".utf8)
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
