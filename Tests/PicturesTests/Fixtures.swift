import Foundation
import Testing

@testable import Pictures

/// `Fixtures/fixtures.json`, which `Fixtures/make_fixtures.py` makes with Pillow and numpy.
struct Fixtures: Decodable {
    struct File: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let file: Data
        let width: Int
        let height: Int
        let channels: Int
        let pixels: Data
        /// Largest difference from `pixels` that another decoder may show.
        let tolerance: Int
        let orientation: Int?
        let carriesProfile: Bool?
        /// Decode at the scale that covers this long side.
        let covering: Int?

        var bytes: [UInt8] { Array(file) }
        /// As the fixture's name begins.
        var format: PictureFormat? {
            switch name.prefix { $0 != "-" } {
            case "heic": .heif
            case "pgm", "ppm": .pnm
            case let name: PictureFormat(rawValue: String(name))
            }
        }
        var scale: DecodingScale { covering.map { .covering(longSide: $0) } ?? .full }
        var testDescription: String { name }

        func decode() throws -> Picture { try PictureFile(name: name, bytes: bytes).decode(scale: scale) }
    }

    struct Resampling: Decodable {
        struct Result: Decodable {
            let filter: String
            let width: Int
            let height: Int
            /// The first channel, in reading order.
            let red: [Float]
        }

        let width: Int
        let height: Int
        let pixels: Data
        let results: [Result]
    }

    struct ColourValues: Decodable {
        let rgb: [UInt8]
        let linear: [Float]
        let lab: [Float]
        let yCbCr: [Float]
    }

    /// A scene under a wide profile, and the same in sRGB.
    struct Wide: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let profile: Data
        let width: Int
        let height: Int
        let pixels: Data
        let converted: Data

        var testDescription: String { name }
    }

    let fixtures: [File]
    let wide: [Wide]
    let profile: Data
    let resampling: Resampling
    let colours: [ColourValues]

    static let all: Fixtures = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/fixtures.json")
        do {
            return try JSONDecoder().decode(Fixtures.self, from: Data(contentsOf: path))
        } catch {
            fatalError("\(path.path) cannot be read: \(error)")
        }
    }()

    static func file(_ name: String) throws -> File {
        try #require(all.fixtures.first { $0.name == name }, "no fixture is called \(name)")
    }
}

/// SplitMix64: the same numbers on every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Noise of every value.
func noise(_ width: Int, _ height: Int, _ channels: Picture.Channels = .rgb, seed: UInt64) -> Picture {
    var numbers = SeededNumbers(seed: seed)
    let pixels = (0..<(width * height * channels.count)).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
}

/// A scene of slow waves, which JPEG keeps well.
func scene(_ width: Int, _ height: Int) -> Picture {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            let waves = [sin(Double(x) / 15), cos(Double(y) / 12), sin(Double(x) / 9) * cos(Double(y) / 11)]
            pixels += waves.map { UInt8(128 + 100 * $0) }
        }
    }
    return Picture(width: width, height: height, pixels: pixels)
}

func meanDifference(_ a: Picture, _ b: Picture) -> Double {
    precondition(a.pixels.count == b.pixels.count)
    let sum = zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(a.pixels.count)
}

/// The error that `body` throws; a test failure when it throws none or another type.
func pictureError(_ body: () throws -> Void) throws -> PictureError {
    try #require(throws: PictureError.self, performing: body)
}

/// A chunk of a PNG with its checksum, or another.
func pngChunk(_ name: String, _ body: [UInt8], checksum: UInt32? = nil) -> [UInt8] {
    func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
    let named = Array(name.utf8) + body
    return big(UInt32(body.count)) + named + big(checksum ?? crc32(named))
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
        (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
