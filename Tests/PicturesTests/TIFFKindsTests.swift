import Testing

@testable import Pictures

/// Kinds of samples that TIFF stores: those that are read come out as the colours they mean, the others are named.
@Suite struct TIFFKindsTests {
    /// One row, uncompressed, in little-endian order.
    private func tiff(
        _ photometric: UInt16, bits: UInt16, samples: UInt16, format: UInt16 = 1, alpha: Bool = false,
        extra: [UInt16] = [2], width: UInt16,
        compression: UInt16 = 1, paletteSample: [UInt8] = [7, 7], pixels: [UInt8]
    ) -> [UInt8] {
        var entries: [(tag: UInt16, value: UInt16)] = [
            (256, width), (257, 1), (258, bits), (259, compression), (262, photometric), (273, 0), (277, samples),
            (278, 1),
            (279, UInt16(pixels.count)), (339, format),
        ]
        let isPalette = photometric == 3
        if isPalette { entries.insert((320, 0), at: entries.count - 1) }
        // An alpha that is not multiplied, or something else.
        if alpha { entries.insert((338, 0), at: entries.count - 1) }
        func little(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
        let length = 8 + 2 + entries.count * 12 + 4
        let directory = entries.flatMap { tag, value -> [UInt8] in
            // Red, green and blue of all numbers, behind the pixels.
            if tag == 320 {
                let count = (0..<4).map { UInt8(truncatingIfNeeded: (3 << Int(bits)) >> (8 * $0)) }
                return little(tag) + [3, 0] + count + little(UInt16(length + pixels.count) + samples * 4) + [0, 0]
            }
            if tag == 338 {
                return little(tag) + [3, 0] + little(UInt16(extra.count)) + [0, 0] + little(extra[0])
                    + little(extra.count > 1 ? extra[1] : 0)
            }
            // Of bits and format there is one for each sample, behind the directory.
            let isEach = tag == 258 || tag == 339
            let place = UInt16(length) + (tag == 339 ? samples * 2 : 0)
            let field = isEach && samples > 2 ? place : tag == 273 ? UInt16(length) + samples * 4 : value
            let inline = isEach && samples == 2 ? little(value) + little(value) : little(field) + [0, 0]
            return little(tag) + [3, 0] + little(isEach ? samples : 1) + [0, 0] + inline
        }
        let each = [bits, format].flatMap { [[UInt8]](repeating: little($0), count: Int(samples)).flatMap { $0 } }
        return [0x49, 0x49, 42, 0, 8, 0, 0, 0] + little(UInt16(entries.count)) + directory + [0, 0, 0, 0] + each
            + pixels + (isPalette ? [[UInt8]](repeating: paletteSample, count: 0x30000).flatMap { $0 } : [])
    }

    private func decoded(_ bytes: [UInt8]) throws -> Picture { try PictureFile(name: "crafted", bytes: bytes).decode() }

    private func little(_ values: [Int]) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// L*, a* and b* relative to D50, and sRGB of the same colour seen under it (ICC.1: Bradford, to D65).
    private static let colours: [(lab: [Double], rgb: [Int])] = [
        ([0, 0, 0], [0, 0, 0]), ([50, 0, 0], [119, 119, 119]), ([100, 0, 0], [255, 255, 255]),
        ([54, 81, 70], [255, 0, 0]), ([60, -30, 20], [94, 159, 108]), ([40, 20, -50], [85, 85, 177]),
    ]

    /// In libtiff's terms: CIE Lab has signed a* and b*, ICC's has not.
    @Test(arguments: [(8, 8), (8, 16), (9, 8), (9, 16)] as [(UInt16, UInt16)], [false, true])
    func `Lab is seen under its own white`(kind: (photometric: UInt16, bits: UInt16), alpha: Bool) throws {
        let (photometric, bits) = kind
        let samples = Self.colours.flatMap { colour -> [Int] in
            let (lightness, a, b) = (colour.lab[0], colour.lab[1], colour.lab[2])
            let most = bits == 8 ? 255.0 : photometric == 8 ? 65_535 : 65_280
            let scale = bits == 8 ? 1.0 : 256
            let shift = photometric == 9 ? 128 * scale : 0
            let stored = [lightness / 100 * most, a * scale + shift, b * scale + shift].map { Int($0.rounded()) }
            return stored + (alpha ? [77 * (bits == 8 ? 1 : 257)] : [])
        }
        let bytes = tiff(
            photometric, bits: bits, samples: alpha ? 4 : 3, alpha: alpha, width: UInt16(Self.colours.count),
            pixels: bits == 8 ? samples.map { UInt8(truncatingIfNeeded: $0) } : little(samples))
        let picture = try decoded(bytes)
        #expect(picture.channels == (alpha ? .rgba : .rgb))
        #expect((picture.deep != nil) == (bits == 16))
        #expect(picture.profile == .sRGB)
        for (index, colour) in Self.colours.enumerated() {
            let seen = picture[x: index, y: 0].map { Int($0) }
            for (one, other) in zip(seen, colour.rgb) {
                #expect(abs(one - other) <= 3, "L*a*b* \(colour.lab) is \(seen), not \(colour.rgb)")
            }
            if colour.lab[1] == 0 { #expect(Set(seen.prefix(3)).count == 1, "\(seen) is not grey") }
            if alpha { #expect(seen[3] == 77) }
        }
    }

    /// Cyan, magenta, yellow and black as shares of ink.
    @Test(arguments: [8, 16] as [UInt16], [false, true])
    func `inks are read in 8 bits and in 16`(bits: UInt16, alpha: Bool) throws {
        let most = bits == 8 ? 255 : 65_535
        let inks: [[Double]] = [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0.5, 0], [0, 0, 0, 1], [0.2, 0.4, 0.6, 0.5]]
        let samples = inks.flatMap { pixel in
            pixel.map { Int(($0 * Double(most)).rounded()) } + (alpha ? [most / 5] : [])
        }
        let bytes = tiff(
            5, bits: bits, samples: alpha ? 5 : 4, alpha: alpha, width: UInt16(inks.count),
            pixels: bits == 8 ? samples.map { UInt8($0) } : little(samples))
        let picture = try decoded(bytes)
        #expect(picture.channels == (alpha ? .rgba : .rgb))
        #expect((picture.deep != nil) == (bits == 16))
        for (index, pixel) in inks.enumerated() {
            let seen = picture[x: index, y: 0].map { Int($0) }
            let light = (0..<3).map { (1 - pixel[$0]) * (1 - pixel[3]) * 255 }
            for (one, other) in zip(seen, light) { #expect(abs(Double(one) - other) <= 1, "\(pixel) is \(seen)") }
            if alpha { #expect(seen[3] == 51) }
        }
    }

    @Test(
        arguments: [
            (1, 8, 1, 2, "its samples are signed"), (2, 16, 3, 2, "its samples are signed"),
            (1, 32, 1, 3, "its samples are floating-point"), (1, 16, 1, 3, "its samples are floating-point"),
            (1, 32, 1, 1, "its samples have 32 bits"), (1, 12, 1, 1, "its samples have 12 bits"),
            (3, 16, 1, 1, "its palette's numbers have 16 bits"),
            (10, 8, 3, 1, "its samples are no colours that are known here"),
            (8, 4, 3, 1, "a pixel has 3 samples of 4 bits, which make no colour"),
        ] as [(UInt16, UInt16, UInt16, UInt16, String)])
    func `kinds that are not read are named`(
        photometric: UInt16, bits: UInt16, samples: UInt16, format: UInt16, reason: String
    ) throws {
        let bytes = tiff(
            photometric, bits: bits, samples: samples, format: format, width: 4,
            pixels: [UInt8](repeating: 1, count: 4 * Int(samples) * max(1, Int(bits) / 8) + 16))
        let error = try pictureError { _ = try decoded(bytes) }
        #expect(error == .unsupported(picture: "crafted", reason: reason))
    }

    /// Colours of 8 bits where there should be 16, and codes of Lempel-Ziv-Welch that begin at the low bit.
    @Test func `what old writers stored in full is read`() throws {
        let palette = tiff(3, bits: 8, samples: 1, width: 2, paletteSample: [7, 0], pixels: [0, 1])
        #expect(try decoded(palette).pixels.allSatisfy { $0 == 7 })
        // Of nine bits: clear, three colours, the end.
        var codes: [UInt8] = []
        for (place, code) in [256, 11, 22, 33, 257].enumerated() {
            for bit in 0..<9 {
                let at = place * 9 + bit
                if at / 8 == codes.count { codes.append(0) }
                if code >> bit & 1 == 1 { codes[at / 8] |= 1 << (at % 8) }
            }
        }
        let old = tiff(1, bits: 8, samples: 1, width: 3, compression: 5, pixels: codes)
        #expect(try decoded(old).pixels == [11, 11, 11, 22, 22, 22, 33, 33, 33])
    }

    /// Two samples a pixel: a number and its alpha.
    @Test func `a palette has alpha beside it`() throws {
        // Even numbers are one grey, odd ones another.
        let colours: [UInt8] = [7, 7, 200, 200]
        let whole = tiff(
            3, bits: 8, samples: 2, alpha: true, width: 3, paletteSample: colours, pixels: [0, 255, 1, 90, 2, 0])
        let picture = try decoded(whole)
        #expect(picture.channels == .rgba)
        #expect(picture.pixels == [7, 7, 7, 255, 200, 200, 200, 90, 7, 7, 7, 0])
        let half = tiff(
            3, bits: 4, samples: 2, alpha: true, width: 3, paletteSample: colours, pixels: [0x0F, 0x13, 0x20])
        #expect(try decoded(half).pixels == [7, 7, 7, 255, 200, 200, 200, 51, 7, 7, 7, 0])
    }

    @Test func `colours of 2 and 4 bits are read`() throws {
        let four = tiff(2, bits: 4, samples: 3, width: 2, pixels: [0x0F, 0x8F, 0x01])
        #expect(try decoded(four).pixels == [0, 255, 136, 255, 0, 17])
        let two = tiff(2, bits: 2, samples: 3, width: 2, pixels: [0b00_11_01_10, 0b00_11_00_00])
        #expect(try decoded(two).pixels == [0, 255, 85, 170, 0, 255])
        // Four of 4 bits, the last is alpha.
        let clear = tiff(2, bits: 4, samples: 4, alpha: true, width: 1, pixels: [0x1F, 0x03])
        #expect(try decoded(clear).pixels == [17, 255, 0, 51])
    }

    /// TIFF 6.0, section 18: a kind for each sample that is more than colour.
    @Test func `alpha is the sample that is said to be it`() throws {
        let pixels: [UInt8] = [10, 20, 30, 99, 40, 50, 60, 70, 99, 80]
        let picture = try decoded(tiff(2, bits: 8, samples: 5, alpha: true, extra: [0, 2], width: 2, pixels: pixels))
        #expect(picture.channels == .rgba && picture.pixels == [10, 20, 30, 40, 50, 60, 70, 80])
        let first = try decoded(tiff(2, bits: 8, samples: 5, alpha: true, extra: [2, 0], width: 2, pixels: pixels))
        #expect(first.pixels == [10, 20, 30, 99, 50, 60, 70, 99])
        let none = try decoded(tiff(2, bits: 8, samples: 5, alpha: true, extra: [0, 0], width: 2, pixels: pixels))
        #expect(none.channels == .rgb)
    }

    /// As other readers have it.
    @Test func `a fourth sample of which nothing is said is alpha`() throws {
        let pixels: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80]
        let picture = try decoded(tiff(2, bits: 8, samples: 4, width: 2, pixels: pixels))
        #expect(picture.channels == .rgba && picture.pixels == pixels)
        let said = try decoded(tiff(2, bits: 8, samples: 4, alpha: true, extra: [0], width: 2, pixels: pixels))
        #expect(said.channels == .rgb)
    }

    private func number(_ value: Int, _ count: Int, bigEndian: Bool) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return bigEndian ? bytes.reversed() : bytes
    }

    /// Grey pages of one pixel each, whose values follow their directories; the fields of each, and its value.
    private func pages(_ pages: [(fields: [(Int, Int)], grey: UInt8)], isBig: Bool, bigEndian: Bool) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] { self.number(value, count, bigEndian: bigEndian) }
        let room = isBig ? 8 : 4
        var bytes: [UInt8] = (bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]) + number(isBig ? 43 : 42, 2)
        bytes += isBig ? number(8, 2) + [0, 0] + number(16, 8) : number(8, 4)
        for (index, page) in pages.enumerated() {
            let plain = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 0), (277, 1), (278, 1), (279, 1)]
            let fields = (plain + page.fields).sorted { $0.0 < $1.0 }
            let end = bytes.count + (isBig ? 8 : 2) + fields.count * (isBig ? 20 : 12) + room
            bytes += number(fields.count, isBig ? 8 : 2)
            for (tag, value) in fields {
                bytes += number(tag, 2) + number(isBig ? 16 : 4, 2) + number(1, room)
                bytes += number(tag == 273 ? end : value, room)
            }
            // One more byte, so that the next begins at an even place.
            bytes += number(index == pages.count - 1 ? 0 : end + 2, room) + [page.grey, 0]
        }
        return bytes
    }

    @Test(arguments: [false, true]) func `BigTIFF is read as TIFF is`(bigEndian: Bool) throws {
        for isBig in [false, true] {
            let bytes = pages([([], 77)], isBig: isBig, bigEndian: bigEndian)
            #expect(try decoded(bytes).pixels == [77, 77, 77])
            for count in 0..<bytes.count - 1 {
                #expect(throws: PictureError.self) { try decoded(Array(bytes.prefix(count))) }
            }
            // Numbers that no file has bytes for.
            for at in 4..<bytes.count {
                for value in [0x7F, 0xFF] as [UInt8] {
                    _ = try? decoded(Array(bytes[..<at]) + [value] + bytes[(at + 1)...])
                }
            }
        }
    }

    /// A smaller copy, a mask, and what TIFF 5 called a smaller copy; the page is the first that is none of these.
    @Test(arguments: [[(254, 1)], [(254, 4)], [(255, 2)]] as [[(Int, Int)]], [false, true])
    func `a thumbnail or a mask that comes first is passed over`(fields: [(Int, Int)], isBig: Bool) throws {
        let bytes = pages([(fields, 11), ([(254, 2)], 22), ([], 33)], isBig: isBig, bigEndian: false)
        #expect(try decoded(bytes).pixels == [22, 22, 22])
        #expect(try decoded(pages([(fields, 11)], isBig: isBig, bigEndian: false)).pixels == [11, 11, 11])
    }
}
