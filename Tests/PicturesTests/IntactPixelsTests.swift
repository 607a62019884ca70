import Foundation
import Parsing
import Testing

@testable import Pictures

/// Files that break the letter of their standard and hold every pixel are read; files that lack or garble pixels are not.
@Suite struct IntactPixelsTests {
    private func decoded(_ bytes: [UInt8]) throws -> Picture { try PictureFile(name: "crafted", bytes: bytes).decode() }

    private func error(_ bytes: [UInt8]) throws -> PictureError { try pictureError { _ = try decoded(bytes) } }

    // MARK: JPEG

    private let photograph = scene(97, 71)

    private func jpeg(progressive: Bool = false) throws -> [UInt8] {
        try photograph.encodeJPEG(JPEGOptions(quality: 90, progressive: progressive))
    }

    /// Where the entropy-coded data of each scan begins.
    private func scans(of bytes: [UInt8]) -> [Int] {
        var starts: [Int] = []
        var from = 0
        while let start = bytes.firstIndex(of: [0xFF, 0xDA], from: from) {
            from = start + 4 + Int(bytes[start + 2]) << 8 + Int(bytes[start + 3]) - 2
            starts.append(from)
        }
        return starts
    }

    @Test(arguments: [[0, 0, 0], [0, 63, 0x10], [5, 2, 0xFF], [63, 63, 1]] as [[UInt8]])
    func `the parameters of a baseline scan mean nothing`(parameters: [UInt8]) throws {
        let plain = try jpeg()
        let data = try #require(scans(of: plain).first)
        var bytes = plain
        bytes.replaceSubrange(data - 3..<data, with: parameters)
        #expect(try decoded(bytes).pixels == decoded(plain).pixels)
    }

    @Test(arguments: [false, true])
    func `a missing end marker takes no pixel, nor does what follows the last block`(progressive: Bool) throws {
        let plain = try jpeg(progressive: progressive)
        let open = Array(plain.dropLast(2))
        #expect(plain.suffix(2) == [0xFF, 0xD9])
        let pixels = try decoded(plain).pixels
        let zeros = [UInt8](repeating: 0, count: 4096)
        let endings: [[UInt8]] = [
            [], [0xFF], zeros, [1, 2, 3, 0xFF, 0xD1, 0xFF, 0xD9], zeros + [0xFF, 0xD0], [0xFF, 0xD7, 0xFF, 0xD9],
            [0xFF, 0xD9] + plain, [0xFF, 0xFE, 0xFF, 0xFF, 1],
        ]
        for ending in endings {
            #expect(try decoded(open + ending).pixels == pixels, "\(ending.prefix(8))")
            let file = try PictureFile(name: "crafted", bytes: open + ending)
            #expect(
                try file.decode(scale: .covering(longSide: 20)).pixels
                    == PictureFile(name: "plain", bytes: plain).decode(scale: .covering(longSide: 20)).pixels)
        }
    }

    /// Some scanners leave kilobytes there.
    @Test(arguments: [1, 30, 65, 2600]) func `bytes behind the last block take no pixel`(count: Int) throws {
        let plain = try jpeg()
        let extra = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 | 1) & 0x7F }
        let pixels = try decoded(plain).pixels
        let scan = Array(plain.dropLast(2))
        #expect(try decoded(scan + extra + [0xFF, 0xD9]).pixels == pixels)
        #expect(try decoded(scan + [0xFF, 0xD2, 0, 0] + extra).pixels == pixels)
    }

    /// Zeros, fill bytes, a segment whose marker was written wrong.
    @Test(arguments: [[0, 0, 0], [0xFF, 0xFF], [7], [0, 0xE1, 0, 4, 1, 2]] as [[UInt8]])
    func `nor do bytes between the parts of a header`(stray: [UInt8]) throws {
        let plain = try jpeg()
        let tables = try #require(plain.firstIndex(of: [0xFF, 0xC4]))
        #expect(try decoded(Array(plain[..<tables] + stray + plain[tables...])).pixels == decoded(plain).pixels)
    }

    @Test func `a header that is cut off anywhere is truncated`() throws {
        let plain = try jpeg()
        let scan = try #require(plain.firstIndex(of: [0xFF, 0xDA]))
        for count in scan...scan + 14 {
            guard case .truncated = try error(Array(plain.prefix(count))) else {
                Issue.record("cut at \(count - scan) of the scan's header")
                continue
            }
        }
    }

    @Test func `pixels that are missing are an error, with an end marker or without`() throws {
        let plain = try jpeg()
        for ending: [UInt8] in [[], [0xFF, 0xD9], [0xFF, 0xD3, 0xFF, 0xD9]] {
            for lost in [22, 200, 700] {
                switch try error(Array(plain.dropLast(lost)) + ending) {
                case .truncated, .corrupt: break
                case let other: Issue.record("\(lost) lost before \(ending): \(other)")
                }
            }
        }
        guard case .truncated = try error(Array(plain.dropLast(22))) else {
            Issue.record("not called truncated")
            return
        }
    }

    @Test func `a progressive picture that lacks its last scans is cut, not coarse`() throws {
        let plain = try jpeg(progressive: true)
        let starts = scans(of: plain)
        try #require(starts.count > 4)
        for start in starts.dropFirst() {
            // Up to the marker of the scan that is missing.
            let header = try #require(plain[..<start].lastIndex(of: 0xDA)) - 1
            for ending: [UInt8] in [[], [0xFF, 0xD9]] {
                let error = try error(Array(plain[..<header]) + ending)
                guard case .truncated = error else { throw error }
            }
        }
    }

    @Test func `a restart marker that is missing between blocks is damage`() throws {
        let fixture = try Fixtures.file("jpeg-422-restarts")
        let data = try #require(scans(of: fixture.bytes).first)
        var bytes = fixture.bytes
        let marker = try #require(bytes.firstIndex(of: [0xFF, 0xD0], from: data))
        bytes.removeSubrange(marker..<marker + 2)
        guard case .corrupt = try error(bytes) else {
            Issue.record("not called corrupt")
            return
        }
        bytes = fixture.bytes
        bytes.insert(contentsOf: [UInt8](repeating: 1, count: 40), at: marker)
        #expect(throws: PictureError.self) { _ = try decoded(bytes) }
    }

    @Test func `inks are read alike with Adobe's marker and without`() throws {
        let marked = try Fixtures.file("jpeg-cmyk-adobe")
        let plain = try Fixtures.file("jpeg-cmyk-plain")
        #expect(marked.bytes != plain.bytes)
        #expect(try marked.decode().pixels == plain.decode().pixels)
    }

    /// ICC.1:2022, B.4: each segment has its number and how many there are.
    @Test func `a profile whose segments do not add up is dropped`() throws {
        let plain = try jpeg()
        let pixels = try decoded(plain).pixels
        let profile = Array(Fixtures.all.profile)
        func file(_ segments: [(number: UInt8, count: UInt8, body: ArraySlice<UInt8>)]) -> [UInt8] {
            let stored = segments.flatMap { number, count, body in
                let all = Array("ICC_PROFILE\0".utf8) + [number, count] + body
                return [0xFF, 0xE2, UInt8((all.count + 2) >> 8), UInt8((all.count + 2) & 255)] + all
            }
            return Array(plain[..<2]) + stored + Array(plain[2...])
        }
        #expect(try decoded(file([(1, 1, profile[...])])).profile?.bytes == profile)
        for segments in [
            [(1, 2, profile[..<99])], [(1, 1, profile[...]), (1, 1, profile[...])], [(0, 1, profile[...])],
            [(2, 1, profile[...])], [(1, 1, [])], [(1, 2, profile[...]), (2, 3, profile[...])],
        ] as [[(UInt8, UInt8, ArraySlice<UInt8>)]] {
            let picture = try decoded(file(segments))
            #expect(picture.pixels == pixels && picture.profile == nil, "\(segments.map { ($0.0, $0.1, $0.2.count) })")
        }
    }

    @Test func `what is wrong is told in words that name the place`() throws {
        let plain = try jpeg()
        let data = try #require(scans(of: plain).first)
        var bytes = plain
        let middle = (data + plain.count) / 2
        // An end of the data in the middle of it.
        bytes.replaceSubrange(middle..<middle + 2, with: [0xFF, 0xD9])
        guard case .corrupt(_, let reason) = try error(bytes) else {
            Issue.record("not called corrupt")
            return
        }
        #expect(reason.hasPrefix("its pixels cannot be decoded from row ") && reason.contains("premature end"))
        #expect(
            try error(Array(plain.prefix(middle)))
                == .truncated(
                    picture: "crafted", bytes: middle, reason: "the data ends before the picture does"))
    }

    // MARK: PNG

    private let drawing = noise(31, 23, .rgba, seed: 17)

    /// Signature and header; then pixels; then the end.
    private func png() throws -> (head: [UInt8], pixels: [UInt8]) {
        let plain = try drawing.encodePNG()
        #expect(plain.suffix(12) == pngChunk("IEND", [])[...])
        return (Array(plain[..<33]), Array(plain[33..<plain.count - 12]))
    }

    @Test(arguments: ["tEXt", "zTXt", "eXIf", "gAMA", "iCCP", "qqQq"])
    func `a damaged part beside the pixels takes none of them`(name: String) throws {
        let (head, pixels) = try png()
        let bad = pngChunk(name, Array("damaged\0\0".utf8), checksum: 1)
        for bytes in [head + bad + pixels + pngChunk("IEND", []), head + pixels + bad + pngChunk("IEND", [])] {
            let picture = try decoded(bytes)
            #expect(picture.pixels == drawing.pixels && picture.profile == nil)
        }
    }

    @Test func `the end of a PNG may be missing, damaged or followed by anything`() throws {
        let (head, pixels) = try png()
        for ending: [UInt8] in [
            [], [0, 0], pngChunk("IEND", [], checksum: 7), [0, 0, 0, 0] + Array("IEN".utf8),
            pngChunk("IEND", []) + [1, 2, 3], [0xFF, 0xFF, 0xFF, 0xFF] + Array("tEXt".utf8),
        ] {
            #expect(try decoded(head + pixels + ending).pixels == drawing.pixels, "\(ending)")
        }
    }

    @Test func `a damaged header, palette, transparency or pixel is an error`() throws {
        let (head, pixels) = try png()
        func spoiled(_ bytes: [UInt8], at index: Int) -> [UInt8] {
            var bytes = bytes
            bytes[index] ^= 1
            return bytes
        }
        let end = pngChunk("IEND", [])
        for bytes in [
            spoiled(head, at: 30) + pixels + end, head + spoiled(pixels, at: pixels.count - 1) + end,
            head + spoiled(pixels, at: pixels.count / 2) + end,
            head + pngChunk("PLTE", [1, 2, 3], checksum: 9) + pixels + end,
        ] {
            guard case .corrupt = try error(bytes) else {
                Issue.record("not called corrupt")
                return
            }
        }
        let keyed = try Fixtures.file("png-rgb-8-transparent").bytes
        let key = try #require(keyed.firstIndex(of: Array("tRNS".utf8)))
        guard case .corrupt = try error(spoiled(keyed, at: key + 5)) else {
            Issue.record("damaged transparency is not called corrupt")
            return
        }
    }

    /// Rows of the drawing, unfiltered.
    private var rows: [UInt8] {
        let width = drawing.width * 4
        return (0..<drawing.height).flatMap { y -> [UInt8] in [0] + drawing.pixels[y * width..<(y + 1) * width] }
    }

    private func png(stream: [UInt8]) throws -> [UInt8] {
        try png().head + pngChunk("IDAT", stream) + pngChunk("IEND", [])
    }

    @Test func `a compressed stream may end oddly behind the last pixel`() throws {
        let stream = stored(rows)
        for odd in [
            stream, stream + [0, 0, 0], stream + stream, Array(stream.dropLast(4)), Array(stream.dropLast(2)),
            stored(rows + rows.prefix(500)),
        ] {
            #expect(try decoded(png(stream: odd)).pixels == drawing.pixels)
        }
        let split =
            try png().head + pngChunk("IDAT", Array(stream.dropLast(4))) + pngChunk("IDAT", Array(stream.suffix(4)))
        #expect(try decoded(split).pixels == drawing.pixels)
        #expect(try decoded(split.dropLast(9)).pixels == drawing.pixels)
    }

    @Test(arguments: ["png-rgb-8-interlaced", "png-rgba-16-interlaced", "png-grey-1-interlaced", "png-palette-4"])
    func `so may one of passes`(name: String) throws {
        let fixture = try Fixtures.file(name)
        let pixels = PNGChunks(bytes: fixture.bytes).filter { $0.name == PNGChunks.pixels }
        let first = try #require(pixels.first)
        let stream = pixels.flatMap { Array($0.body) }
        for odd in [Array(stream.dropLast(4)), stream + [0, 0, 0]] {
            let bytes = Array(fixture.bytes[..<first.range.lowerBound]) + pngChunk("IDAT", odd) + pngChunk("IEND", [])
            #expect(try decoded(bytes).pixels == fixture.decode().pixels)
        }
    }

    /// RFC 1950, 2.2: the first four bits say how far back the stream looks.
    @Test func `a window that is given too small is not believed`() throws {
        let (one, other) = (noise(400, 1, seed: 3).pixels, noise(400, 1, seed: 4).pixels)
        let repeated = Picture(width: 400, height: 40, pixels: (0..<20).flatMap { _ in one + other })
        let plain = try repeated.encodePNG()
        let part = try #require(PNGChunks(bytes: plain).first { $0.name == PNGChunks.pixels })
        let bytes =
            Array(plain[..<part.range.lowerBound]) + pngChunk("IDAT", [0x08, 0x1D] + part.body.dropFirst(2))
            + Array(plain[part.range.upperBound...])
        #expect(plain.count < repeated.pixels.count / 4, "nothing is repeated in it")
        #expect(try decoded(bytes).pixels == repeated.pixels)
    }

    @Test func `a stream that lacks pixels or fails its checksum is damaged`() throws {
        var wrong = stored(rows)
        wrong[wrong.count - 1] ^= 1
        let width = drawing.width * 4 + 1
        let cases: [(stream: [UInt8], reason: String)] = [
            (wrong, "its part IDAT fails a checksum"),
            (
                stored(Array(rows.prefix(5 * width + 7))),
                "its pixels cannot be decoded from row 6 on (Not enough image data)"
            ),
            (stored(Array(rows.dropLast(1))), "its pixels cannot be decoded from row 23 on (Not enough image data)"),
        ]
        for (stream, reason) in cases {
            #expect(try error(png(stream: stream)) == .corrupt(picture: "crafted", reason: reason))
        }
        let (head, pixels) = try png()
        #expect(
            try error(head + pngChunk("QQQQ", []) + pixels + pngChunk("IEND", []))
                == .unsupported(picture: "crafted", reason: "it needs a part, QQQQ, that is not known here"))
    }

    @Test func `a PNG that Xcode rewrote is named`() throws {
        let plain = try drawing.encodePNG()
        let bytes = Array(plain[..<8]) + pngChunk("CgBI", [0x50, 0, 0x20, 2]) + Array(plain[8...])
        guard case .unsupported(_, let reason) = try error(bytes) else {
            Issue.record("not called unsupported")
            return
        }
        #expect(reason.contains("iOS"))
    }

    // MARK: WebP and BMP

    /// RFC 9649, 2.7: the flags stand behind three names and two lengths.
    @Test func `transparency without its flag is read`() throws {
        let flags = 20
        var lossy = try drawing.encodeWebP()
        try #require(lossy[12..<16].elementsEqual("VP8X".utf8) && lossy[flags] & 0x10 != 0)
        let seen = try decoded(lossy)
        lossy[flags] &= ~0x10
        #expect(try decoded(lossy) == seen)
        let fixture = try Fixtures.file("webp-alpha")
        let size = [UInt8(fixture.width - 1), 0, 0, UInt8(fixture.height - 1), 0, 0]
        let extended = Array("VP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0] + size
        let length = UInt32(fixture.bytes.count - 8 + extended.count)
        let riff = Array("RIFF".utf8) + withUnsafeBytes(of: length.littleEndian, Array.init) + Array("WEBP".utf8)
        let lossless = riff + extended + Array(fixture.bytes[12...])
        #expect(try decoded(lossless).channels == .rgba)
        #expect(try decoded(lossless).pixels == fixture.decode().pixels)
    }

    /// BITMAPV5HEADER with masks for blue, green, red and alpha, in that order of bytes.
    @Test func `an alpha that hides every pixel is none`() throws {
        func bitmap(_ alpha: [UInt8]) -> [UInt8] {
            let length: UInt8 = 124
            let masks: [UInt8] = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]
            let head: [UInt8] = [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 32, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
            let rest = [UInt8](repeating: 0, count: Int(length) - 4 - head.count - masks.count)
            let start: [UInt8] = [66, 77, 0, 0, 0, 0, 0, 0, 0, 0, 14 + length, 0, 0, 0, length, 0, 0, 0]
            let pixels: [UInt8] = [30, 20, 10, alpha[0], 60, 50, 40, alpha[1]]
            return start + head + masks + rest + pixels
        }
        let hidden = try decoded(bitmap([0, 0]))
        #expect(hidden.channels == .rgb && hidden.pixels == [10, 20, 30, 40, 50, 60])
        let half = try decoded(bitmap([0, 1]))
        #expect(half.channels == .rgba && half.pixels == [10, 20, 30, 0, 40, 50, 60, 1])
    }

    /// One row of two pixels, and a palette of one colour; what stands behind it may be a profile.
    private func bitmap(profile: [UInt8] = []) -> [UInt8] {
        func little(_ number: Int, _ count: Int = 4) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let (start, length) = (14, profile.isEmpty ? 40 : 124)
        let pixels = start + length + 4
        var head =
            little(length) + little(2) + little(1) + little(1, 2) + little(8, 2) + [UInt8](repeating: 0, count: 16)
        head += little(1) + little(0)
        if !profile.isEmpty {
            head += [UInt8](repeating: 0, count: 16) + Array("DEBM".utf8) + [UInt8](repeating: 0, count: 52)
            head += little(length + 8) + little(profile.count) + little(0)
        }
        return Array("BM".utf8) + little(pixels + 4 + profile.count) + little(0) + little(pixels) + head
            + [200, 100, 50, 0] + [0, 7, 0, 0] + profile
    }

    @Test func `a colour that a palette lacks is black`() throws {
        #expect(try decoded(bitmap()).pixels == [50, 100, 200, 0, 0, 0])
        #expect(try decoded(gif(screen: (2, 1), frame: (0, 0, 2, 1), [1, 3])).pixels == [40, 50, 60, 0, 0, 0])
    }

    @Test func `a BMP and a GIF are seen by their profile`() throws {
        let wide = try #require(Fixtures.all.wide.first)
        let profile = try #require(ICCProfile(bytes: Array(wide.profile)))
        func seen(_ pixels: [UInt8]) throws -> [UInt8] {
            try decoded(Picture(width: 2, height: 1, pixels: pixels, profile: profile).encodePNG()).pixels
        }
        let expected = try seen([50, 100, 200, 0, 0, 0])
        #expect(try decoded(bitmap(profile: profile.bytes)).pixels == expected && expected[0] != 50)
        #expect(
            try decoded(gif(screen: (2, 1), frame: (0, 0, 2, 1), [0, 1], profile: profile.bytes)).pixels
                == seen([10, 20, 30, 40, 50, 60]))
    }

    /// With two colours, and codes of three bits that are cleared before each pixel.
    private func gif(
        screen: (Int, Int), frame: (x: Int, y: Int, width: Int, height: Int), _ indices: [UInt8], profile: [UInt8] = []
    ) -> [UInt8] {
        func little(_ numbers: Int...) -> [UInt8] { numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
        var (codes, bits, count) = ([] as [UInt8], 0, 0)
        for code in indices.flatMap({ [4, Int($0)] }) + [5] {
            bits |= code << count
            count += 3
            while count >= 8 {
                codes.append(UInt8(bits & 255))
                bits >>= 8
                count -= 8
            }
        }
        codes.append(UInt8(bits))
        var extensions: [UInt8] = []
        if !profile.isEmpty {
            extensions = [0x21, 0xFF, 11] + Array("ICCRGBG1012".utf8)
            for start in stride(from: 0, to: profile.count, by: 255) {
                let part = profile[start..<min(start + 255, profile.count)]
                extensions += [UInt8(part.count)] + part
            }
            extensions.append(0)
        }
        return Array("GIF89a".utf8) + little(screen.0, screen.1) + [0x80, 0, 0, 10, 20, 30, 40, 50, 60] + extensions
            + [0x2C] + little(frame.x, frame.y, frame.width, frame.height) + [0, 2, UInt8(codes.count)] + codes
            + [0, 0x3B]
    }

    @Test(arguments: [(0, 0), (1, 1), (1, 9), (2, 0)])
    func `a GIF's screen that cannot hold its frame is not believed`(screen: (Int, Int)) throws {
        let bytes = gif(screen: screen, frame: (3, 1, 2, 1), [0, 1])
        #expect(try PictureFile(name: "crafted", bytes: bytes).header().size == PixelSize(width: 2, height: 1))
        let picture = try decoded(bytes)
        #expect(picture.channels == .rgb && picture.pixels == [10, 20, 30, 40, 50, 60])
    }

    @Test func `a GIF's frame stands on its screen`() throws {
        let picture = try decoded(gif(screen: (4, 1), frame: (1, 0, 2, 1), [0, 1]))
        #expect(picture.pixels == [0, 0, 0, 0, 10, 20, 30, 255, 40, 50, 60, 255, 0, 0, 0, 0])
    }

    // MARK: Orientation

    /// A TIFF directory with the orientation stored as `type`, `count` times.
    private func exif(_ value: UInt8, type: UInt8, count: UInt8 = 1, bigEndian: Bool = false) -> [UInt8] {
        guard bigEndian else {
            return [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, type, 0, count, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
        }
        let stored: [UInt8] = [1: [value, 0, 0, 0], 3: [0, value, 0, 0], 4: [0, 0, 0, value]][type] ?? []
        return [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, type, 0, 0, 0, count] + stored + [0, 0, 0, 0]
    }

    private func xmp(_ orientation: String) -> [UInt8] {
        Array("<x:xmpmeta><rdf:Description \(orientation) </rdf:Description></x:xmpmeta>".utf8)
    }

    private func segment(_ body: [UInt8]) -> [UInt8] {
        [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }

    private func orientation(_ segments: [[UInt8]]) throws -> Orientation {
        let plain = try jpeg()
        let bytes = Array(plain[..<2]) + segments.flatMap(segment) + Array(plain[2...])
        let file = try PictureFile(name: "crafted", bytes: bytes)
        let orientation = try file.header().orientation
        #expect(try file.decode().pixels == decoded(plain).upright(from: orientation).pixels)
        return orientation
    }

    @Test(arguments: [1, 3, 4] as [UInt8], [false, true])
    func `orientation is read in every type and byte order`(type: UInt8, bigEndian: Bool) throws {
        for count: UInt8 in [0, 1] + (type == 4 ? [] : [2]) {
            let body = exif(6, type: type, count: count, bigEndian: bigEndian)
            #expect(try orientation([Exif.name + body]) == .needsClockwiseTurn)
            #expect(try orientation([Exif.name + Exif.name + body]) == .needsClockwiseTurn)
            let (head, pixels) = try png()
            for part in [body, Exif.name + body] {
                let file = try PictureFile(name: "crafted", bytes: head + pngChunk("eXIf", part) + pixels)
                #expect(try file.header().orientation == .needsClockwiseTurn)
                #expect(try file.decode().pixels == drawing.upright(from: .needsClockwiseTurn).pixels)
            }
        }
    }

    @Test func `XMP is asked where Exif says nothing`() throws {
        let packet = Orientation.xmpSegmentName + xmp("tiff:Orientation=\"8\">")
        let silent = Exif.name + exif(0, type: 3)
        #expect(try orientation([packet]) == .needsAnticlockwiseTurn)
        #expect(try orientation([silent, packet]) == .needsAnticlockwiseTurn)
        #expect(try orientation([packet, Exif.name + exif(3, type: 3)]) == .upsideDown)
        #expect(try orientation([silent, Exif.name + exif(3, type: 3)]) == .upsideDown)
        for text in [
            "tiff:Orientation = '6'>", "><tiff:Orientation>6</tiff:Orientation>",
            "tiff:OrientationX=\"2\" tiff:Orientation=\"6\">",
        ] {
            #expect(Orientation(xmp: xmp(text)) == .needsClockwiseTurn, "\(text)")
        }
        for text in ["tiff:Orientation=\"9\">", "tiff:Orientation", "exif:Orientation=\"6\">"] {
            #expect(Orientation(xmp: xmp(text)) == nil, "\(text)")
        }
    }

    @Test func `texts of a PNG tell its orientation, too`() throws {
        let (head, pixels) = try png()
        func raw(_ body: [UInt8]) -> [UInt8] {
            let digits = body.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            return Array("\nprofile\n      \(body.count)\n\(digits.joined())\n".utf8)
        }
        let profile = raw(Exif.name + exif(5, type: 3))
        let packet = xmp("tiff:Orientation=\"5\">")
        for part in [
            pngChunk("tEXt", Array("Raw profile type exif\0".utf8) + profile),
            pngChunk("zTXt", Array("Raw profile type APP1\0\0".utf8) + stored(profile)),
            pngChunk("zTXt", Array("Raw profile type xmp\0\0".utf8) + stored(raw(packet))),
            pngChunk("tEXt", Array("Raw profile type APP1\0".utf8) + raw(Orientation.xmpSegmentName + packet)),
            pngChunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + packet),
            pngChunk("iTXt", Array("XML:com.adobe.xmp\0\u{1}\0\0\0".utf8) + stored(packet)),
        ] {
            let file = try PictureFile(name: "crafted", bytes: head + part + pixels + pngChunk("IEND", []))
            #expect(try file.header().orientation == .transposed)
            #expect(try file.decode().pixels == drawing.upright(from: .transposed).pixels)
        }
    }

    /// A zlib stream of one stored block (RFC 1950, RFC 1951).
    private func stored(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        func little(_ number: UInt16) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8)] }
        let (low, high) = bytes.reduce((1 as UInt32, 0 as UInt32)) { sums, byte in
            let low = (sums.0 + UInt32(byte)) % 65_521
            return (low, (sums.1 + low) % 65_521)
        }
        return [0x78, 0x01, 1] + little(length) + little(~length) + bytes
            + withUnsafeBytes(of: (high << 16 | low).bigEndian, Array.init)
    }

    // MARK: Runs of a BMP

    /// Of three pixels a row, two rows, and a palette of black, red, green and blue.
    private func runs(
        _ bits: UInt8, _ coded: [UInt8], width: UInt8 = 3, compression: UInt8? = nil, isTopDown: Bool = false
    ) -> [UInt8] {
        let palette: [UInt8] = [0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0]
        let header: [UInt8] =
            [40, 0, 0, 0, width, 0, 0, 0] + (isTopDown ? [254, 255, 255, 255] : [2, 0, 0, 0])
            + [1, 0, bits, 0, compression ?? (bits == 8 ? 1 : 2), 0, 0, 0]
            + [UInt8](repeating: 0, count: 12) + [4, 0, 0, 0, 0, 0, 0, 0]
        return [0x42, 0x4D, 0, 0, 0, 0, 0, 0, 0, 0, 70, 0, 0, 0] + header + palette + coded
    }

    private func numbers(_ bytes: [UInt8]) throws -> [Int] {
        let pixels = try PictureFile(name: "runs", bytes: bytes).decode().pixels
        return stride(from: 0, to: pixels.count, by: 3).map { at in
            (0..<3).first { pixels[at + $0] == 255 }.map { $0 + 1 } ?? 0
        }
    }

    @Test func `runs of a BMP are unpacked from the bottom row on`() throws {
        // Two and one of a colour, the end of a row, three that are not packed, the end.
        let plain: [UInt8] = [2, 1, 1, 2, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1]
        #expect(try numbers(runs(8, plain)) == [1, 2, 3, 1, 1, 2])
        #expect(try numbers(runs(4, [3, 0x12, 0, 0, 0, 3, 0x12, 0x30, 0, 1])) == [1, 2, 3, 1, 2, 1])
        #expect(try numbers(runs(8, plain, isTopDown: true)) == [1, 1, 2, 1, 2, 3])
        // The end may be left out, and pixels may: they are of colour 0.
        #expect(try numbers(runs(8, Array(plain.dropLast(2)))) == [1, 2, 3, 1, 1, 2])
        #expect(try numbers(runs(8, [1, 3, 0, 2, 1, 1, 1, 2, 0, 1])) == [0, 0, 2, 3, 0, 0])
        #expect(try numbers(runs(8, [0, 1])) == [0, 0, 0, 0, 0, 0])
        // Beyond a row and beyond the last.
        #expect(
            try numbers(runs(8, [255, 1, 0, 0, 255, 2, 0, 0, 255, 3, 0, 2, 255, 255, 9, 1, 0, 1])) == [
                2, 2, 2, 1, 1, 1,
            ])
        for count in 0..<plain.count - 3 {
            let error = try pictureError { _ = try numbers(runs(8, Array(plain.prefix(count)))) }
            guard case .truncated = error else { throw error }
        }
    }

    @Test(
        arguments: [(8, 4, "holds a JPEG"), (8, 5, "holds a PNG"), (2, 0, "2 bits"), (0, 0, "0 bits")]
            as [(UInt8, UInt8, String)])
    func `kinds of BMP that are not read are not called damaged`(bits: UInt8, compression: UInt8, words: String) throws
    {
        let error = try pictureError { _ = try numbers(runs(bits, [], compression: compression)) }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains(words))
    }

    /// IBM's header of 64 bytes, where 3 and 4 mean what Microsoft's other versions have not.
    @Test(arguments: [(3, 1), (4, 24)] as [(UInt8, UInt8)])
    func `an OS/2 BMP that is packed is named`(compression: UInt8, bits: UInt8) throws {
        let header: [UInt8] = [64, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, bits, 0, compression]
        let file: [UInt8] = [0x42, 0x4D, 0, 0, 0, 0, 0, 0, 0, 0, 86, 0, 0, 0]
        let error = try pictureError { _ = try numbers(file + header + [UInt8](repeating: 0, count: 90)) }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains("OS/2"))
    }

    // MARK: Exif of a PNG

    @Test func `Exif that is damaged or stands behind the end turns nothing`() throws {
        let plain = try scene(20, 10).encodePNG()
        let body: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        func size(_ bytes: [UInt8]) throws -> PixelSize { try PictureFile(name: "png", bytes: bytes).header().size }
        let head = 8 + 25
        func with(_ chunk: [UInt8]) -> [UInt8] { plain[..<head] + chunk + plain[head...] }
        let text = Array("XML:com.adobe.xmp\0\0\0\0\0<rdf:Description tiff:Orientation='6'/>".utf8)
        for (name, body) in [("eXIf", body), ("iTXt", text)] {
            #expect(try size(with(pngChunk(name, body))) == PixelSize(width: 10, height: 20))
            #expect(try size(with(pngChunk(name, body, checksum: 7))) == PixelSize(width: 20, height: 10))
            #expect(try size(plain + pngChunk(name, body)) == PixelSize(width: 20, height: 10))
        }
        // The one behind it that is whole counts.
        let second = with(pngChunk("eXIf", [1, 2, 3], checksum: 7) + pngChunk("eXIf", body))
        #expect(try size(second) == PixelSize(width: 10, height: 20))
    }
}
