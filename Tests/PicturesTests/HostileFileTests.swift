import Foundation
import Parsing
import Testing

@testable import Pictures

@Suite struct HostileFileTests {
    /// Small, so that a mutated header cannot make the tests slow.
    private let limits = PictureLimits(pixels: 1_000_000)

    /// Files of every codec path, large enough to be cut in the middle of their pixels.
    private static func files() throws -> [(name: String, bytes: [UInt8])] {
        let noisy = noise(61, 47, seed: 61)
        var written = [
            ("baseline", try noisy.encodeJPEG(quality: 80)),
            ("progressive", try noisy.encodeJPEG(JPEGOptions(quality: 80, progressive: true))),
            ("rgb", try noisy.encodePNG()),
            ("rgba", try noise(40, 30, .rgba, seed: 62).encodePNG()),
        ]
        written += Fixtures.all.fixtures.map { ($0.name, $0.bytes) }
        return written
    }

    /// Only what stands behind the last pixel may be missing: an end marker, an end chunk, metadata.
    @Test func `a file cut anywhere is truncated, or still the whole picture`() throws {
        for (name, bytes) in try Self.files() {
            let file = try PictureFile(name: name, bytes: bytes)
            let whole = try file.decode()
            let format = try file.header().format
            let turned = try file.header().orientation != .upright
            let step = max(1, bytes.count / 400)
            for count in Array(stride(from: 1, to: bytes.count, by: step)) + [bytes.count - 1] {
                let cut = try PictureFile(name: name, bytes: Array(bytes.prefix(count)))
                switch Result(catching: { try cut.decode() }) {
                case .success(let picture):
                    // Orientation behind the pixels is lost with them.
                    #expect(
                        picture.pixels == whole.pixels || turned || picture.profile != whole.profile,
                        "\(name) cut to \(count) of \(bytes.count) bytes is another picture")
                case .failure(let error as PictureError):
                    check(error, format, "\(name) cut to \(count)", isTiny: count < 32)
                case .failure(let error): throw error
                }
            }
        }
    }

    private func check(_ error: PictureError, _ format: PictureFormat, _ what: String, isTiny: Bool) {
        switch error {
        case .truncated: break
        case .notAPicture where isTiny: break
        // What libheif and libtiff miss is not always the end to them.
        case .corrupt, .unsupported, .foreign: #expect([.heif, .avif, .tiff].contains(format), "\(what): \(error)")
        default: Issue.record("\(what): \(error)")
        }
    }

    /// Another size in its header than it has pixels for, and none of them decoded.
    @Test(
        arguments: [
            ("webp-lossless", "VP8L", 9, [0xFF, 0xFF, 0xFF, 0x0F]), ("tiff-rgb", "", 0, []), ("heic", "ispe", 8, []),
            ("avif", "ispe", 8, []), ("gif", "GIF", 6, [0xFF, 0xFF, 0xFF, 0xFF]), ("bmp-24", "BM", 18, []),
            ("ppm", "", 0, []),
        ] as [(String, String, Int, [UInt8])])
    func `a claim of many pixels is refused from the header, whatever the format`(
        name: String, mark: String, offset: Int, size: [UInt8]
    ) throws {
        var bytes = try Fixtures.file(name).bytes
        let many: [UInt8] = [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]
        switch name {
        case "ppm": bytes = Array("P6 30000 30000 255\n".utf8) + bytes
        case "tiff-rgb":
            // Width and height of the first directory: short or long, the value in the entry.
            for tag: UInt8 in [0, 1] {
                let entry = try #require(
                    bytes.indices.first { bytes[$0...].starts(with: [tag, 1]) && [3, 4].contains(bytes[$0 + 2]) })
                bytes.replaceSubrange(entry + 8..<entry + 10, with: [0x30, 0x75])
            }
        case "bmp-24": bytes.replaceSubrange(18..<26, with: [0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0])
        default:
            claim(size.isEmpty ? many : size, behind: mark, offset, in: &bytes)
        }
        let file = try PictureFile(name: name, bytes: bytes)
        let before = residentPeak()
        for body in [{ _ = try file.header() }, { _ = try file.decode() }] {
            switch try pictureError(body) {
            case .tooManyPixels, .sideTooLong: break
            case let error: Issue.record("\(error)")
            }
        }
        #expect(residentPeak() - before < 1 << 29)
    }

    /// A parameter set of 4,096 × 4,096 pixels in a picture of 13 × 9: decoders take memory for the former.
    @Test func `a HEVC stream larger than its picture is refused from its header`() throws {
        var bytes = try Fixtures.file("heic").bytes
        let set = try #require(bytes.firstIndex(of: Array("hvcC".utf8)))
        let unit = try #require(bytes[set...].indices.first { bytes[$0...].starts(with: [0x42, 0x01]) })
        try #require(bytes[unit + 2] >> 1 & 7 == 0, "it has no layers")
        // Behind two bytes of header, one of identifiers and twelve of profile, without the threes that follow two zeros.
        var (start, seen) = (unit, 0)
        while seen < 15 {
            let isEscape = start >= unit + 2 && bytes[start] == 3 && bytes[start - 1] == 0 && bytes[start - 2] == 0
            seen += isEscape ? 0 : 1
            start += 1
        }
        // 1 for the identifier, 010 for 4:2:0, then 4,096 twice.
        let golomb = String(repeating: "0", count: 12) + String(4097, radix: 2)
        for (place, bit) in ("1" + "010" + golomb + golomb).enumerated() {
            let (byte, mask) = (start + place / 8, UInt8(0x80) >> (place % 8))
            bytes[byte] = bit == "1" ? bytes[byte] | mask : bytes[byte] & ~mask
        }
        let error = try pictureError { _ = try PictureFile(name: "heic", bytes: bytes).header() }
        guard case .corrupt(_, let reason) = error else { throw error }
        #expect(reason.contains("4096 × 4096"))
    }

    private func claim(_ size: [UInt8], behind mark: String, _ offset: Int, in bytes: inout [UInt8]) {
        var from = 0
        while let found = bytes.firstIndex(of: Array(mark.utf8), from: from) {
            from = found + offset
            bytes.replaceSubrange(from..<from + size.count, with: size)
        }
    }

    @Test func `a file whose middle is missing is an error`() throws {
        for (name, bytes) in try Self.files().prefix(4) {
            var holed = bytes
            holed.removeSubrange((bytes.count / 2)..<(bytes.count / 2 + 200))
            let file = try PictureFile(name: name, bytes: holed)
            let error = try pictureError { _ = try file.decode() }
            switch error {
            case .corrupt, .truncated: break
            default: Issue.record("\(name): \(error)")
            }
        }
    }

    @Test func `changed bytes give an error or a picture within the limits`() throws {
        var numbers = SeededNumbers(seed: 71)
        var refused = 0
        var decoded = 0
        for (name, bytes) in try Self.files() {
            for round in 0..<250 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                    let at = Int.random(in: 0..<changed.count, using: &numbers)
                    switch Int.random(in: 0..<4, using: &numbers) {
                    case 0: changed[at] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
                    case 1: changed[at] = [0, 255, 128, 127].randomElement(using: &numbers)!
                    case 2: changed.insert(.random(in: 0...255, using: &numbers), at: at)
                    default: if changed.count > 1 { changed.remove(at: at) }
                    }
                }
                do {
                    let file = try PictureFile(name: name, bytes: changed, limits: limits)
                    let picture = try file.decode(scale: round % 2 == 0 ? .full : .covering(longSide: 9))
                    #expect(picture.size.area <= limits.pixels)
                    decoded += 1
                } catch {
                    refused += 1
                }
            }
        }
        // Both outcomes were met; the loop was not empty.
        #expect(refused > 1000 && decoded > 100, "\(refused) refused, \(decoded) decoded")
    }

    @Test func `random bytes after a signature are an error`() throws {
        var numbers = SeededNumbers(seed: 73)
        let texts = [
            "RIFF\u{1}\u{1}\0\0WEBPVP8L", "RIFF\u{1}\u{1}\0\0WEBPVP8 ", "RIFF\u{1}\u{1}\0\0WEBPVP8X", "II*\0", "MM\0*",
        ]
        let more = ["\0\0\0\u{14}ftypheic\0\0\0\0mif1", "\0\0\0\u{14}ftypavif\0\0\0\0mif1", "GIF89a", "P5 ", "P6 "]
        let signatures =
            [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]
            + (texts + more).map { Array($0.utf8) }
        for signature: [UInt8] in signatures {
            for count in [0, 1, 20, 4000] {
                let bytes = signature + (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
                let file = try PictureFile(name: "random", bytes: bytes, limits: limits)
                #expect(throws: PictureError.self) { _ = try file.decode() }
            }
        }
    }

    // MARK: Lying headers

    @Test(arguments: ["jpeg-baseline-420", "jpeg-progressive-444", "png-rgb-8"])
    func `a header of 30,000 × 30,000 pixels is refused before anything is decoded`(name: String) throws {
        let file = try PictureFile(name: name, bytes: claiming(30_000, 30_000, in: Fixtures.file(name).bytes))
        for body in [
            { _ = try file.header() }, { _ = try file.decode() },
            { _ = try file.decode(scale: .covering(longSide: 9)) },
        ] {
            #expect(
                try pictureError(body)
                    == .tooManyPixels(
                        picture: name, size: PixelSize(width: 30_000, height: 30_000),
                        limit: PictureLimits.standard.pixels))
        }
    }

    @Test(arguments: ["jpeg-baseline-420", "jpeg-progressive-444", "png-rgb-8"])
    func `a small file that promises many pixels is refused before they are allocated`(name: String) throws {
        let file = try PictureFile(name: name, bytes: claiming(9_000, 9_000, in: Fixtures.file(name).bytes))
        guard case .truncated = try pictureError({ _ = try file.header() }) else {
            Issue.record("not called truncated")
            return
        }
    }

    @Test(arguments: [
        "jpeg-baseline-420", "jpeg-progressive-444", "png-rgb-8", "png-rgb-8-interlaced", "png-palette-4",
    ])
    func `a header that promises some more rows than there are is an error`(name: String) throws {
        let fixture = try Fixtures.file(name)
        let file = try PictureFile(name: name, bytes: claiming(fixture.width, fixture.height + 40, in: fixture.bytes))
        #expect(throws: PictureError.self) { _ = try file.decode() }
    }

    @Test(arguments: ["png-rgb-8", "png-grey-16", "png-rgba-8"])
    func `a PNG with more rows than its header promises is read as far as that`(name: String) throws {
        let fixture = try Fixtures.file(name)
        let file = try PictureFile(name: name, bytes: claiming(fixture.width, fixture.height - 1, in: fixture.bytes))
        let pixels = try fixture.decode().pixels
        #expect(try file.decode().pixels == Array(pixels.dropLast(pixels.count / fixture.height)))
    }

    @Test(arguments: ["jpeg-baseline-420", "png-rgb-8"])
    func `no pixels are an error`(name: String) throws {
        let file = try PictureFile(name: name, bytes: claiming(0, 0, in: Fixtures.file(name).bytes))
        #expect(throws: PictureError.self) { _ = try file.header() }
    }

    /// The file with another size in its header; a PNG's checksum is made right.
    private func claiming(_ width: Int, _ height: Int, in bytes: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        func big(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
        }
        if PictureFormat(signature: bytes) == .png {
            bytes.replaceSubrange(16..<24, with: big(width, 4) + big(height, 4))
            bytes.replaceSubrange(29..<33, with: big(Int(crc32(bytes[12..<29])), 4))
        } else {
            // SOF0 or SOF2: marker, length 17 for three components, precision, height, width.
            let start = try #require(
                bytes.indices.first {
                    bytes[$0...].starts(with: [0xFF, 0xC0, 0, 17, 8])
                        || bytes[$0...].starts(with: [0xFF, 0xC2, 0, 17, 8])
                })
            bytes.replaceSubrange((start + 5)..<(start + 9), with: big(height, 2) + big(width, 2))
        }
        return bytes
    }

    private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    // MARK: Parts beside the pixels

    private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
        let named = Array(name.utf8) + body
        return big(UInt32(body.count)) + named + big(crc32(named[...]))
    }

    /// So many zero bytes as deflate packs them best: 13 bits for 258 bytes, with the fixed codes of RFC 1951, 3.2.6.
    private func deflatedZeros(_ count: Int) -> [UInt8] { deflated([], zeros: count) }

    /// The same behind other bytes, which are below 144.
    private func deflated(_ head: [UInt8], zeros: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x9C]
        var (bits, held): (UInt32, UInt32) = (0, 0)
        func put(_ value: UInt32, _ width: UInt32) {
            bits |= value << held
            held += width
            while held >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                held -= 8
            }
        }
        put(0b011, 3)
        // Literals, 00110000 and on; then length 258, 11000101, at distance 1, 00000; codes go in from their high bit.
        let runs = (zeros - 1) / 258
        for byte in head + [UInt8](repeating: 0, count: zeros - runs * 258) {
            let code = 0b0011_0000 + byte
            for bit in (0..<8).reversed() { put(UInt32(code >> bit & 1), 1) }
        }
        for _ in 0..<runs { put(0b1_0100_011, 13) }
        put(0, 7)
        if held > 0 { put(0, 8 - held) }
        // Adler-32: of zeros the sum stays, and the sum of sums counts them.
        var (sum, sums) = (1, 0)
        for byte in head { (sum, sums) = (sum + Int(byte), sums + sum + Int(byte)) }
        let check = UInt32((sums + zeros * sum) % 65_521) << 16 | UInt32(sum % 65_521)
        return bytes + withUnsafeBytes(of: check.bigEndian, Array.init)
    }

    /// A PNG with parts between its header and its pixels.
    private func png(_ parts: [UInt8]) throws -> [UInt8] {
        let plain = try noise(20, 10, seed: 91).encodePNG()
        return Array(plain[..<33]) + parts + Array(plain[33...])
    }

    /// 200 texts of 16 kB that would inflate to 16 MB each, and as many of every other part that libpng keeps.
    @Test(arguments: ["zTXt", "iTXt", "sPLT", "tEXt", "eXIf", "pCAL", "sCAL", "hIST", "qqQq"])
    func `parts of no use are skipped unread`(name: String) throws {
        let heads = ["zTXt": Array("k\0\0".utf8), "iTXt": Array("k\0\u{1}\0\0\0".utf8)]
        let body = (heads[name] ?? Array("k\0".utf8)) + deflatedZeros(16 << 20)
        let before = residentPeak()
        let parts = [[UInt8]](repeating: chunk(name, body), count: 200).flatMap { $0 }
        let picture = try PictureFile(name: name, bytes: png(parts)).decode()
        #expect(picture.pixels == noise(20, 10, seed: 91).pixels)
        // Other tests run meanwhile, and take far less than the 3 GB that these would.
        #expect(residentPeak() - before < 1 << 30)
    }

    private let xmp = Array("XML:com.adobe.xmp\0<rdf:Description tiff:Orientation=\"6\"/>".utf8)

    /// As ImageMagick has it; hexadecimal digits of a TIFF structure with the orientation.
    private func rawProfile(_ orientation: UInt8, _ keyword: String = "Raw profile type exif") -> [UInt8] {
        let exif: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, orientation] + [0, 0, 0]
        let digits = exif.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16, uppercase: true) }
        return Array("\(keyword)\0\nexif\n      \(exif.count)\n\(digits.joined(separator: "\n"))\n".utf8)
    }

    @Test func `texts of a PNG say how it lies where no Exif of its own does`() throws {
        func orientation(_ parts: [[UInt8]]) throws -> Orientation {
            try PictureFile(name: "texts", bytes: png(parts.flatMap { $0 })).header().orientation
        }
        let (text, profile) = (chunk("tEXt", xmp), chunk("tEXt", rawProfile(8)))
        #expect(try orientation([]) == .upright)
        #expect(try orientation([text]) == .needsClockwiseTurn)
        #expect(try orientation([text, profile]) == .needsAnticlockwiseTurn)
        #expect(try orientation([chunk("tEXt", rawProfile(3, "Raw profile type APP1"))]) == .upsideDown)
        // The text was true of the file that this one was turned from.
        let upright: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0]
        #expect(try orientation([chunk("eXIf", upright), text, profile]) == .upright)
        // An Exif that says nothing of it.
        #expect(try orientation([chunk("eXIf", Array(upright.prefix(8))), text]) == .needsClockwiseTurn)
        // Of one keyword the first is read.
        #expect(try orientation([chunk("tEXt", rawProfile(0)), profile, text]) == .needsClockwiseTurn)
    }

    /// Thousands of them cost no more than one of each keyword.
    @Test(arguments: ["Raw profile type exif", "Raw profile type APP1", "XML:com.adobe.xmp"])
    func `of the texts that may say how a PNG lies the first of a keyword is inflated, no other`(keyword: String) throws
    {
        let told = keyword.hasPrefix("Raw") ? rawProfile(6, keyword) : xmp
        for (name, head) in [("zTXt", "\0\0"), ("iTXt", "\0\u{1}\0\0\0")] {
            let blank = chunk(name, Array((keyword + head).utf8) + deflatedZeros(1 << 20))
            let before = try PictureFile(name: name, bytes: png(blank + chunk("tEXt", told))).header()
            #expect(before.orientation == .upright, "\(name)")
            let after = try PictureFile(name: name, bytes: png(chunk("tEXt", told) + blank)).header()
            #expect(after.orientation == .needsClockwiseTurn, "\(name)")
        }
    }

    /// A header, and zeros: longer ones are left out, and none takes more memory than it has bytes.
    @Test func `a profile that inflates is held to its limit`() throws {
        var head = [UInt8](repeating: 0, count: 128)
        head.replaceSubrange(16..<20, with: "RGB ".utf8)
        head.replaceSubrange(36..<40, with: "acsp".utf8)
        func profile(_ count: Int) throws -> ICCProfile? {
            let body = Array("p\0\0".utf8) + deflated(head, zeros: count - head.count)
            return PNGDecoder.profile(of: try PictureFile(name: "iCCP", bytes: png(chunk("iCCP", body))))
        }
        let (usual, most) = (PictureLimits.usualPNGProfileBytes, PictureLimits.pngProfileBytes)
        for count in [3000, usual - 1, usual, most] {
            let bytes = try #require(try profile(count)).bytes
            #expect(bytes.count == count && bytes.capacity < count + count / 2 && bytes.starts(with: head))
        }
        for count in [most + 1, 4 * most] { #expect(try profile(count) == nil) }
    }

    /// 41 bytes: a header, and a part that says to be two gigabytes long.
    @Test(arguments: ["pCAL", "iCCP", "zTXt", "IDAT", "PLTE", "tRNS", "eXIf", "qqQq"])
    func `a part longer than the file is refused before memory is taken for it`(name: String) throws {
        let plain = try noise(20, 10, seed: 91).encodePNG()
        for length: [UInt8] in [[0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x00, 0xFF, 0xFF, 0xFF]] {
            let bytes = Array(plain[..<33]) + length + Array(name.utf8)
            let before = residentPeak()
            guard case .truncated = try pictureError({ _ = try PictureFile(name: name, bytes: bytes).decode() }) else {
                Issue.record("\(name) is not called truncated")
                return
            }
            #expect(residentPeak() - before < 1 << 30)
        }
    }

    /// Bytes that this process had at most.
    private func residentPeak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss << 10
    }

    // MARK: Arithmetic coding

    /// What a coder makes of nothing is next to nothing: 1.6 kB for hundreds of megapixels, seconds and half a gigabyte.
    @Test(arguments: [0xC9, 0xCA] as [UInt8])
    func `arithmetic-coded JPEGs are named and refused`(frame: UInt8) throws {
        for name in ["jpeg-baseline-420", "jpeg-progressive-444"] {
            var bytes = try Fixtures.file(name).bytes
            let start = try #require(
                bytes.indices.first {
                    bytes[$0...].starts(with: [0xFF, 0xC0]) || bytes[$0...].starts(with: [0xFF, 0xC2])
                })
            bytes[start + 1] = frame
            let error = try pictureError { _ = try PictureFile(name: name, bytes: bytes).decode() }
            #expect(error == .unsupported(picture: name, reason: "its pixels are arithmetic-coded"))
        }
    }

    // MARK: Limits

    @Test func `each limit has its own error`() throws {
        let png = try noise(50, 20, seed: 81).encodePNG()
        let progressive = try scene(50, 20).encodeJPEG(JPEGOptions(progressive: true))
        func error(_ bytes: [UInt8], _ limits: PictureLimits) throws -> PictureError {
            try pictureError { _ = try PictureFile(name: "limit", bytes: bytes, limits: limits).decode() }
        }
        let size = PixelSize(width: 50, height: 20)
        #expect(try error(png, PictureLimits(pixels: 999)) == .tooManyPixels(picture: "limit", size: size, limit: 999))
        #expect(try error(png, PictureLimits(side: 49)) == .sideTooLong(picture: "limit", size: size, limit: 49))
        #expect(
            try error(png, PictureLimits(bytes: png.count - 1))
                == .tooManyBytes(picture: "limit", bytes: png.count, limit: png.count - 1))
        #expect(try error(progressive, PictureLimits(scans: 3)) == .tooManyScans(picture: "limit", limit: 3))
        let exact = PictureLimits(pixels: 1000, bytes: png.count, side: 50, scans: 20)
        #expect(try PictureFile(name: "limit", bytes: png, limits: exact).decode().size == size)
    }
}
