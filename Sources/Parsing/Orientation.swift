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
    /// Of an entry of Exif or of a TIFF: where the type and the count have its value stand, or in the field itself as a SHORT or a LONG.
    ///
    /// The standard stores a SHORT once. Writers that store another whole number, a RATIONAL, a digit or another count mean the
    /// same, and are read so. Nil for a value that the standard does not know.
    init?(_ entry: TIFFBytes.Entry, of tiff: TIFFBytes) {
        // The header ends at 8: what stands in the field of a count too large is the value, not where it stands.
        let stored = entry.isInline || entry.place > 8 ? tiff.value(of: entry) : nil
        let values = [stored, tiff.short(at: entry.field), tiff.long(at: entry.field)]
        guard let found = values.lazy.compactMap({ $0.flatMap(Self.init(rawValue:)) }).first else { return nil }
        self = found
    }
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
