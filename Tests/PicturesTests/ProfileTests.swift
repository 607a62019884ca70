import Foundation
import Parsing
import Testing

@testable import Pictures

/// Samples become sRGB, and the profile that a picture then carries is true.
@Suite struct ProfileTests {
    private func picture(_ wide: Fixtures.Wide) -> Picture {
        Picture(
            width: wide.width, height: wide.height, pixels: Array(wide.pixels),
            profile: ICCProfile(bytes: Array(wide.profile)))
    }

    @Test(arguments: Fixtures.all.wide)
    func `wide colours are converted, in 8 bits and 16, with alpha and without`(wide: Fixtures.Wide) throws {
        let original = picture(wide)
        let converted = try PictureFile(name: wide.name, bytes: original.encodePNG()).decode()
        #expect(converted.profile == .sRGB)
        #expect(converted.pixels != original.pixels)
        let difference = largestDifference(converted, wide.converted)
        #expect(difference <= 1, "another reader of profiles sees colours that differ by \(difference)")
        for bytes in [try original.encodePNG(isDeep: true), try original.encodeTIFF()] {
            let seen = try PictureFile(name: wide.name, bytes: bytes).decode()
            #expect(seen.profile == .sRGB)
            #expect(largestDifference(seen, wide.converted) <= 1)
        }
        var pixels: [UInt8] = []
        for index in 0..<original.size.area {
            pixels += original.pixels[index * 3..<index * 3 + 3]
            pixels.append(UInt8(index))
        }
        let clear = Picture(
            width: wide.width, height: wide.height, channels: .rgba, pixels: pixels, profile: original.profile)
        let seen = try PictureFile(name: wide.name, bytes: clear.encodePNG()).decode()
        for index in 0..<seen.size.area { #expect(seen.pixels[index * 4 + 3] == UInt8(index)) }
        #expect(seen.opaque(over: .black).pixels != clear.opaque(over: .black).pixels)
    }

    private func largestDifference(_ picture: Picture, _ expected: Data) -> Int {
        var largest = 0
        for (one, other) in zip(picture.pixels, expected) { largest = max(largest, abs(Int(one) - Int(other))) }
        return largest
    }

    @Test func `sRGB stays as it is, and its profile is always the same`() throws {
        var original = noise(40, 30, seed: 5)
        original.profile = .sRGB
        #expect(try PictureFile(name: "sRGB", bytes: original.encodePNG()).decode() == original)
        #expect(ICCProfile.sRGB?.isRGB == true)
        let fixture = try Fixtures.file("png-profile").decode()
        #expect(fixture.profile?.bytes == Array(Fixtures.all.profile))
    }

    @Test func `a profile that cannot be used is dropped`() throws {
        var original = scene(20, 10)
        let plain = try PictureFile(name: "plain", bytes: original.encodeJPEG()).decode()
        let whole = Array(Fixtures.all.profile)
        // Cut within its list of tags and before it, without tags, and of an unknown space of connection.
        var (empty, foreign) = (whole, whole)
        empty.replaceSubrange(128..<132, with: [0, 0, 0, 0])
        foreign.replaceSubrange(20..<24, with: Array("????".utf8))
        for (damage, bytes) in [
            ("cut", Array(whole.prefix(140))), ("header", Array(whole.prefix(128))), ("empty", empty),
            ("foreign", foreign),
        ] {
            original.profile = try #require(ICCProfile(bytes: bytes))
            let decoded = try PictureFile(name: damage, bytes: original.encodeJPEG()).decode()
            #expect(decoded == plain, "\(damage)")
        }
    }

    @Test func `a profile of RGB says nothing of grey and inks`() throws {
        let profile = Array(try #require(Fixtures.all.wide.first).profile)
        let part = Array("ICC_PROFILE\0".utf8) + [1, 1] + profile
        let segment = [0xFF, 0xE2, UInt8((part.count + 2) >> 8), UInt8((part.count + 2) & 255)] + part
        for name in ["jpeg-grey", "jpeg-cmyk-adobe", "jpeg-ycck-adobe"] {
            let plain = try Fixtures.file(name)
            let tagged = plain.bytes.prefix(2) + segment + plain.bytes.dropFirst(2)
            #expect(try PictureFile(name: name, bytes: Array(tagged)).decode() == plain.decode(), "\(name)")
        }
        // A directory in place of the old one, behind the file, with one entry more.
        let plain = try Fixtures.file("tiff-grey")
        let directory = plain.bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let count = Int(plain.bytes[directory])
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
        let place = plain.bytes.count + plain.bytes.count % 2
        let entries = plain.bytes[directory + 2..<directory + 2 + 12 * count]
        let entry = little(34_675, 2) + little(7, 2) + little(profile.count, 4) + little(place, 4)
        let tagged =
            plain.bytes[..<4] + little(place + profile.count, 4) + plain.bytes[8...]
            + [UInt8](repeating: 0, count: place - plain.bytes.count) + profile + little(count + 1, 2) + entries + entry
            + [0, 0, 0, 0]
        #expect(try PictureFile(name: "tiff-grey", bytes: Array(tagged)).decode() == plain.decode())
        #expect(profile.count % 2 == 0)
    }

    @Test func `damage that a reader of profiles does not see leaves them at work`() throws {
        var original = scene(20, 10)
        var damaged = Array(Fixtures.all.profile)
        // Its date.
        damaged[24] ^= 1
        original.profile = ICCProfile(bytes: damaged)
        #expect(try PictureFile(name: "dated", bytes: original.encodePNG()).decode() == original)
    }

    /// libpng would drop them, and other formats' readers do not.
    /// An intent of another byte order; a length of more than there is.
    @Test(arguments: [(64..<68, [1, 0, 0, 0]), (0..<4, [0, 1, 0, 0])] as [(Range<Int>, [UInt8])])
    func `headers of profiles that libpng minds are read as in other formats`(place: Range<Int>, bytes: [UInt8]) throws
    {
        func png(_ picture: Picture, _ profile: [UInt8]) throws -> PictureFile {
            let plain = try picture.encodePNG()
            let part = pngChunk("iCCP", Array("odd\0\0".utf8) + zlibStored(profile))
            return try PictureFile(name: "odd", bytes: Array(plain[..<33]) + part + plain[33...])
        }
        let wide = try #require(Fixtures.all.wide.first)
        var odd = Array(wide.profile)
        odd.replaceSubrange(place, with: bytes)
        var plain = picture(wide)
        plain.profile = ICCProfile(bytes: odd)
        let tiff = try PictureFile(name: "tiff", bytes: plain.encodeTIFF()).decode()
        plain.profile = nil
        let seen = try png(plain, odd).decode()
        // A TIFF is written with 16 bits.
        #expect(largestDifference(seen, Data(tiff.pixels)) <= 1)
        #expect(seen.profile == .sRGB && largestDifference(seen, wide.converted) <= 1)
        // Grey and damaged ones say nothing.
        let grey = try Fixtures.file("png-grey-8")
        let part = pngChunk("iCCP", Array("odd\0\0".utf8) + zlibStored(odd))
        let tagged = try PictureFile(name: "grey", bytes: Array(grey.bytes[..<33]) + part + grey.bytes[33...])
        #expect(try tagged.decode() == grey.decode())
        // What is written says that it is sRGB in one way or another.
        odd = Array(Fixtures.all.profile)
        odd.replaceSubrange(64..<68, with: [1, 0, 0, 0])
        let same = try png(plain, odd).decode()
        #expect(same.pixels == plain.pixels && same.profile?.bytes == odd)
        let written = try PNGChunks(bytes: same.encodePNG()).map(\.name)
        #expect(written.contains(PNGChunks.standardColours) && !written.contains(PNGChunks.profile))
        #expect(try PictureFile(name: "again", bytes: same.encodePNG()).decode().pixels == plain.pixels)
    }

    /// RFC 1950 and 1951, 3.2.4: one block, not compressed.
    private func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
        let sums = bytes.reduce((1, 0)) { sums, byte in
            let one = (sums.0 + Int(byte)) % 65_521
            return (one, (sums.1 + one) % 65_521)
        }
        return [0x78, 0x01, 1] + little(bytes.count) + little(bytes.count ^ 0xFFFF) + bytes
            + little(sums.1).reversed() + little(sums.0).reversed()
    }

    @Test(arguments: [(9, true), (12, true), (1, false), (2, false), (0, false), (255, false)] as [(UInt16, Bool)])
    func `primaries that a HEIC names by number have a profile`(code: UInt16, isWide: Bool) throws {
        let profile = ICCProfile(primaries: code)
        #expect((profile != nil) == isWide)
        guard let profile else { return }
        // Saturated green of a wide space lies outside sRGB, grey inside.
        let picture = Picture(width: 2, height: 1, pixels: [0, 200, 0, 120, 120, 120], profile: profile)
        let seen = try PictureFile(name: "wide", bytes: picture.encodePNG()).decode()
        #expect(seen.pixels[1] > 202)
        #expect(seen.pixels[3...5].allSatisfy { (119...121).contains($0) })
    }
}
