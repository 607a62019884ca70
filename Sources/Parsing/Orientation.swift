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
    /// Reads the tag out of an Exif body, which begins with a TIFF header.
    ///
    /// Nil when the body is damaged, lacks the tag, or gives it a value or type that the standard does not know: a
    /// picture with broken metadata is still a picture.
    package init?(exif bytes: [UInt8]) {
        let tiff = TIFFBytes(bytes)
        guard let tiff, let directory = tiff.long(at: 4), let count = tiff.short(at: directory) else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + index * 12
            guard let tag = tiff.short(at: entry) else { return nil }
            guard tag == Self.tag else { continue }
            guard let type = tiff.short(at: entry + 2), type == Self.shortType,
                tiff.long(at: entry + 4) == 1, let value = tiff.short(at: entry + 8)
            else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }

    private static let tag = 274
    /// TIFF's type number of a 16-bit value.
    private static let shortType = 3
}

/// Numbers of a TIFF structure in its own byte order; nil outside its bounds.
private struct TIFFBytes {
    private let bytes: [UInt8]
    private let littleEndian: Bool

    /// Nil unless the bytes begin with a byte order and the number 42.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x49, 0x49, 42, 0]) {
            littleEndian = true
        } else if bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
            littleEndian = false
        } else {
            return nil
        }
        self.bytes = bytes
    }

    func short(at offset: Int) -> Int? { number(at: offset, length: 2) }
    func long(at offset: Int) -> Int? { number(at: offset, length: 4) }

    private func number(at offset: Int, length: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - length else { return nil }
        let slice = bytes[offset..<(offset + length)]
        return littleEndian
            ? slice.reversed().reduce(0) { $0 << 8 | Int($1) }
            : slice.reduce(0) { $0 << 8 | Int($1) }
    }
}
