import Foundation
import Pictures

/// The models and sample photographs that `deploy/fetch-models` and `deploy/fetch-samples` put into the cache.
enum Assets {
    static let models = folder("LIMNER_MODELS", "models")
    static let samples = folder("LIMNER_SAMPLES", "samples")

    /// - Throws: with the command that fetches what is missing.
    static func sample(_ name: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: samples + "/" + name) else {
            throw Disappointment("\(samples)/\(name) is missing; run deploy/fetch-samples")
        }
        return [UInt8](data)
    }

    static func samplePicture(_ name: String) throws -> Picture {
        try PictureFile(name: name, bytes: sample(name)).decode()
    }

    /// Small files of every format, which the tests of Pictures have.
    static func pictureFixtures() throws -> [[UInt8]] {
        struct Fixtures: Decodable {
            struct File: Decodable { let file: Data }
            let fixtures: [File]
        }
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../PicturesTests/Fixtures/fixtures.json").standardizedFileURL
        return try JSONDecoder().decode(Fixtures.self, from: Data(contentsOf: path)).fixtures.map { Array($0.file) }
    }

    /// Two photographs side by side, as tall as the lower one: a group.
    static func group(_ left: String, _ right: String) throws -> [UInt8] {
        let pictures = try [samplePicture(left), samplePicture(right)]
        let height = pictures.map(\.height).min()!
        let scaled = pictures.map { picture in
            picture.resized(to: PixelSize(width: picture.width * height / picture.height, height: height))
        }
        var pixels: [UInt8] = []
        for row in 0..<height {
            for picture in scaled {
                let start = row * picture.width * 3
                pixels += picture.pixels[start..<start + picture.width * 3]
            }
        }
        return try Picture(width: scaled.reduce(0) { $0 + $1.width }, height: height, pixels: pixels)
            .encodeJPEG(quality: 92)
    }

    /// A photograph stored lying on its side, with the EXIF orientation 6 that sets it upright.
    static func lyingDown(_ name: String) throws -> [UInt8] {
        let lying = try samplePicture(name).upright(from: .needsAnticlockwiseTurn)
        let jpeg = try lying.encodeJPEG(quality: 92)
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1]  // big-endian TIFF with one entry
            + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]  // Orientation, SHORT, one value: 6
            + [0, 0, 0, 0]
        let length = exif.count + 2
        return Array(jpeg[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif + jpeg[2...]
    }

    /// A JPEG that claims 30,000 × 30,000 pixels: the header of a small one with its size overwritten.
    static func enormousHeader() throws -> [UInt8] {
        let side = [UInt8(30_000 >> 8), UInt8(30_000 & 255)]
        return try overwritingFrame(at: 5, with: side + side)
    }

    /// A JPEG that claims 12,000 × 8,000 pixels, and is long enough to be believed; there is nothing to decode in it.
    static func largeHeader(isProgressive: Bool) throws -> [UInt8] {
        let size = [12_000, 8000].reversed().flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let frame: [UInt8] = [isProgressive ? 0xC2 : 0xC0, 0, 17, 8]
        return try overwritingFrame(at: 1, with: frame + size) + [UInt8](repeating: 0, count: 1 << 20)
    }

    /// A JPEG that claims samples of twelve bits.
    static func twelveBits() throws -> [UInt8] { try overwritingFrame(at: 4, with: [12]) }

    /// A small white JPEG with some bytes of its frame header replaced.
    private static func overwritingFrame(at offset: Int, with bytes: [UInt8]) throws -> [UInt8] {
        var jpeg = try Picture(width: 16, height: 16, filledWith: .white).encodeJPEG(quality: 90)
        let frame = try found(
            jpeg.indices.dropLast(9).first { jpeg[$0] == 0xFF && (jpeg[$0 + 1] == 0xC0 || jpeg[$0 + 1] == 0xC2) })
        jpeg.replaceSubrange(frame + offset..<frame + offset + bytes.count, with: bytes)
        return jpeg
    }

    /// A picture to stylise quickly.
    static func scene(longSide: Int = 160) throws -> [UInt8] {
        try samplePicture("china.jpg").resized(longSide: longSide).encodeJPEG(quality: 90)
    }

    /// A style drawn here: coloured stripes. Of bands of 8 pixels nothing is left of a small scene, so that it is painted twice.
    static func stripes(side: Int = 128, band width: Int = 24) throws -> [UInt8] {
        let pixels = (0..<side * side).flatMap { index -> [UInt8] in
            let band = (index % side + index / side) / width % 3
            return band == 0 ? [220, 60, 40] : band == 1 ? [30, 60, 150] : [240, 200, 60]
        }
        return try Picture(width: side, height: side, pixels: pixels).encodePNG()
    }

    private static func folder(_ variable: String, _ name: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment[variable], !folder.isEmpty { return folder }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (cache ?? NSHomeDirectory() + "/.cache") + "/limner/" + name
    }
}

/// The value, or the end of the test.
private func found<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Disappointment("the encoder wrote no frame header") }
    return value
}
