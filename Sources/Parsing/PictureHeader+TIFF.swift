/// Which of a TIFF's pages is its picture: the first that is neither a smaller copy of another nor a mask; the first of all where each
/// is one. Others are not read.
package struct TIFFPage: Sendable {
    /// From 0.
    package let number: Int
    /// Whether it says what samples behind its colours mean: libtiff makes no difference of it.
    package let saysExtraSamples: Bool
    /// Where its directory stands.
    let directory: Int

    private static let most = 16

    package init?(of bytes: [UInt8]) {
        guard let tiff = TIFFBytes(bytes) else { return nil }
        self.init(of: tiff)
    }

    init?(of tiff: TIFFBytes) {
        guard let first = tiff.first else { return nil }
        let directories = Array(sequence(first: first, next: tiff.next).prefix(Self.most))
        func value(_ tag: Int, _ directory: Int) -> Int? {
            tiff.entries(at: directory).first { $0.tag == tag }.flatMap(tiff.number(of:))
        }
        let (subfile, smaller, mask) = (254, 1, 4)
        let (oldSubfile, oldSmaller) = (255, 2)
        number =
            directories.firstIndex { directory in
                (value(subfile, directory) ?? 0) & (smaller | mask) == 0 && value(oldSubfile, directory) != oldSmaller
            } ?? 0
        directory = directories[number]
        let extraSamples = 338
        saysExtraSamples = value(extraSamples, directory) != nil
    }
}

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

    /// That of its ``TIFFPage``.
    static func tiff(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        guard let tiff = TIFFBytes(bytes), let first = tiff.first, let page = TIFFPage(of: tiff) else {
            throw .truncated
        }
        // A camera's raw file is known by the first.
        try checkIsNoRaw(tiff.entries(at: first), tiff)
        guard tiff.short(at: page.directory) != nil else { throw .truncated }
        let entries = tiff.entries(at: page.directory)
        try checkIsNoRaw(entries, tiff)
        func entry(_ tag: Int) -> TIFFBytes.Entry? { entries.first { $0.tag == tag } }
        func value(_ tag: Int) -> Int? { entry(tag).flatMap(tiff.number(of:)) }
        let photometric = value(Tag.photometric)
        guard let width = value(Tag.width), let height = value(Tag.height), width > 0, height > 0 else {
            throw .corrupt(reason: "it does not give its size")
        }
        guard max(width, height) <= Int(UInt32.max) else {
            throw .corrupt(reason: "it has \(width) × \(height) pixels")
        }
        let size = PixelSize(width: width, height: height)
        let components = value(Tag.samples) ?? 1
        let depth = value(Tag.bits) ?? 1
        guard (1...64).contains(depth), (1...64).contains(components) else {
            throw .corrupt(reason: "a pixel has \(components) samples of \(depth) bits")
        }
        let exif = Exif(entries, of: tiff)
        let (palette, inks) = (3, 5)
        // White is 0, or black is.
        let isGrey = [0, 1].contains(photometric)
        let colours = isGrey || photometric == palette ? 1 : photometric == inks ? 4 : 3
        let orientation =
            exif.orientation ?? entry(Tag.xmp).flatMap(tiff.bytes(of:)).flatMap { Orientation(xmp: $0) }
        return PictureHeader(
            .tiff, size, components: components, depth: depth, progressive: false, orientation: orientation,
            isAdobeRGB: exif.isAdobeRGB == true && !isGrey && photometric != inks,
            hasAlpha: components > colours,
            leastBytes: leastBytes(
                size, components: components, depth: depth, compression: value(Tag.compression),
                photometric: photometric))
    }

    private static func checkIsNoRaw(_ entries: [TIFFBytes.Entry], _ tiff: TIFFBytes) throws(Fault) {
        func entry(_ tag: Int) -> TIFFBytes.Entry? { entries.first { $0.tag == tag } }
        func value(_ tag: Int) -> Int? { entry(tag).flatMap(tiff.number(of:)) }
        let isSmaller = value(Tag.subfile).map { $0 & 1 == 1 } ?? false
        guard !isSmaller || entry(Tag.subdirectories) == nil, entry(Tag.dngVersion) == nil,
            !Tag.colourFilter.contains(value(Tag.photometric) ?? 0)
        else { throw .foreign(.cameraRaw) }
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
