import Testing

@testable import Pictures

/// Pictures of whose bytes a card reader or a copy lost some, which decoders take for pixels, and pictures that only look so.
@Suite struct LostStretchTests {
    private func decode(_ bytes: [UInt8], _ what: String) throws -> Picture {
        try PictureFile(name: what, bytes: bytes).decode()
    }

    private func expectDamage(_ bytes: [UInt8], _ what: String) throws {
        let error = try pictureError { _ = try decode(bytes, what) }
        switch error {
        case .corrupt(_, let reason): #expect(reason.contains("as a copy leaves"), "\(what): \(reason)")
        case .truncated: break
        default: Issue.record("\(what): \(error)")
        }
    }

    /// Zeros, or bytes of 255, from a place on to the end.
    private func cleared(_ bytes: [UInt8], from start: Int, _ value: UInt8 = 0) -> [UInt8] {
        bytes[..<start] + [UInt8](repeating: value, count: bytes.count - start)
    }

    private func holed(_ bytes: [UInt8], _ value: UInt8 = 0) -> [UInt8] {
        let start = bytes.count / 2 / 512 * 512
        return bytes[..<start] + [UInt8](repeating: value, count: 512) + bytes[(start + 512)...]
    }

    private static let photograph = scene(400, 300)

    @Test(arguments: [30, 60, 90], [60, 98])
    func `a JPEG that ends in zeros is damaged`(share: Int, quality: Int) throws {
        for (name, picture) in [("scene", Self.photograph), ("noise", noise(200, 150, seed: 5))] {
            for progressive in [false, true] {
                let whole = try picture.encodeJPEG(JPEGOptions(quality: quality, progressive: progressive))
                let what = "\(name), \(progressive ? "progressive" : "baseline")"
                try expectDamage(cleared(whole, from: whole.count * share / 100), what)
                try expectDamage(cleared(whole, from: whole.count * share / 100, 0xFF), what)
            }
        }
    }

    @Test func `a sector of zeros in a JPEG's scan is damage`() throws {
        let whole = try noise(200, 150, seed: 6).encodeJPEG(quality: 90)
        try expectDamage(holed(whole), "baseline")
        let error = try pictureError { _ = try PictureFile(name: "holed", bytes: holed(whole)).header() }
        guard case .corrupt(_, let reason) = error else { throw error }
        #expect(reason.contains("bytes of one value"))
    }

    /// Of one colour nearly all blocks are coded in bits of zero.
    @Test(arguments: [false, true], [5, 90])
    func `a JPEG of one colour is whole, with its end marker and without`(progressive: Bool, quality: Int) throws {
        for colour in [
            Colour.white, .black, Colour(red: 128, green: 128, blue: 128), Colour(red: 200, green: 9, blue: 70),
        ] {
            let plain = Picture(width: 2000, height: 1500, filledWith: colour)
            let whole = try plain.encodeJPEG(JPEGOptions(quality: quality, progressive: progressive))
            let pixels = try decode(whole, "whole").pixels
            #expect(try decode(Array(whole.dropLast(2)), "open").pixels == pixels)
            #expect(try decode(whole + [UInt8](repeating: 0, count: 4096), "padded").pixels == pixels)
        }
    }

    @Test(arguments: [30, 60, 90], [0x00, 0xFF] as [UInt8])
    func `a WebP that ends in bytes of one value, or has a sector of them, is damaged`(share: Int, value: UInt8) throws
    {
        let whole = try noise(200, 150, seed: 7).encodeWebP(quality: 80)
        try expectDamage(cleared(whole, from: whole.count * share / 100, value), "end")
        try expectDamage(holed(whole, value), "hole")
    }

    /// Only what is shown is judged.
    @Test func `of an animation the first frame is to be whole`() throws {
        let whole = try noise(200, 150, seed: 7).encodeWebP(quality: 80)
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] { Array(name.utf8) + number(body.count, 4) + body }
        let size = number(199, 3) + number(149, 3)
        func animation(_ frames: [[UInt8]]) -> [UInt8] {
            let body =
                Array("WEBP".utf8) + chunk("VP8X", [2, 0, 0, 0] + size) + chunk("ANIM", [0, 0, 0, 0, 0, 0])
                + frames.flatMap { chunk("ANMF", number(0, 6) + size + number(40, 3) + [0] + $0.dropFirst(12)) }
            return chunk("RIFF", body)
        }
        let lost = cleared(whole, from: whole.count / 2, 0)
        let shown = try decode(animation([whole, lost]), "moves").opaque(over: .white)
        #expect(try shown.pixels == decode(whole, "whole").pixels)
        try expectDamage(animation([lost, whole]), "moves")
    }

    @Test(arguments: [1, 90])
    func `a WebP of one colour is whole`(quality: Int) throws {
        for colour in [Colour.white, .black] {
            let plain = Picture(width: 2000, height: 1500, channels: .rgba, filledWith: colour)
            #expect(try decode(try plain.encodeWebP(quality: quality), "whole").width == 2000)
        }
    }

    /// Fixtures whose coded pixels go on in bytes of one value, which decoders leave unread.
    @Test(
        arguments: [("heic", "mdat", 8), ("avif", "mdat", 8), ("webp-lossless", "VP8L", 0)], [0x00, 0xFF] as [UInt8])
    func `no coder makes bytes of one value in a row`(
        fixture: (name: String, box: String, head: Int), value: UInt8
    ) throws {
        for count in [100, 300] {
            var bytes = try Fixtures.file(fixture.name).bytes
            func add(at place: Int, bigEndian: Bool) {
                let places = bigEndian ? Array(place..<place + 4) : (place..<place + 4).reversed()
                let number = places.reduce(0) { $0 << 8 | Int(bytes[$1]) } + count
                for (index, at) in places.enumerated() { bytes[at] = UInt8(number >> (8 * (3 - index)) & 255) }
            }
            let box = try #require(bytes.firstIndex(of: Array(fixture.box.utf8)))
            if fixture.head > 0 {
                add(at: box - 4, bigEndian: true)
                // The last number of the box of places is the length of the one item.
                let places = try #require(bytes.firstIndex(of: Array("iloc".utf8)))
                add(at: places - 4 + Int(bytes[places - 1]) - 4, bigEndian: true)
            } else {
                add(at: box + 4, bigEndian: false)
                add(at: 4, bigEndian: false)
                // A byte of padding makes its length even.
                bytes.removeLast()
            }
            bytes += [UInt8](repeating: value, count: count)
            let header = Result { try PictureFile(name: fixture.name, bytes: bytes).header() }
            guard count > 255 else {
                #expect(throws: Never.self) { try header.get() }
                continue
            }
            try expectDamage(bytes, fixture.name)
            let error = try pictureError { _ = try header.get() }
            guard case .corrupt(_, let reason) = error else { throw error }
            #expect(reason.contains("bytes of one value"))
        }
    }
}
