import Testing

@testable import Parsing

/// Streams put together bit by bit, as the standards have them.
@Suite struct CodedSizeTests {
    private func bytes(_ bits: String) -> [UInt8] {
        let bits = bits.filter { $0 != " " }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            let byte = bits.dropFirst(start).prefix(8)
            return UInt8(byte + String(repeating: "0", count: 8 - byte.count), radix: 2) ?? 0
        }
    }

    private func fixed(_ number: Int, _ width: Int) -> String {
        let text = String(number, radix: 2)
        return String(repeating: "0", count: width - text.count) + text
    }

    private func golomb(_ number: Int) -> String {
        let text = String(number + 1, radix: 2)
        return String(repeating: "0", count: text.count - 1) + text
    }

    /// ITU-T H.265, 7.3.2.2, with some layers that have profiles and levels of their own.
    private func parameterSet(_ width: Int, _ height: Int, layers: Int, chroma: Int = 1) -> [UInt8] {
        let profile = String(repeating: "1", count: 88)
        var bits = fixed(33 << 9 | 1, 16) + "0000" + fixed(layers, 3) + "1" + profile + fixed(93, 8)
        bits += String(repeating: "11", count: layers)
        if layers > 0 { bits += String(repeating: "01", count: 8 - layers) }
        bits += String(repeating: profile + fixed(60, 8), count: layers)
        bits += golomb(0) + golomb(chroma) + (chroma == 3 ? "0" : "") + golomb(width) + golomb(height) + "1"
        return bytes(bits)
    }

    @Test(arguments: [(64, 64), (4032, 3024), (70_000, 3)], [0, 1, 3])
    func parameterSetsOfHEVC(_ size: (Int, Int), _ layers: Int) throws {
        let expected = PixelSize(width: size.0, height: size.1)
        for chroma in [1, 3] {
            let unit = parameterSet(size.0, size.1, layers: layers, chroma: chroma)
            let length = [UInt8(unit.count >> 8), UInt8(unit.count & 255)]
            let configuration = [UInt8](repeating: 3, count: 22) + [1, 33, 0, 1] + length + unit
            #expect(CodedSize.hevc(configuration: configuration[...]) == [expected])
            let stream = [0, 0, 0, 3, 0x40, 1, 2] + [0, 0] + length + unit
            let units = try #require(HEVCUnits(stream[...], configuration: configuration[...]))
            #expect(CodedSize.hevc(stream: units) == [expected])
            for count in 0..<configuration.count {
                #expect(CodedSize.hevc(configuration: configuration.prefix(count)).count <= 1)
            }
        }
    }

    /// AV1 Bitstream & Decoding Process, 5.5.1: a still picture's short header, and one with everything in it.
    @Test(arguments: [true, false]) func sequenceHeadersOfAV1(_ isShort: Bool) {
        let points =
            "00001" + (fixed(0, 12) + fixed(9, 5) + "0" + "1" + fixed(0, 21) + "1" + "0000")
            + (fixed(0, 12) + fixed(3, 5) + "0" + "0")
        let timing = "1" + fixed(1, 32) + fixed(25, 32) + "1" + golomb(5) + "1" + fixed(9, 5) + fixed(0, 32 + 10)
        let head = "000" + "1" + (isShort ? "1" + "00000" : "0" + timing + "1" + points)
        let unit = bytes(head + fixed(11, 4) + fixed(10, 4) + fixed(4031, 12) + fixed(1999, 11) + "0")
        let stream = [0x12, 0, 0x0A, UInt8(unit.count)] + unit + [0x32, 2, 1, 1]
        #expect(CodedSize.av1(stream: stream[...]) == [PixelSize(width: 4032, height: 2000)])
        for count in 0..<stream.count { #expect(CodedSize.av1(stream: stream.prefix(count)).count <= 1) }
    }
}
