import Testing

@testable import Pictures

@Suite struct EncodingTests {
    @Test(arguments: [Picture.Channels.rgb, .rgba], [(1, 1), (1, 17), (33, 1), (31, 23)])
    func `PNG keeps every sample`(channels: Picture.Channels, size: (Int, Int)) throws {
        let original = noise(size.0, size.1, channels, seed: 3)
        for compression in [0, 6, 9] {
            let decoded = try PictureFile(name: "noise", bytes: original.encodePNG(compression: compression)).decode()
            #expect(decoded.pixels == original.pixels)
            #expect(decoded.channels == channels)
        }
    }

    @Test(arguments: [(1, 1), (7, 3), (64, 48), (65, 33)], [JPEGOptions.Chroma.full, .halved])
    func `JPEG keeps a smooth scene`(size: (Int, Int), chroma: JPEGOptions.Chroma) throws {
        let original = scene(size.0, size.1)
        for progressive in [false, true] {
            let options = JPEGOptions(quality: 95, progressive: progressive, chroma: chroma)
            let file = try PictureFile(name: "scene", bytes: original.encodeJPEG(options))
            let decoded = try file.decode()
            #expect(try file.header().progressive == progressive)
            #expect(decoded.size == original.size)
            #expect(meanDifference(decoded, original) < 3)
        }
    }

    @Test func `quality trades bytes for likeness`() throws {
        let original = scene(160, 120)
        var lastCount = 0
        var lastDifference = Double.infinity
        for quality in [10, 50, 90] {
            let bytes = try original.encodeJPEG(quality: quality)
            let difference = meanDifference(try PictureFile(name: "scene", bytes: bytes).decode(), original)
            #expect(bytes.count > lastCount && difference < lastDifference, "quality \(quality)")
            (lastCount, lastDifference) = (bytes.count, difference)
        }
    }

    @Test func `a profile longer than one JPEG segment comes back whole`() throws {
        var bytes = Array(Fixtures.all.profile)
        bytes.append(contentsOf: (0..<150_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        var picture = scene(16, 16)
        picture.profile = ICCProfile(bytes: bytes)
        #expect(try PictureFile(name: "profile", bytes: picture.encodeJPEG()).decode().profile?.bytes == bytes)
    }

    @Test func `a profile survives reading, resizing, cropping and writing in either format`() throws {
        let read = try Fixtures.file("jpeg-profile").decode()
        let worked = read.resized(to: PixelSize(width: 20, height: 20))
            .cropped(to: PixelRect(x: 2, y: 2, width: 10, height: 10)).upright(from: .mirrored)
        for bytes in [try worked.encodePNG(), try worked.encodeJPEG()] {
            let profile = try PictureFile(name: "again", bytes: bytes).decode().profile
            #expect(profile?.bytes == Array(Fixtures.all.profile))
        }
    }

    @Test func `JPEG composes transparency over white`() throws {
        let clear = Picture(width: 16, height: 16, channels: .rgba, pixels: [UInt8](repeating: 0, count: 1024))
        let decoded = try PictureFile(name: "clear", bytes: clear.encodeJPEG()).decode()
        #expect(decoded.channels == .rgb && decoded.pixels.allSatisfy { $0 >= 254 })
    }

    @Test func `a side that JPEG cannot hold is an error`() throws {
        let long = Picture(width: 70_000, height: 1, filledWith: .white)
        let error = try pictureError { _ = try long.encodeJPEG() }
        guard case .notEncoded(.jpeg, let size, _) = error else { throw error }
        #expect(size == long.size)
        #expect(
            try PictureFile(name: "long", bytes: long.encodePNG(), limits: PictureLimits(side: 70_000)).decode().size
                == long.size)
    }
}
