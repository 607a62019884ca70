import Testing

@testable import Pictures

@Suite struct DecodingTests {
    @Test(arguments: Fixtures.all.fixtures)
    func `decodes to the pixels that another decoder sees`(fixture: Fixtures.File) throws {
        let picture = try fixture.decode()
        try #require(picture.width == fixture.width && picture.height == fixture.height)
        try #require(picture.channels.count == fixture.channels)
        let difference = zip(picture.pixels, fixture.pixels).map { abs(Int($0) - Int($1)) }.max()!
        #expect(difference <= fixture.tolerance, "largest difference \(difference)")
    }

    @Test(arguments: Fixtures.all.fixtures)
    func `the header tells size and orientation without decoding`(fixture: Fixtures.File) throws {
        let header = try PictureFile(name: fixture.name, bytes: fixture.bytes).header()
        let picture = try PictureFile(name: fixture.name, bytes: fixture.bytes).decode()
        #expect(header.size == picture.size)
        #expect(header.format == fixture.format)
        #expect(header.orientation.rawValue == fixture.orientation ?? 1)
    }

    @Test(arguments: [
        ("png-grey-1", 1, 1, false), ("png-grey-alpha-16", 2, 16, false), ("png-rgba-8", 4, 8, false),
        ("png-palette-4", 1, 4, false), ("png-rgb-8-interlaced", 3, 8, true), ("jpeg-grey", 1, 8, false),
        ("jpeg-progressive-444", 3, 8, true), ("jpeg-cmyk-adobe", 4, 8, false),
    ])
    func `the header tells how samples are stored`(name: String, components: Int, depth: Int, progressive: Bool) throws
    {
        let header = try PictureFile(name: name, bytes: Fixtures.file(name).bytes).header()
        #expect(header.components == components)
        #expect(header.depth == depth)
        #expect(header.progressive == progressive)
    }

    @Test func `profiles are carried from both formats`() throws {
        for fixture in Fixtures.all.fixtures {
            let profile = try fixture.decode().profile
            #expect(profile?.bytes == (fixture.carriesProfile == true ? Array(Fixtures.all.profile) : nil))
        }
    }

    @Test func `every format that is read is among the fixtures`() {
        #expect(Set(Fixtures.all.fixtures.map(\.format)) == Set(PictureFormat.allCases))
    }

    @Test(arguments: Fixtures.all.fixtures)
    func `samples of 16 bits are kept beside those of 8`(fixture: Fixtures.File) throws {
        let file = try PictureFile(name: fixture.name, bytes: fixture.bytes)
        #expect(try (file.decode().deep != nil) == (file.header().depth == 16))
    }

    @Test func `a profile that does not describe RGB is dropped`() throws {
        var bytes = Array(Fixtures.all.profile)
        bytes.replaceSubrange(16..<20, with: "GRAY".utf8)
        var picture = scene(20, 10)
        picture.profile = ICCProfile(bytes: bytes)
        let decoded = try PictureFile(name: "grey profile", bytes: picture.encodeJPEG()).decode()
        #expect(decoded.profile == nil)
    }

    @Test(arguments: [1, 60, 61, 75, 120, 299, 300, 301, 479, 480, 481, 10_000])
    func `scaled decoding is the smallest that covers`(wanted: Int) throws {
        let original = scene(480, 333)
        let file = try PictureFile(name: "scene", bytes: original.encodeJPEG(quality: 95))
        let picture = try file.decode(scale: .covering(longSide: wanted))
        let eighths = DecodingScale.covering(longSide: wanted).eighths(ofLongSide: 480)
        #expect(picture.size == PixelSize(width: (480 * eighths + 7) / 8, height: (333 * eighths + 7) / 8))
        #expect(try DecodingScale.covering(longSide: wanted).size(of: file.header()) == picture.size)
        #expect(picture.size.longSide >= min(wanted, 480))
        if eighths > 1 { #expect((480 * (eighths - 1) + 7) / 8 < wanted) }
    }

    @Test(arguments: 1...8)
    func `scaled decoding sees the same scene`(eighths: Int) throws {
        // Sides of whole blocks, so that each scale is exact.
        let original = scene(480, 336)
        let file = try PictureFile(name: "scene", bytes: original.encodeJPEG(quality: 95))
        let picture = try file.decode(scale: .covering(longSide: 60 * eighths))
        #expect(picture.size == PixelSize(width: 60 * eighths, height: 42 * eighths))
        #expect(meanDifference(picture, original.resized(to: picture.size, filter: .bilinear)) < 3)
    }

    @Test func `a PNG is decoded full whatever the scale`() throws {
        let original = noise(40, 30, seed: 1)
        let file = try PictureFile(name: "noise", bytes: original.encodePNG())
        #expect(try file.decode(scale: .covering(longSide: 10)).pixels == original.pixels)
        #expect(try DecodingScale.covering(longSide: 10).size(of: file.header()) == original.size)
    }

    @Test func `alpha is kept and composes over white`() throws {
        let picture = Picture(
            width: 3, height: 1, channels: .rgba, pixels: [10, 20, 30, 255, 10, 20, 30, 0, 100, 0, 200, 128])
        #expect(picture.opaque().pixels == [10, 20, 30, 255, 255, 255, 177, 127, 227])
        let decoded = try PictureFile(name: "alpha", bytes: picture.encodePNG()).decode()
        #expect(decoded.pixels == picture.pixels && decoded.channels == .rgba)
    }
}
