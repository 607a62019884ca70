/// What a file is that Limner does not read, as far as its first bytes tell.
package enum ForeignFormat: Sendable, Equatable, CaseIterable {
    case jpegXL, jpeg2000, jpegXR, photoshop, cameraRaw, openEXR, radiance, icon, svg, qoi, directDraw, gimp, plainPNM
    case pam, encapsulatedPostScript, dicom, fits, djvu, targa, pict, jpegLS, jbig, mng, jng, pcx, sgi, dpx, bpg, flif
    case metafile, bitmapArray, x11, floatMap, sunRaster, miff
    case pdf, video, audio, archive, webPage, xml, officeDocument, executable, zeros

    /// First bytes of a file that tell what it is.
    package static let looked = 544
    /// Zeros that are no beginning of anything.
    private static let fewestZeros = 512

    /// With its article.
    package var name: String {
        switch self {
        case .jpegXL: "a JPEG XL picture"
        case .jpeg2000: "a JPEG 2000 picture"
        case .jpegXR: "a JPEG XR picture"
        case .photoshop: "a Photoshop document"
        case .cameraRaw: "a camera's raw picture"
        case .openEXR: "an OpenEXR picture"
        case .radiance: "a Radiance HDR picture"
        case .icon: "an icon"
        case .svg: "an SVG drawing"
        case .qoi: "a QOI picture"
        case .directDraw: "a DirectDraw surface"
        case .gimp: "a GIMP document"
        case .plainPNM: "a PNM picture in plain text or black and white"
        case .pam: "a PAM picture"
        case .encapsulatedPostScript: "a PostScript drawing"
        case .dicom: "a DICOM picture"
        case .fits: "a FITS picture"
        case .djvu: "a DjVu document"
        case .targa: "a TGA picture"
        case .pict: "a PICT drawing"
        case .jpegLS: "a JPEG-LS picture"
        case .jbig: "a JBIG picture"
        case .mng: "an MNG animation"
        case .jng: "a JNG picture"
        case .pcx: "a PCX picture"
        case .sgi: "an SGI picture"
        case .dpx: "a DPX picture"
        case .bpg: "a BPG picture"
        case .flif: "a FLIF picture"
        case .metafile: "a Windows metafile"
        case .bitmapArray: "an array of OS/2 bitmaps"
        case .x11: "an X11 picture (XBM or XPM)"
        case .floatMap: "a PFM picture"
        case .sunRaster: "a Sun raster"
        case .miff: "a MIFF picture"
        case .pdf: "a PDF document"
        case .video: "a film"
        case .audio: "a sound"
        case .archive: "an archive"
        case .webPage: "a web page"
        case .xml: "an XML document"
        case .officeDocument: "an office document"
        case .executable: "a program"
        case .zeros: "a file of zeros, as a copy leaves it that broke off"
        }
    }

    /// Something that a converter makes a picture of.
    package var isPicture: Bool {
        switch self {
        case .pdf, .video, .audio, .archive, .webPage, .xml, .officeDocument, .executable, .zeros: false
        default: true
        }
    }

    /// Nil when the bytes are of a format that is read, or of none that is known here.
    package init?(signature bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(Self.looked))
        guard PictureFormat(signature: start) == nil else { return nil }
        let found = Self.signatures.first { signature in
            start.dropFirst(signature.offset).starts(with: signature.bytes)
        }
        if Self.isOgg(start) {
            self = Self.oggFilms.contains { start.holds($0) } ? .video : .audio
        } else if let found {
            self = found.format
        } else if Self.isTransportStream(start) || Self.isQuickTime(start) {
            self = .video
        } else if let text = Self.text(start) {
            self = text
        } else if let format = Self.header(start) {
            self = format
        } else if start.count >= Self.fewestZeros, start.allSatisfy({ $0 == 0 }) {
            self = .zeros
        } else {
            return nil
        }
    }

    /// Of packets of MPEG-2 Systems (ISO 13818-1, 2.4.3.2), 188 bytes each, or 192 with the times of a camera's before them: each begins
    /// with the same byte.
    private static func isTransportStream(_ start: [UInt8]) -> Bool {
        [(first: 0, length: 188), (4, 192)].contains { packet in
            (0..<2).allSatisfy { index in
                let place = packet.first + index * packet.length
                return place < start.count && start[place] == 0x47
            }
        }
    }

    private static func isOgg(_ start: [UInt8]) -> Bool { start.starts(with: "OggS".utf8) }

    /// How the first packets of films in Ogg begin: Theora, Dirac, VP8 and OGM. Those of all streams come before any other (RFC 3533, 4).
    private static let oggFilms: [[UInt8]] = [
        [0x80] + Array("theora".utf8), Array("BBCD\0".utf8), Array("OVP80".utf8), [0x01] + Array("video\0".utf8),
    ]

    /// QuickTime of no brand, by the type of its first atom: as long as those may be, a text begins with no zero.
    private static func isQuickTime(_ start: [UInt8]) -> Bool {
        start.first == 0
            && ["wide", "free", "skip", "pnot"].contains { start.dropFirst(4).starts(with: $0.utf8) }
    }

    /// Formats that begin with no word of their own, by what their headers may hold.
    private static func header(_ start: [UInt8]) -> ForeignFormat? {
        func little(_ at: Int) -> Int { Int(start[at]) | Int(start[at + 1]) << 8 }
        func text(_ text: String, at offset: Int) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
        guard start.count >= 20 else { return nil }
        if text("BA", at: 0), ["BM", "CI", "CP", "IC", "PT"].contains(where: { text($0, at: 14) }) {
            return .bitmapArray
        }
        // Icons and cursors: at least one, the first with its reserved byte of zero.
        if start[0...1].elementsEqual([0, 0]), [1, 2].contains(little(2)), little(4) > 0, start[9] == 0 {
            return .icon
        }
        // TGA: whether it has a palette, its kind, the palette's bits, sides and the bits of a pixel.
        if start[1] <= 1, [1, 2, 3, 9, 10, 11].contains(start[2]), (start[1] == 1) == [1, 9].contains(start[2]),
            (start[1] == 0 ? [0] : [15, 16, 24, 32]).contains(start[7]), little(12) > 0, little(14) > 0,
            [8, 15, 16, 24, 32].contains(start[16])
        {
            return .targa
        }
        // PCX: its version, run lengths, bits a plane.
        if start[0] == 10, start[1] <= 5, start[2] == 1, [1, 2, 4, 8].contains(start[3]) { return .pcx }
        // QuickDraw: behind 512 bytes, a size and a rectangle the version's operator.
        let operators = start.dropFirst(fewestZeros + 10)
        if operators.starts(with: [0x00, 0x11, 0x02, 0xFF]) || operators.starts(with: [0x11, 0x01]) { return .pict }
        // JBIG (ITU-T T.82, 6.2): layers, a byte of zero, planes, sides.
        let isJBIG =
            start[0] <= start[1] && start[1] <= 8 && (1...8).contains(start[2]) && start[3] == 0 && start[4] == 0
            && start[5...7].contains { $0 > 0 } && start[8] == 0 && start[9...11].contains { $0 > 0 }
            && start[16] <= 127 && start[18] <= 15
        return isJBIG ? .jbig : nil
    }

    private static func text(_ start: [UInt8]) -> ForeignFormat? {
        if ["P1", "P2", "P3", "P4"].contains(where: { start.starts(with: $0.utf8) }), PictureFormat.isMap(start) {
            return .plainPNM
        }
        let words = decoded(start).lowercased()
        if words.hasPrefix("#define "), words.contains("_width ") { return .x11 }
        var trimmed = words.drop { $0.isWhitespace }
        // Comments may come first, as long as they end here.
        while trimmed.hasPrefix("<!--"), let end = trimmed.firstRange(of: "-->") {
            trimmed = trimmed[end.upperBound...].drop { $0.isWhitespace }
        }
        if trimmed.hasPrefix("<svg") || (trimmed.hasPrefix("<?xml") && trimmed.contains("<svg")) { return .svg }
        if trimmed.hasPrefix("<!doctype html") || trimmed.hasPrefix("<html") { return .webPage }
        return trimmed.hasPrefix("<?xml") ? .xml : nil
    }

    /// By its byte order mark; UTF-8 without one.
    private static func decoded(_ start: [UInt8]) -> String {
        func units(_ high: Int) -> [UInt16] {
            stride(from: 2, to: start.count - 1, by: 2).map {
                UInt16(start[$0 + high]) << 8 | UInt16(start[$0 + 1 - high])
            }
        }
        if start.starts(with: [0xFE, 0xFF]) { return String(decoding: units(0), as: UTF16.self) }
        if start.starts(with: [0xFF, 0xFE]) { return String(decoding: units(1), as: UTF16.self) }
        return String(decoding: TextRule.withoutMark(start), as: UTF8.self)
    }

    private struct Signature {
        let format: ForeignFormat
        let offset: Int
        let bytes: [UInt8]

        init(_ format: ForeignFormat, _ bytes: [UInt8], at offset: Int = 0) {
            self.format = format
            self.offset = offset
            self.bytes = bytes
        }

        init(_ format: ForeignFormat, _ text: String, at offset: Int = 0) {
            self.init(format, Array(text.utf8), at: offset)
        }
    }

    /// In the order in which they are looked for.
    private static let signatures = [
        Signature(.jpegXL, [0xFF, 0x0A]),
        Signature(.jpegXL, [0, 0, 0, 12] + Array("JXL \r\n".utf8) + [0x87, 0x0A]),
        Signature(.jpeg2000, [0, 0, 0, 12] + Array("jP  \r\n".utf8) + [0x87, 0x0A]),
        Signature(.jpeg2000, [0xFF, 0x4F, 0xFF, 0x51]),
        Signature(.jpegXR, [0x49, 0x49, 0xBC]),
        Signature(.photoshop, "8BPS"),
        Signature(.cameraRaw, "CR", at: 8), Signature(.cameraRaw, "FUJIFILMCCD-RAW"), Signature(.cameraRaw, "IIRO"),
        Signature(.cameraRaw, "IIRS"), Signature(.cameraRaw, "MMOR"), Signature(.cameraRaw, "IIU\0"),
        Signature(.cameraRaw, "\0MRM"), Signature(.cameraRaw, "FOVb"), Signature(.cameraRaw, "ftypcrx", at: 4),
        Signature(.openEXR, [0x76, 0x2F, 0x31, 0x01]),
        Signature(.radiance, "#?RADIANCE"), Signature(.radiance, "#?RGBE"),
        Signature(.icon, "icns"),
        Signature(.qoi, "qoif"), Signature(.directDraw, "DDS "), Signature(.gimp, "gimp xcf"),
        Signature(.pam, "P7\n"), Signature(.floatMap, "PF\n"), Signature(.floatMap, "Pf\n"),
        Signature(.sunRaster, [0x59, 0xA6, 0x6A, 0x95]), Signature(.miff, "id=ImageMagick"),
        Signature(.x11, "/* XPM */"), Signature(.x11, "! XPM2"),
        Signature(.mng, [0x8A] + Array("MNG\r\n".utf8)),
        Signature(.jng, [0x8B] + Array("JNG\r\n".utf8)), Signature(.sgi, [0x01, 0xDA, 0x00]),
        Signature(.sgi, [0x01, 0xDA, 0x01]), Signature(.dpx, "SDPX"), Signature(.dpx, "XPDS"),
        Signature(.bpg, "BPG\u{FB}".unicodeScalars.map { UInt8($0.value) }), Signature(.flif, "FLIF"),
        Signature(.metafile, [0xD7, 0xCD, 0xC6, 0x9A]), Signature(.metafile, " EMF", at: 40),
        Signature(.encapsulatedPostScript, "%!PS"), Signature(.encapsulatedPostScript, [0xC5, 0xD0, 0xD3, 0xC6]),
        Signature(.dicom, "DICM", at: 128), Signature(.fits, "SIMPLE  ="), Signature(.djvu, "AT&TFORM"),
        Signature(.pdf, "%PDF"),
        Signature(.video, "ftyp", at: 4), Signature(.video, "moov", at: 4),
        Signature(.video, "mdat", at: 4), Signature(.video, "YUV4MPEG2"),
        Signature(.video, [0x1A, 0x45, 0xDF, 0xA3]),
        Signature(.video, "FLV\u{1}"), Signature(.video, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        // The header block of DV (IEC 61834-2), MXF, RealMedia and IVF.
        Signature(.video, [0x1F, 0x07, 0x00]), Signature(.video, [0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01]),
        Signature(.video, ".RMF"), Signature(.video, "DKIF"),
        Signature(.video, "AVI ", at: 8), Signature(.video, [0, 0, 1, 0xBA]), Signature(.video, [0, 0, 1, 0xB3]),
        Signature(.audio, "WAVE", at: 8), Signature(.audio, "ID3"),
        Signature(.audio, "fLaC"),
        Signature(.archive, "PK\u{3}\u{4}"), Signature(.archive, [0x1F, 0x8B]), Signature(.archive, "Rar!"),
        Signature(.archive, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), Signature(.archive, "ustar", at: 257),
        Signature(.archive, [0xFD, 0x37, 0x7A, 0x58, 0x5A]), Signature(.archive, [0x28, 0xB5, 0x2F, 0xFD]),
        Signature(.officeDocument, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        Signature(.executable, [0x7F, 0x45, 0x4C, 0x46]), Signature(.executable, "MZ"),
    ]
}

extension [UInt8] {
    /// Whether bytes stand anywhere in it.
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        indices.dropLast(part.count - 1).contains { self[$0...].starts(with: part) }
    }
}
