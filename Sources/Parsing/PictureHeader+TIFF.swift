extension PictureHeader {
    /// TIFF 6.0, section 8, and TIFF/EP's and DNG's marks of a camera's raw file, whose first directory is a thumbnail.
    private enum Tag {
        static let subfile = 254
        static let width = 256
        static let height = 257
        static let bits = 258
        static let compression = 259
        static let photometric = 262
        static let samples = 277
        static let subdirectories = 330
        static let xmp = 700
        static let dngVersion = 50_706
        static let colourFilter = [32_803, 34_892]
    }

    /// The first directory's picture; others, if there are any, are not read.
    static func tiff(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        guard let tiff = TIFFBytes(bytes), let directory = tiff.long(at: 4), tiff.short(at: directory) != nil else {
            throw .truncated
        }
        let entries = tiff.entries(at: directory)
        func entry(_ tag: Int) -> TIFFBytes.Entry? { entries.first { $0.tag == tag } }
        func value(_ tag: Int) -> Int? { entry(tag).flatMap(tiff.number(of:)) }
        let photometric = value(Tag.photometric)
        let isSmaller = value(Tag.subfile).map { $0 & 1 == 1 } ?? false
        guard !isSmaller || entry(Tag.subdirectories) == nil, entry(Tag.dngVersion) == nil,
            !Tag.colourFilter.contains(photometric ?? 0)
        else { throw .foreign(.cameraRaw) }
        // Alone it is the picture, whatever it is a copy of.
        guard !isSmaller || (tiff.long(at: directory + 2 + entries.count * 12) ?? 0) == 0 else {
            throw .unsupported(reason: "its first picture is a smaller copy of another")
        }
        guard let width = value(Tag.width), let height = value(Tag.height), width > 0, height > 0 else {
            throw .corrupt(reason: "it does not give its size")
        }
        let size = PixelSize(width: width, height: height)
        let components = value(Tag.samples) ?? 1
        let depth = value(Tag.bits) ?? 1
        guard (1...64).contains(depth), (1...64).contains(components) else {
            throw .corrupt(reason: "a pixel has \(components) samples of \(depth) bits")
        }
        let exif = Exif(entries, of: tiff)
        let inks = 5
        let orientation =
            exif.orientation ?? entry(Tag.xmp).flatMap(tiff.bytes(of:)).flatMap { Orientation(xmp: $0) }
        return PictureHeader(
            .tiff, size, components: components, depth: depth, progressive: false, orientation: orientation,
            isAdobeRGB: exif.isAdobeRGB == true && photometric != inks,
            leastBytes: leastBytes(
                size, components: components, depth: depth, compression: value(Tag.compression),
                photometric: photometric))
    }

    /// Only where no compression is, or one that packs no better than deflate.
    private static func leastBytes(
        _ size: PixelSize, components: Int, depth: Int, compression: Int?, photometric: Int?
    ) -> Int {
        let (none, deflate, yCbCr) = (1, [8, 32_946], 6)
        // Colour differences may be stored for some of the pixels.
        let row = (size.width * (photometric == yCbCr ? 1 : components) * depth + 7) / 8
        let (stored, overflow) = row.multipliedReportingOverflow(by: size.height)
        guard !overflow else { return .max }
        switch compression {
        case none?, nil: return stored
        case let compression? where deflate.contains(compression): return stored / highestCompression
        default: return 0
        }
    }
}
