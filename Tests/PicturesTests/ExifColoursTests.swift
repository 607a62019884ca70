import Foundation
import Testing

@testable import Parsing
@testable import Pictures

/// Samples that are Adobe RGB by what Exif says alone (DCF 2.0).
@Suite struct ExifColoursTests {
    /// A directory of Exif with a colour space, and one of interoperability with an index, behind an empty first one.
    private func exif(space: UInt16?, index: String?, bigEndian: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return bigEndian ? little.reversed() : little
        }
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ field: [UInt8]) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(count, 4) + field + [UInt8](repeating: 0, count: 4 - field.count)
        }
        func directory(_ entries: [[UInt8]]) -> [UInt8] { number(entries.count, 2) + entries.joined() + number(0, 4) }
        let first = 8
        let second = first + directory([entry(34_665, 4, 1, [])]).count
        let spaces = space.map { [entry(40_961, 3, 1, number(Int($0), 2))] } ?? []
        func third(_ place: Int) -> [[UInt8]] { index == nil ? [] : [entry(40_965, 4, 1, number(place, 4))] }
        let place = second + directory(spaces + third(0)).count
        let indices = index.map { directory([entry(1, 2, 4, Array($0.utf8) + [0])]) } ?? []
        return (bigEndian ? [0x4D, 0x4D, 0, 42, 0, 0, 0, 8] : [0x49, 0x49, 42, 0, 8, 0, 0, 0])
            + directory([entry(34_665, 4, 1, number(second, 4))]) + directory(spaces + third(place)) + indices
    }

    @Test(
        arguments: [
            (0xFFFF, "R03", true), (nil, "R03", true), (2, nil, true), (2, "R98", true), (1, "R98", false),
            (1, "R03", false), (0xFFFF, "R98", false), (0xFFFF, nil, false), (nil, nil, nil),
        ] as [(UInt16?, String?, Bool?)], [false, true])
    func `the optional colour space is told from the usual one`(
        said: (space: UInt16?, index: String?, isAdobeRGB: Bool?), bigEndian: Bool
    ) {
        let body = exif(space: said.space, index: said.index, bigEndian: bigEndian)
        #expect(Exif(body).isAdobeRGB == said.isAdobeRGB)
        #expect(Exif(Exif.name + body).isAdobeRGB == said.isAdobeRGB)
        for count in 0..<body.count { _ = Exif(body.prefix(count)) }
    }

    /// As with the profile of Adobe RGB, in every format that holds Exif.
    @Test func `samples are converted as by the profile`() throws {
        let body = exif(space: 0xFFFF, index: "R03")
        let muted = scene(40, 30)
        func jpeg(_ picture: Picture) throws -> [UInt8] { try picture.encodeJPEG(quality: 95) }
        func with(_ plain: [UInt8], _ part: [UInt8], at place: Int) -> [UInt8] {
            plain[..<place] + part + plain[place...]
        }
        func seen(_ bytes: [UInt8], _ what: String) throws -> Picture {
            try PictureFile(name: what, bytes: bytes).decode()
        }

        let plain = try jpeg(muted)
        let length = body.count + 8
        let segment: [UInt8] = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + Exif.name + body
        var expected = try seen(plain, "plain")
        expected.profile = .adobeRGB
        expected = try seen(expected.encodePNG(), "tagged")
        let shown = try seen(with(plain, segment, at: 2), "JPEG")
        #expect(shown.pixels == expected.pixels && shown.profile == .sRGB)
        #expect(try seen(plain, "plain").pixels != expected.pixels)
        // Of two the first that says something, as an editor's stands before the camera's.
        let ours = exif(space: 1, index: nil)
        let first: [UInt8] = [0xFF, 0xE1, 0, UInt8(ours.count + 8)] + Exif.name + ours
        #expect(try seen(with(plain, first + segment, at: 2), "edited").pixels == seen(plain, "plain").pixels)
        let silent = exif(space: nil, index: nil)
        let second: [UInt8] = [0xFF, 0xE1, 0, UInt8(silent.count + 8)] + Exif.name + silent
        #expect(try seen(with(plain, second + segment, at: 2), "both").pixels == expected.pixels)
        // A profile knows better.
        let tagged = Picture(width: 40, height: 30, pixels: muted.pixels, profile: .sRGB)
        #expect(try seen(with(jpeg(tagged), segment, at: 2), "sRGB").pixels == seen(plain, "plain").pixels)

        let png = try muted.encodePNG()
        var wide = muted
        wide.profile = .adobeRGB
        let fromPNG = try seen(wide.encodePNG(), "tagged")
        let header = 8 + 25
        #expect(try seen(with(png, pngChunk("eXIf", body), at: header), "PNG").pixels == fromPNG.pixels)
        let standard = pngChunk("sRGB", [0]) + pngChunk("eXIf", body)
        #expect(try seen(with(png, standard, at: header), "sRGB").pixels == muted.pixels)
    }

    @Test func `a WebP, a TIFF and a HEIC say it, too`() throws {
        let body = exif(space: 2, index: nil)
        func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        let lossless = try Fixtures.file("webp-lossless").bytes
        let webp = lossless + Array("EXIF".utf8) + little(body.count) + body
        #expect(try PictureHeader(webp).isAdobeRGB)
        #expect(try !PictureHeader(lossless).isAdobeRGB)

        // Its Exif stands at the end of the file, and its length at the end of the box of places.
        var heic = try Fixtures.file("heic-turned").bytes
        let pixels = try #require(heic.firstIndex(of: Array("mdat".utf8)))
        let name = try #require(heic.firstIndex(of: Exif.name, from: pixels))
        let places = try #require(heic.firstIndex(of: Array("iloc".utf8)))
        let length = places - 4 + Int(heic[places - 1]) - 1
        heic = heic[..<(name + Exif.name.count)] + body
        heic[length] = UInt8(4 + Exif.name.count + body.count)
        // Its colours are told by code points, which know better.
        #expect(try !PictureHeader(heic).isAdobeRGB)
        let colours = try #require(heic.firstIndex(of: Array("nclx".utf8)))
        heic.replaceSubrange(colours + 4..<colours + 6, with: [0, 2])
        #expect(try PictureHeader(heic).isAdobeRGB)

        // A TIFF is its own Exif: of a picture, the first directory with an entry more.
        let first = try Fixtures.file("tiff-rgb").bytes
        let tiff = try #require(TIFFBytes(first))
        let start = try #require(tiff.long(at: 4))
        try #require(first.starts(with: [0x49, 0x49]))
        let count = try #require(tiff.short(at: start))
        let entries = Array(first[(start + 2)..<(start + 2 + count * 12)])
        let space: [UInt8] = [1, 0, 1, 0xA0, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        let more = [0x69, 0x87, 4, 0, 1, 0, 0, 0] + little(first.count)
        let directory = [UInt8(count + 1), 0] + entries + more + [0, 0, 0, 0]
        var bytes = first + space + directory
        bytes.replaceSubrange(4..<8, with: little(first.count + space.count))
        #expect(try PictureHeader(bytes).isAdobeRGB)
        let shown = try PictureFile(name: "TIFF", bytes: bytes).decode()
        #expect(try shown.pixels != PictureFile(name: "TIFF", bytes: first).decode().pixels && shown.profile == .sRGB)
    }
}
