import Foundation
import Testing

@testable import Pictures

/// Light of high dynamic range in HEIC, AVIF and PNG becomes that of an ordinary picture.
@Suite struct BrightLightTests {
    private typealias Colour = SIMD3<Double>

    /// x and y of red, green and blue (ITU-T H.273, table 2); the white is D65.
    private static let places: [UInt16: [(Double, Double)]] = [
        1: [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], 9: [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046)],
        12: [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)],
    ]

    private func cross(_ a: Colour, _ b: Colour) -> Colour {
        [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }

    /// How much of three colours makes a fourth, by Cramer's rule.
    private func parts(_ colours: [Colour], of colour: Colour) -> Colour {
        let (a, b, c) = (colours[0], colours[1], colours[2])
        let whole = (a * cross(b, c)).sum()
        return Colour((colour * cross(b, c)).sum(), (colour * cross(c, a)).sum(), (colour * cross(a, b)).sum()) / whole
    }

    /// X, Y, Z of full red, green and blue.
    private func stimuli(_ primaries: UInt16) -> [Colour] {
        func xyz(_ x: Double, _ y: Double) -> Colour { [x / y, 1, (1 - x - y) / y] }
        let colours = Self.places[primaries]!.map(xyz)
        let shares = parts(colours, of: xyz(0.3127, 0.3290))
        return (0..<3).map { colours[$0] * shares[$0] }
    }

    /// ITU-R BT.2100, tables 4 and 5, BT.2408 for white, IEC 61966-2-1; by way of X, Y and Z, in double precision.
    private func naive(_ sample: [UInt8], transfer: UInt16, primaries: UInt16) -> [Double] {
        let encoded = sample.map { Double($0) / 255 }
        var light = Colour(
            encoded.map { value -> Double in
                if transfer == 16 {
                    let root = pow(value, 1 / 78.84375)
                    return 10_000 * pow(max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125)
                }
                let (a, b) = (0.17883277, 1 - 4 * 0.17883277)
                let c = 0.5 - a * log(4 * a)
                return value <= 0.5 ? value * value / 3 : (exp((value - c) / a) + b) / 12
            })
        let own = stimuli(primaries)
        var xyz = own[0] * light.x + own[1] * light.y + own[2] * light.z
        if transfer == 18 { xyz *= 1000 * pow(xyz.y, 0.2) }
        light = parts(stimuli(1), of: xyz) / 203
        let (largest, bend, peak) = (light.max(), 0.8, 1000.0 / 203)
        if largest > bend {
            // s · (x − zero) / (x + pole) with the value and the slope of the line at the bend, and 1 at the peak.
            let zero = bend * bend * (peak - 1) / (bend * bend - 2 * bend + peak)
            let pole = (bend * bend - 2 * bend * peak + peak) / (peak - 1)
            let scale = (pole + bend) * (pole + bend) / (pole + zero)
            light *= scale * (largest - zero) / (largest + pole) / largest
        }
        return (0..<3).map { channel in
            let value = min(max(light[channel], 0), 1)
            return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055)
        }
    }

    @Test(arguments: [16, 18] as [UInt16], [1, 9, 12] as [UInt16])
    func `light is that of its equations`(transfer: UInt16, primaries: UInt16) throws {
        let original = noise(40, 30, .rgba, seed: 12)
        var samples = original.pixels
        let light = try #require(BrightLight(rawValue: transfer))
        light.turnToSRGB(&samples, channels: .rgba, primaries: try #require(.init(code: primaries)))
        for start in stride(from: 0, to: samples.count, by: 4) {
            let own = Array(original.pixels[start..<start + 3])
            let expected = naive(own, transfer: transfer, primaries: primaries)
            for channel in 0..<3 {
                #expect(abs(Double(samples[start + channel]) - expected[channel]) <= 1, "\(own)")
            }
            #expect(samples[start + 3] == original.pixels[start + 3])
        }
    }

    /// White is almost white, the brightest highlight is, and shades stay in order.
    @Test(arguments: [(16, 148, 192), (18, 191, 255)] as [(UInt16, UInt8, UInt8)])
    func `white lies below the highlights`(transfer: UInt16, white: UInt8, brightest: UInt8) throws {
        var samples = (0...255).flatMap { [UInt8](repeating: $0, count: 3) }
        try #require(BrightLight(rawValue: transfer)).turnToSRGB(
            &samples, channels: .rgb, primaries: try #require(.init(code: 9)))
        let greys = stride(from: 0, to: samples.count, by: 3).map { Int(samples[$0]) }
        #expect(abs(greys[Int(white)] - 243) <= 2 && greys[Int(brightest)] >= 254 && greys[0] == 0)
        #expect(zip(greys, greys.dropFirst()).allSatisfy { $0 <= $1 })
        for start in stride(from: 0, to: samples.count, by: 3) {
            #expect(abs(Int(samples[start]) - Int(samples[start + 2])) <= 1, "grey stays grey")
        }
    }

    /// A fixture that says to have other primaries and another curve.
    private func file(_ name: String, _ primaries: UInt8, _ transfer: UInt8) throws -> PictureFile {
        var bytes = try Fixtures.file(name).bytes
        let at = try #require(bytes.firstIndex(of: Array("nclx".utf8))) + 4
        bytes.replaceSubrange(at..<at + 4, with: [0, primaries, 0, transfer])
        return try PictureFile(name: name, bytes: bytes)
    }

    @Test(arguments: ["heic", "heic-alpha", "heic-turned", "avif", "avif-alpha"], [16, 18] as [UInt8])
    func `files of high dynamic range are converted, not relabelled`(name: String, transfer: UInt8) throws {
        let plain = try file(name, 1, 13).decode()
        let seen = try file(name, 9, transfer).decode()
        var expected = plain.pixels
        try #require(BrightLight(rawValue: UInt16(transfer))).turnToSRGB(
            &expected, channels: plain.channels, primaries: try #require(.init(code: 9)))
        #expect(seen.pixels == expected && seen.pixels != plain.pixels)
        #expect(seen.channels == plain.channels && seen.profile == nil)
        let error = try pictureError { _ = try file(name, 11, transfer).decode() }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains("high dynamic range") && reason.contains("primaries 11"))
    }

    /// Signature and header of a PNG, its code points, and the rest.
    private func png(_ plain: [UInt8], _ codes: [UInt8]) -> [UInt8] {
        let head = 8 + 25
        return plain[..<head] + pngChunk("cICP", codes) + plain[head...]
    }

    @Test(arguments: [16, 18] as [UInt8], [Picture.Channels.rgb, .rgba])
    func `a PNG names them by code points, in 8 bits and in 16`(transfer: UInt8, channels: Picture.Channels) throws {
        let original = noise(20, 15, channels, seed: 13)
        let light = try #require(BrightLight(rawValue: UInt16(transfer)))
        let primaries = try #require(BrightLight.Primaries(code: 9))
        for isDeep in [false, true] {
            var tagged = original
            // A profile that the code points come before.
            tagged.profile = .adobeRGB
            let bytes = png(try tagged.encodePNG(isDeep: isDeep), [9, transfer, 0, 1])
            let seen = try PictureFile(name: "bright", bytes: bytes).decode()
            var expected = original.pixels
            light.turnToSRGB(&expected, channels: channels, primaries: primaries)
            #expect(zip(seen.pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 } && seen.profile == nil)
            guard isDeep else { continue }
            var deep = original.samples16
            light.turnToSRGB(&deep, channels: channels, primaries: primaries)
            #expect(seen.deep == deep)
        }
        let bytes = png(try original.encodePNG(), [11, transfer, 0, 1])
        let error = try pictureError { _ = try PictureFile(name: "bright", bytes: bytes).decode() }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains("primaries 11"))
    }

    @Test(arguments: [1, 13] as [UInt8], [1, 9, 12] as [UInt8])
    func `a PNG's wide primaries are converted as by a profile of them`(transfer: UInt8, primaries: UInt8) throws {
        var original = noise(20, 15, seed: 14)
        let bytes = png(try original.encodePNG(), [primaries, transfer, 0, 1])
        let seen = try PictureFile(name: "wide", bytes: bytes).decode()
        original.profile = ICCProfile(primaries: UInt16(primaries))
        #expect(try seen == PictureFile(name: "tagged", bytes: original.encodePNG()).decode())
        #expect((seen.pixels == original.pixels) == (primaries == 1))
    }

    @Test(arguments: [[2, 2], [9, 8], [11, 13], [1, 2]] as [[UInt8]])
    func `a PNG whose code points say nothing that is known has its profile`(codes: [UInt8]) throws {
        var original = noise(20, 15, seed: 16)
        original.profile = .adobeRGB
        let plain = try original.encodePNG()
        let expected = try PictureFile(name: "tagged", bytes: plain).decode()
        #expect(try PictureFile(name: "said", bytes: png(plain, codes + [0, 1])).decode() == expected)
        #expect(expected.pixels != original.pixels)
    }

    @Test func `code points that are damaged are none, and video's levels are refused`() throws {
        let original = noise(20, 15, seed: 15)
        var bytes = png(try original.encodePNG(), [9, 16, 0, 1])
        bytes[8 + 25 + 8] = 12
        #expect(try PictureFile(name: "damaged", bytes: bytes).decode().pixels == original.pixels)
        bytes = png(try original.encodePNG(), [9, 16, 0, 0])
        let error = try pictureError { _ = try PictureFile(name: "narrow", bytes: bytes).decode() }
        guard case .unsupported(_, let reason) = error else { throw error }
        #expect(reason.contains("narrow range"))
    }
}
