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
    @Test(arguments: ["heic", "avif", "webp-lossless"], [0x00, 0xFF] as [UInt8])
    func `no coder makes bytes of one value in a row`(name: String, value: UInt8) throws {
        let isLossless = name == "webp-lossless"
        for count in [100, 300] {
            var bytes = try Fixtures.file(name).bytes
            func add(at place: Int, bigEndian: Bool) {
                let places = bigEndian ? Array(place..<place + 4) : (place..<place + 4).reversed()
                let number = places.reduce(0) { $0 << 8 | Int(bytes[$1]) } + count
                for (index, at) in places.enumerated() { bytes[at] = UInt8(number >> (8 * (3 - index)) & 255) }
            }
            let box = try #require(bytes.firstIndex(of: Array((isLossless ? "VP8L" : "mdat").utf8)))
            if !isLossless {
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
            bytes += [UInt8](repeating: value, count: count) + (isLossless ? [0] : [])
            // What lossless WebP needs of its bytes is known where they are decoded.
            let header = Result {
                let file = try PictureFile(name: name, bytes: bytes)
                return isLossless ? try file.decode().size : try file.header().size
            }
            guard count > 255 || isLossless else {
                #expect(throws: Never.self) { try header.get() }
                continue
            }
            try expectDamage(bytes, name)
            let error = try pictureError { _ = try header.get() }
            guard case .corrupt(_, let reason) = error else { throw error }
            #expect(reason.contains(isLossless ? "behind its last pixel" : "bytes of one value"))
        }
    }

    /// A lossless WebP without any transform, of black and green pixels of a bit each (RFC 9649, 3).
    private func lossless(_ width: Int, _ height: Int, isGreen: (Int) -> Bool) -> [UInt8] {
        var (bytes, held, count): ([UInt8], Int, Int) = ([0x2F], 0, 0)
        func put(_ value: Int, _ bits: Int) {
            held |= value << count
            count += bits
            while count >= 8 {
                bytes.append(UInt8(held & 255))
                (held, count) = (held >> 8, count - 8)
            }
        }
        put(width - 1, 14)
        put(height - 1, 14)
        // No alpha, version 0; no transform, no cache, one group of codes.
        put(0, 1 + 3 + 3)
        // Simple codes: two symbols of green, 0 and 255; then one of red, of blue, of alpha, of distances.
        for (value, bits) in [
            (0b011, 3), (0, 1), (255, 8), (0b001, 3), (0, 1), (0b001, 3), (0, 1), (0b101, 3), (255, 8),
        ] {
            put(value, bits)
        }
        put(0b001, 3)
        put(0, 1)
        for pixel in 0..<width * height { put(isGreen(pixel) ? 1 : 0, 1) }
        if count > 0 { put(0, 8 - count) }
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
        let padded = bytes + (bytes.count % 2 == 1 ? [0] : [])
        let chunk = Array("WEBPVP8L".utf8) + little(bytes.count) + padded
        return Array("RIFF".utf8) + little(chunk.count) + chunk
    }

    @Test(arguments: [false, true]) func `unpacked pixels of one colour are whole, sectors are not`(value: Bool) throws
    {
        let (width, height) = (256, 256)
        var numbers = SeededNumbers(seed: 31)
        let noise = (0..<width * height).map { _ in Bool.random(using: &numbers) }
        // An area that begins and ends with no sector, in the middle and at the end.
        for area in [20_000..<45_000, 40_000..<width * height] {
            let whole = lossless(width, height) { area.contains($0) ? value : noise[$0] }
            let picture = try decode(whole, "whole")
            for pixel in 0..<width * height {
                let green = area.contains(pixel) ? value : noise[pixel]
                guard picture.pixels[3 * pixel + 1] == (green ? 255 : 0) else {
                    Issue.record("pixel \(pixel)")
                    return
                }
            }
        }
        let whole = lossless(width, height) { noise[$0] }
        try expectDamage(holed(whole, value ? 0xFF : 0), "hole")
        try expectDamage(cleared(whole, from: whole.count / 2 / 512 * 512, value ? 0xFF : 0), "end")
    }
}
