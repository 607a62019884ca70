import Testing

@testable import Parsing

@Suite struct PictureHeaderTests {
    private func png(_ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 2) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        for number in [width, height] { bytes += withUnsafeBytes(of: number.bigEndian, Array.init) }
        return bytes + [depth, colour, 0, 0, 0] + [0, 0, 0, 0]
    }

    private func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    /// SOI, an application segment, padding and fill bytes, and the frame header with one component.
    private func jpeg(_ width: UInt16, _ height: UInt16, frame: UInt8 = 0xC0, sampling: UInt8 = 0x11) -> [UInt8] {
        let exif: [UInt8] = [0xFF, 0xE1] + two(2 + 300) + [UInt8](repeating: 0xC0, count: 300)
        let size = two(height) + two(width)
        return [0xFF, 0xD8] + exif + [0, 0, 0xFF, 0xFF, frame] + two(11) + [8] + size + [1, 1, sampling, 0]
    }

    @Test func sizesAreRead() throws {
        #expect(try PictureHeader(png(6000, 4000)).storedSize == PixelSize(width: 6000, height: 4000))
        let small = try PictureHeader(jpeg(640, 427))
        #expect(small.storedSize == PixelSize(width: 640, height: 427))
        #expect(!small.progressive && small.components == 1)
        // One bit for each of 80 × 54 blocks.
        #expect(small.leastBytes == 80 * 54 / 8)
        #expect(try PictureHeader(jpeg(640, 427, frame: 0xC2)).progressive)
    }

    @Test func transparencyIsKnown() throws {
        let palette = png(4, 4, colour: 3)
        let transparency: [UInt8] = [0, 0, 0, 1] + Array("tRNS".utf8) + [0] + [0, 0, 0, 0]
        #expect(try PictureHeader(png(4, 4, colour: 4)).hasAlpha && PictureHeader(png(4, 4, colour: 6)).hasAlpha)
        #expect(try !PictureHeader(png(4, 4)).hasAlpha && !PictureHeader(palette).hasAlpha)
        #expect(try PictureHeader(palette + transparency).hasAlpha)
        #expect(try !PictureHeader(jpeg(640, 427)).hasAlpha)
    }

    @Test func whatMovesIsKnown() throws {
        let start = png(4, 4)
        func moving(_ frames: UInt8) -> [UInt8] {
            start + [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, frames, 0, 0, 0, 0] + [0, 0, 0, 0]
        }
        #expect(try !PictureHeader(start).isAnimated && !PictureHeader(moving(1)).isAnimated)
        #expect(try PictureHeader(moving(2)).isAnimated)
        let pixels: [UInt8] = [0, 0, 0, 0] + Array("IDAT".utf8) + [0, 0, 0, 0]
        #expect(try !PictureHeader(start + pixels + moving(2).dropFirst(start.count)).isAnimated)
        let screen = Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0] + [UInt8](repeating: 9, count: 6)
        let control: [UInt8] = [0x21, 0xF9, 4, 1, 0, 0, 0, 0]
        let frame: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0]
        #expect(try !PictureHeader(screen + control + frame + [0x3B]).isAnimated)
        #expect(try PictureHeader(screen + control + frame + control + frame + [0x3B]).isAnimated)
        for count in 0..<frame.count { #expect(try !PictureHeader(screen + control + frame.prefix(count)).isAnimated) }
        func webP(_ flags: UInt8) -> [UInt8] {
            Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8X".utf8) + [
                10, 0, 0, 0, flags, 0, 0, 0, 3, 0, 0, 3, 0, 0,
            ]
        }
        #expect(try PictureHeader(webP(0x12)).isAnimated && !PictureHeader(webP(0x10)).isAnimated)
    }

    @Test func claimsOfAnySizeAreReadWithoutATrap() throws {
        let most = UInt32(Int32.max)
        let header = try PictureHeader(png(most, most, depth: 16, colour: 6))
        #expect(header.storedSize.area == Int(most) * Int(most))
        #expect(header.leastBytes > 1 << 53)
        #expect(PixelSize(width: .max, height: .max).area == .max)
        #expect(try PictureHeader(jpeg(.max, .max)).storedSize.area == 65_535 * 65_535)
    }

    @Test func whateverElseIsNoHeader() {
        let whole = jpeg(640, 427)
        #expect(fault(whole) == nil)
        for count in 3..<whole.count { #expect(fault(Array(whole.prefix(count))) == .truncated, "\(count)") }
        for count in 8..<33 { #expect(fault(Array(png(1, 1).prefix(count))) == .truncated, "\(count)") }
        for count in 0..<3 { #expect(fault(Array(whole.prefix(count))) == .notAPicture, "\(count)") }
        for (width, height) in [(0, 1), (1, 0), (1 << 31, 1), (UInt32.max, UInt32.max)] as [(UInt32, UInt32)] {
            #expect(fault(png(width, height)) != nil, "\(width) × \(height)")
        }
        #expect(fault(png(1, 1, depth: 3)) != nil)
        #expect(fault(png(1, 1, colour: 5)) != nil)
        #expect(fault(jpeg(0, 1)) != nil)
        #expect(fault(jpeg(1, 0)) != nil)
        #expect(fault(jpeg(1, 1, sampling: 0x51)) != nil)
        #expect(fault([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF]) == .corrupt(reason: "a segment has the length 1"))
        #expect(fault([0xFF, 0xD8, 0xFF, 0xD9]) == .corrupt(reason: "it has no picture"))
        #expect(fault([0xFF, 0xD8] + [UInt8](repeating: 0xFF, count: 5000)) == .truncated)
    }

    /// An arithmetic coder needs so little for an empty block that no length of the file bounds the work.
    @Test(arguments: [0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xC3, 0xC5, 0xC6, 0xC7] as [UInt8])
    func kindsThatAreNotDecodedAreNamed(frame: UInt8) {
        guard case .unsupported = fault(jpeg(640, 427, frame: frame)) else {
            Issue.record("\(frame)")
            return
        }
    }

    // MARK: HEIF

    private func box(_ name: String, _ body: [UInt8]) -> [UInt8] { four(8 + body.count) + Array(name.utf8) + body }

    private func full(_ name: String, version: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
        box(name, [version, 0, 0, 0] + body)
    }

    private func four(_ number: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(number).bigEndian, Array.init) }

    /// A HEIC of 64 × 64 pixels whose item 1 is its picture. Property 1 is that size, property 2 a decoder's configuration.
    ///
    /// - Parameters:
    ///   - kinds: of items 1, 2, ….
    ///   - used: which properties each has.
    ///   - extents: the body of `iloc` behind its version, which is 0, or 1 where there are bytes within the metadata.
    private func heic(
        kinds: [String], used: [[UInt8]], extents: [UInt8], within: [UInt8] = [], references: [UInt8] = []
    ) -> [UInt8] {
        var (entries, associations, count): ([UInt8], [UInt8], Int) = ([], [], 0)
        for (index, kind) in kinds.enumerated() {
            entries += full("infe", version: 2, two(UInt16(index + 1)) + [0, 0] + Array(kind.utf8) + [0])
        }
        for (index, used) in used.enumerated() {
            for start in stride(from: 0, to: used.count, by: 255) {
                let part = used[start..<min(start + 255, used.count)]
                associations += two(UInt16(index + 1))
                associations.append(UInt8(part.count))
                associations += part
                count += 1
            }
        }
        // Bytes 21 and 22: three bytes a length, which is none of a unit that these files could hold, and no array of parameter sets.
        let configuration = [UInt8](repeating: 0, count: 21) + [2, 0]
        let properties = box("ipco", full("ispe", four(64) + four(64)) + box("hvcC", configuration))
        var meta = full("pitm", two(1))
        meta += full("iinf", two(UInt16(kinds.count)) + entries)
        meta += box("iprp", properties + full("ipma", four(count) + associations))
        meta += full("iloc", version: within.isEmpty ? 0 : 1, extents) + within
        meta += references
        return box("ftyp", Array("heic".utf8) + four(0)) + full("meta", meta)
    }

    /// A reference from an item to others.
    private func reference(_ kind: String, from item: UInt16, to items: [UInt16]) -> [UInt8] {
        box(kind, two(item) + two(UInt16(items.count)) + items.flatMap(two))
    }

    /// Each item is all of the file, as a length of 0 says.
    private func wholes(_ count: Int) -> [UInt8] {
        var extents: [UInt8] = [0x44, 0x00] + two(UInt16(count))
        for item in 1...count { extents += two(UInt16(item)) + [0, 0] + two(1) + four(0) + four(0) }
        return extents
    }

    /// The same, but the first item has a grid's numbers, in a box of their own.
    private func grid(_ columns: Int, _ rows: Int, _ count: Int) -> (extents: [UInt8], box: [UInt8]) {
        var extents: [UInt8] = [0x44, 0x00] + two(UInt16(count)) + two(1) + [0, 1, 0, 0] + two(1) + four(0) + four(8)
        for item in 2...count { extents += two(UInt16(item)) + [0, 0, 0, 0] + two(1) + four(0) + four(0) }
        return (extents, box("idat", [0, 0, UInt8(rows - 1), UInt8(columns - 1)] + two(64) + two(64)))
    }

    /// Half a megabyte each, for which hours went by when the cost was the square of it.
    @Test(.timeLimit(.minutes(1))) func whatAHEICNamesAThousandTimesIsLookedAtOnce() throws {
        let size = PixelSize(width: 64, height: 64)
        // One configuration, so many times.
        let many = heic(kinds: ["hvc1"], used: [[1] + [UInt8](repeating: 2, count: 375_000)], extents: wholes(1))
        #expect(try PictureHeader(many).storedSize == size)
        // One tile, so many times; its pixels count each time.
        func grid(_ times: Int) -> [UInt8] {
            let tiles = reference("dimg", from: 1, to: [UInt16](repeating: 2, count: times))
            let (extents, numbers) = self.grid(times / 250, 250, 2)
            return heic(
                kinds: ["grid", "hvc1"], used: [[1], [1] + [UInt8](repeating: 2, count: 200_000)], extents: extents,
                within: numbers, references: full("iref", tiles))
        }
        #expect(try PictureHeader(grid(1000)).storedSize == size)
        guard case .corrupt = fault(grid(60_000)) else {
            Issue.record("60,000 tiles are too many")
            return
        }
        // Masks that are one grid, so many times.
        let tiles = reference("dimg", from: 2, to: [UInt16](repeating: 3, count: 1000))
        let mask = reference("auxl", from: 2, to: [1])
        let masked = heic(
            kinds: ["hvc1", "grid", "hvc1"], used: [[1, 2], [1], [1, 2]], extents: wholes(3),
            references: full("iref", tiles + Array([[UInt8]](repeating: mask, count: 15_000).joined())))
        #expect(try PictureHeader(masked).storedSize == size)
    }

    @Test(.timeLimit(.minutes(1))) func itemsThatLieOverOneAnotherAreReadSoOftenAndNoMore() {
        let tiles = 1000
        let (extents, numbers) = grid(40, 25, tiles + 1)
        let bytes = heic(
            kinds: ["grid"] + [String](repeating: "hvc1", count: tiles),
            used: [[1]] + [[UInt8]](repeating: [1, 2], count: tiles), extents: extents, within: numbers,
            references: full("iref", reference("dimg", from: 1, to: (0..<tiles).map { UInt16($0 + 2) })))
        #expect(fault(bytes) == .corrupt(reason: "its parts have more bytes than it"))
    }

    @Test(.timeLimit(.minutes(1))) func countsThatNoBytesStandBehindCostNothing() throws {
        // Ranges of no bytes each, and references beyond the box.
        var extents = [0, 0] + two(60_000)
        for item in 0..<60_000 { extents += two(UInt16(item)) + [0, 0, 0xFF, 0xFF] }
        let empty = box("dimg", two(1) + two(.max))
        let references = full("iref", Array([[UInt8]](repeating: empty, count: 40_000).joined()))
        for bytes in [
            heic(kinds: ["hvc1"], used: [[1, 2]], extents: extents),
            heic(kinds: ["hvc1"], used: [[1, 2]], extents: wholes(1), references: references),
        ] {
            #expect(try PictureHeader(bytes).storedSize == PixelSize(width: 64, height: 64))
        }
    }

    /// Of eight bytes each: a base, a place from there, and a length, whose sums overflow or reach far beyond the file.
    @Test(
        arguments: [
            [0x3F, 0x3F, 0x3F], [0x3F, 0x3F, 0], [0, 0x3F, 0x3F], [0, 0, 0x3F], [0xFF, 0, 0], [0, 0, 0xFF],
        ] as [[UInt8]])
    func placesBeyondTheFileHoldNoPixels(_ highs: [UInt8]) throws {
        let numbers = highs.map { $0 == 0 ? four(0) + four(4) : [$0] + [UInt8](repeating: 0xFF, count: 7) }
        let extents = [0x88, 0x80] + two(1) + two(1) + [0, 0] + numbers[0] + two(1) + numbers[1] + numbers[2]
        let bytes = heic(kinds: ["hvc1"], used: [[1, 2]], extents: extents)
        do throws(PictureHeader.Fault) {
            _ = try HEIFLayout(bytes).file(of: 1)
            Issue.record("pixels were found")
        } catch {
            #expect([.truncated, .corrupt(reason: "it does not tell where its pixels are")].contains(error))
        }
    }

    /// Any bytes behind a signature.
    @Test func survivesMutations() {
        for original in [png(640, 427), jpeg(640, 427)] {
            for index in original.indices {
                for value in [0, 1, 0x7F, 0x80, 0xC2, 0xDA, 0xE1, 0xFF] as [UInt8] {
                    var changed = original
                    changed[index] = value
                    _ = try? PictureHeader(changed)
                    _ = try? PictureHeader(changed + changed)
                }
            }
        }
    }
}
