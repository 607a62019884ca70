/// The file formats that Limner reads and writes.
package enum PictureFormat: String, Codable, Sendable, CaseIterable {
    case jpeg, png

    /// The extension for new files, without the dot.
    package var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        }
    }

    /// The format that the first bytes announce, whatever the file is called.
    package init?(signature bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else {
            return nil
        }
    }
}

/// What a picture may cost. All are checked from the file's size and header, before pixels are allocated.
///
/// As JSON the first two, `{"maxBytes": …, "maxPixels": …}`: the others are the same for every job.
package struct PictureLimits: Codable, Sendable, Equatable {
    /// Width × height as stored. A decoded pixel takes 3 or 4 bytes; a progressive JPEG up to 6 more while it decodes.
    package var pixels: Int
    /// Length of the file.
    package var bytes: Int
    /// Longer side as stored.
    package var side = 32_768
    /// Scans of a progressive JPEG: each one walks over all pixels, and a few bytes suffice for one.
    package var scans = 100

    package init(pixels: Int = 100_000_000, bytes: Int = 128 << 20, side: Int? = nil, scans: Int? = nil) {
        self.pixels = pixels
        self.bytes = bytes
        if let side { self.side = side }
        if let scans { self.scans = scans }
    }

    package static let standard = PictureLimits()

    private enum CodingKeys: String, CodingKey {
        case pixels = "maxPixels"
        case bytes = "maxBytes"
    }
}

/// Width and height in pixels.
package struct PixelSize: Sendable, Hashable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package var longSide: Int { max(width, height) }

    /// Held to the range of `Int`: a header may claim any sides.
    package var area: Int {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        return overflow ? .max : area
    }

    /// The size with this aspect whose longer side is `longSide`; no side falls below one pixel.
    package func fitted(longSide target: Int) -> PixelSize {
        let scale = Double(target) / Double(longSide)
        return PixelSize(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())))
    }
}

/// What a picture file says about itself, before and without decoding its pixels. Nothing of it is to be believed:
/// whoever decodes checks it against limits of his own first.
package struct PictureHeader: Sendable, Equatable {
    package let format: PictureFormat
    /// As stored, before the orientation is applied; both sides are positive.
    package let storedSize: PixelSize
    /// Samples a pixel as stored: 1 grey or palette, 2 grey with alpha, 3 colour, 4 with alpha or CMYK.
    package let components: Int
    /// Bits a sample as stored.
    package let depth: Int
    /// Progressive JPEG or interlaced PNG.
    package let progressive: Bool
    /// From Exif; `.upright` when the file does not say.
    package let orientation: Orientation
    /// A file of fewer bytes cannot hold so many pixels.
    package let leastBytes: Int

    /// As seen: sides are exchanged where the orientation turns the picture by a quarter.
    package var size: PixelSize { orientation.applied(to: storedSize) }

    /// Why bytes are no header.
    package enum Fault: Error, Sendable, Equatable {
        case notAPicture
        /// The bytes end before the size is told.
        case truncated
        case corrupt(reason: String)
        case unsupported(reason: String)
    }

    /// Bytes of a file's start in which a header is found; a JPEG's frame header stands behind its Exif data and profile.
    package static let readLimit = 512 << 10

    /// Reads the header of a file. The cost is linear in the bytes; nothing is allocated for what they claim.
    ///
    /// - Parameter bytes: the file, or its first ``readLimit`` bytes.
    package init(_ bytes: [UInt8]) throws(Fault) {
        switch PictureFormat(signature: bytes) {
        case .jpeg: self = try Self.jpeg(bytes)
        case .png: self = try Self.png(bytes)
        case nil: throw .notAPicture
        }
    }

    private init(
        _ format: PictureFormat, _ size: PixelSize, components: Int, depth: Int, progressive: Bool,
        exif: ArraySlice<UInt8>?, leastBytes: Int
    ) {
        self.format = format
        storedSize = size
        self.components = components
        self.depth = depth
        self.progressive = progressive
        orientation = exif.flatMap { Orientation(exif: Array($0)) } ?? .upright
        self.leastBytes = leastBytes
    }
}

// MARK: - PNG

extension PictureHeader {
    /// Deflate packs at most 258 bytes into two bits.
    private static let highestCompression = 1032

    /// PNG (ISO/IEC 15948), 11.2.2: the header's chunk comes first and has 13 bytes.
    private static func png(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        var chunks = PNGChunks(bytes: bytes)
        guard let first = chunks.next() else { throw .truncated }
        let header = Array(first.body)
        guard first.name == PNGChunks.header, header.count == 13 else {
            throw .corrupt(reason: "it does not begin with its header")
        }
        func side(_ at: Int) throws(Fault) -> Int {
            let side = header[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard side > 0, side < 1 << 31 else { throw .corrupt(reason: "its header gives a side of \(side) pixels") }
            return side
        }
        let size = PixelSize(width: try side(0), height: try side(4))
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
        let depth = Int(header[8])
        guard let components = samples[Int(header[9])], [1, 2, 4, 8, 16].contains(depth), header[12] <= 1 else {
            throw .corrupt(reason: "its header names no kind of pixels that there is")
        }
        let row = (size.width * components * depth + 7) / 8
        let (stored, overflow) = row.multipliedReportingOverflow(by: size.height)
        return PictureHeader(
            .png, size, components: components, depth: depth, progressive: header[12] == 1,
            exif: chunks.first { $0.name == PNGChunks.exif }?.body,
            leastBytes: overflow ? .max : stored / highestCompression)
    }
}

// MARK: - JPEG

extension PictureHeader {
    private static let exifName = Array("Exif\0\0".utf8)

    /// JPEG (ITU T.81), B.1 and B.2: markers, most of them with a segment that counts its own length, up to the scan.
    private static func jpeg(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        var at = 2
        var frame: (marker: UInt8, segment: ArraySlice<UInt8>)?
        var exif: ArraySlice<UInt8>?
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
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard frame == nil else { throw .corrupt(reason: "it gives its size twice") }
                frame = (marker, segment)
            case 0xE1 where exif == nil && segment.starts(with: exifName): exif = segment.dropFirst(exifName.count)
            default: break
            }
        }
        guard let frame else { throw .truncated }
        return try jpeg(frame.marker, Array(frame.segment), exif: exif)
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
        _ marker: UInt8, _ frame: [UInt8], exif: ArraySlice<UInt8>?
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
        guard size.width > 0, size.height > 0 else { throw .corrupt(reason: "it has no pixels") }
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
            .jpeg, size, components: factors.count, depth: 8, progressive: marker == 0xC2, exif: exif,
            leastBytes: (blocks.max() ?? 0) / 8)
    }
}
