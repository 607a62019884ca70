/// The file formats that Limner reads, known by their content.
package enum PictureFormat: String, Codable, Sendable, CaseIterable {
    case jpeg, png, webp, tiff
    /// HEIC is what phones call it.
    case heif
    case avif, gif, bmp
    /// PGM and PPM in binary.
    case pnm

    /// As people write it.
    package var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .tiff: "TIFF"
        case .heif: "HEIC"
        case .avif: "AVIF"
        case .gif: "GIF"
        case .bmp: "BMP"
        case .pnm: "PGM or PPM"
        }
    }

    /// All of them in a sentence: "JPEG, PNG, … or BMP".
    package static let list: String = {
        let names = allCases.dropLast().map(\.name) + ["PGM", "PPM"]
        return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }()

    /// The endings of names of pictures that are read, in lower case; a file's content decides what it is.
    package static let endings = [
        "jpg", "jpeg", "png", "webp", "tif", "tiff", "heic", "heif", "avif", "gif", "bmp", "pgm", "ppm",
    ]

    /// The ending of a file's name, as it is written there, where it is a picture's.
    package static func ending(of name: String) -> String? {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
        let ending = String(name[name.index(after: dot)...])
        return endings.contains(ending.lowercased()) ? ending : nil
    }

    /// Bytes of a file's start that are looked at.
    package static let signatureLength = ForeignFormat.looked

    /// The format that the first bytes announce, whatever the file is called.
    package init?(signature bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(Self.signatureLength))
        func text(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.starts(with: PNGChunks.signature.prefix(4)) {
            // The others tell whether line feeds were changed.
            self = .png
        } else if text("RIFF"), text("WEBP", at: 8) {
            self = .webp
        } else if text("II*\0") || text("MM\0*") || text("II+\0") || text("MM\0+") {
            // Canon's CR2 says so behind the offset of its directory.
            guard !text("CR", at: 8) else { return nil }
            self = .tiff
        } else if text("ftyp", at: 4), let format = Self(brands: start) {
            self = format
        } else if text("GIF87a") || text("GIF89a") {
            self = .gif
        } else if text("BM"), start.count > 17, Self.bitmapHeaders.contains(start[14]),
            start[15...17].allSatisfy({ $0 == 0 })
        {
            self = .bmp
        } else if text("P5") || text("P6"), Self.isMap(start) {
            self = .pnm
        } else {
            return nil
        }
    }

    /// Lengths of the header that follows a BMP's file header, of all versions.
    private static let bitmapHeaders: Set<UInt8> = [12, 40, 52, 56, 64, 108, 124]

    /// Behind the two letters of a PNM stands space or a comment, then digits.
    static func isMap(_ start: [UInt8]) -> Bool {
        let header = start.dropFirst(2)
        guard let first = header.first, [9, 10, 11, 12, 13, 32, 35].contains(first) else { return false }
        let next = header.first { ![9, 10, 11, 12, 13, 32].contains($0) }
        return next.map { (48...57).contains($0) || $0 == UInt8(ascii: "#") } ?? true
    }

    /// ISO/IEC 23008-12, 10.2: the file's kind, a version, and the kinds with which it is compatible. Where the first is none of pictures,
    /// a film may name such among the others: the picture's items come next then.
    private init?(brands start: [UInt8]) {
        let length = start.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let brands = stride(from: 8, to: min(length, start.count) - 3, by: 4)
            .filter { $0 != 12 }
            .map { String(decoding: start[$0..<$0 + 4], as: UTF8.self) }
        guard let first = brands.first else { return nil }
        if !Self.pictureBrands.contains(first) {
            // Their handler's box comes first of all, and names pictures behind eight bytes.
            let items = start.dropFirst(length)
            guard items.dropFirst(4).starts(with: "meta".utf8), items.dropFirst(12 + 16).starts(with: "pict".utf8)
            else {
                return nil
            }
        }
        self = !Self.avifBrands.isDisjoint(with: brands) && !Self.heicBrands.contains(first) ? .avif : .heif
    }

    private static let avifBrands: Set = ["avif", "avis", "MA1B", "MA1A"]
    private static let heicBrands: Set = ["heic", "heix", "heim", "heis", "hevc", "hevx"]
    /// Also those that tell no codec, or one that is not read: the items say so.
    private static let pictureBrands = avifBrands.union(heicBrands).union([
        "mif1", "mif2", "msf1", "miaf", "MiHB", "MiHA", "MiHE", "1pic", "avci", "avcs", "jpeg", "jpgs", "j2ki", "j2is",
        "vvic", "vvis",
    ])
}
