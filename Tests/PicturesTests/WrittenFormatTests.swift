import Testing

@testable import Parsing
@testable import Pictures

/// What is written can be read, with as many bits as were promised.
@Suite struct WrittenFormatTests {
    /// Values between the levels of 8 bits.
    private func deep(_ channels: Picture.Channels, profile: ICCProfile?) -> Picture {
        var numbers = SeededNumbers(seed: 29)
        let samples = (0..<37 * 23 * channels.count).map { _ in UInt16.random(in: 0...65_535, using: &numbers) }
        return Picture(width: 37, height: 23, channels: channels, deep: samples, profile: profile)
    }

    @Test(arguments: Picture.Channels.allCases, [true, false])
    func `16 bits of a sample survive PNG and TIFF`(channels: Picture.Channels, tagged: Bool) throws {
        let original = deep(channels, profile: tagged ? .sRGB : nil)
        for bytes in [try original.encodePNG(isDeep: true), try original.encodeTIFF()] {
            let file = try PictureFile(name: "deep", bytes: bytes)
            #expect(try file.header().depth == 16)
            #expect(try file.decode() == original)
        }
        let plain = try PictureFile(name: "plain", bytes: original.encodePNG()).decode()
        #expect(plain.deep == nil && plain.pixels == original.pixels)
    }

    @Test func `deep samples are turned, resized and recoloured, and dropped by drawing and by a ground`() throws {
        let original = deep(.rgba, profile: nil)
        let turned = original.upright(from: .needsClockwiseTurn)
        #expect(turned.deep?.count == original.deep?.count)
        #expect(turned.upright(from: .needsAnticlockwiseTurn) == original)
        let target = PixelSize(width: 20, height: 11)
        let small = original.resized(to: target)
        #expect(small == Picture(FloatPicture(original).resized(to: target), isDeep: true))
        #expect(try #require(small.deep).contains { $0 % 257 != 0 })
        var drawn = original
        drawn.fill(PixelRect(x: 0, y: 0, width: 1, height: 1), with: .white)
        #expect(drawn.deep == nil)
        #expect(original.opaque().deep == nil)
        let continued = original.continuedColours()
        let colours = try #require(continued.deep)
        #expect(continued.channels == .rgb)
        // Opaque enough to be trusted, by their own bits.
        for index in 0..<original.size.area where original.samples16[index * 4 + 3] > 8192 {
            for channel in 0..<3 { #expect(colours[index * 3 + channel] == original.samples16[index * 4 + channel]) }
        }
        let recoloured = continued.keepingColours(of: noise(37, 23, seed: 4))
        #expect(try #require(recoloured.deep).contains { $0 % 257 != 0 })
        #expect(original.samples16 == original.deep && noise(3, 3, seed: 1).samples16.allSatisfy { $0 % 257 == 0 })
    }

    @Test(arguments: [(1, 1), (1, 300), (300, 1), (70_000, 2)])
    func `TIFF holds any size`(width: Int, height: Int) throws {
        let plain = Picture(width: width, height: height, filledWith: Colour(red: 9, green: 99, blue: 200))
        let file = try PictureFile(name: "plain", bytes: plain.encodeTIFF(), limits: PictureLimits(side: 70_000))
        #expect(try file.decode().pixels == plain.pixels)
    }

    /// TIFF 6.0, section 8: both resolutions and their unit are required.
    @Test func `a TIFF says how large it is printed`() throws {
        let tiff = try #require(TIFFBytes(scene(20, 10).encodeTIFF()))
        let entries = tiff.entries(at: try #require(tiff.long(at: 4)))
        for (tag, value) in [(282, 300), (283, 300), (296, 2)] {
            let entry = try #require(entries.first { $0.tag == tag }, "tag \(tag)")
            #expect(tiff.value(of: entry) == value)
        }
    }

    @Test(arguments: [50, 92, 100], [true, false])
    func `WebP keeps the scene, its alpha and its profile`(quality: Int, tagged: Bool) throws {
        var original = scene(120, 80)
        original.profile = tagged ? .sRGB : nil
        let decoded = try PictureFile(name: "scene", bytes: original.encodeWebP(quality: quality)).decode()
        #expect(decoded.size == original.size && decoded.channels == .rgb && decoded.profile == original.profile)
        #expect(meanDifference(decoded, original) < 4)
        var pixels: [UInt8] = []
        for index in 0..<60 * 80 {
            pixels += original.pixels[index * 3..<index * 3 + 3]
            pixels.append(UInt8(index % 256))
        }
        var cutout = Picture(width: 60, height: 80, channels: .rgba, pixels: pixels)
        cutout.profile = original.profile
        let kept = try PictureFile(name: "cutout", bytes: cutout.encodeWebP(quality: quality)).decode()
        #expect(kept.channels == .rgba && kept.profile == cutout.profile)
        #expect(alpha(of: kept) == alpha(of: cutout))
    }

    private func alpha(of picture: Picture) -> [UInt8] {
        stride(from: 3, to: picture.pixels.count, by: 4).map { picture.pixels[$0] }
    }

    @Test func `a side that WebP cannot hold is an error`() throws {
        let long = Picture(width: 16_384, height: 1, filledWith: .white)
        guard case .notEncoded(.webp, let size, _) = try pictureError({ _ = try long.encodeWebP() }) else {
            Issue.record("not called unencoded")
            return
        }
        #expect(size == long.size)
    }

    @Test func `endings promise formats`() {
        for (ending, format) in [
            ("jpg", .jpeg), ("JPEG", .jpeg), ("png", .png), ("webp", .webp), ("tif", .tiff), ("TIFF", .tiff),
        ] as [(String, WrittenFormat)] {
            #expect(WrittenFormat(ending: ending) == format)
            #expect(
                format.endings.contains(format.fileExtension) && PictureFormat.endings.contains(format.fileExtension))
        }
        for ending in ["", "gif", "jpegs"] { #expect(WrittenFormat(ending: ending) == nil) }
    }
}
