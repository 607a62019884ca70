/// How large the pictures are that a HEVC or AV1 stream says to hold. Decoders take memory for these, whatever the file around
/// them claims.
enum CodedSize {
    /// Of the sequence parameter sets in a decoder configuration (ISO/IEC 14496-15, 8.3.3.1).
    static func hevc(configuration: ArraySlice<UInt8>) -> [PixelSize] {
        var reader = ByteReader(configuration)
        guard reader.take(configurationHead) != nil, let arrays = reader.big(1) else { return [] }
        var sizes: [PixelSize] = []
        for _ in 0..<arrays {
            guard reader.take(1) != nil, let count = reader.big(2) else { return sizes }
            for _ in 0..<count {
                guard let length = reader.big(2), let unit = reader.take(length) else { return sizes }
                if let size = parameterSet(unit) { sizes.append(size) }
            }
        }
        return sizes
    }

    /// Of the sequence parameter sets among the units of a stream.
    static func hevc(stream: HEVCUnits) -> [PixelSize] { stream.compactMap(parameterSet) }

    /// Bytes of a configuration before its arrays.
    private static let configurationHead = 22

    /// ITU-T H.265, 7.3.2.2: nil when the unit is another, or ends early.
    private static func parameterSet(_ unit: ArraySlice<UInt8>) -> PixelSize? {
        guard let first = unit.first, first >> 1 & 0x3F == 33 else { return nil }
        var reader = BitReader(unescaped(unit.prefix(longestHead)))
        reader.skip(16 + 4)
        let layers = reader.bits(3)
        reader.skip(1 + profileBits + 8)
        let present = (0..<layers).map { _ in (profile: reader.flag(), level: reader.flag()) }
        if layers > 0 { reader.skip(2 * (8 - layers)) }
        for layer in present { reader.skip((layer.profile ? profileBits : 0) + (layer.level ? 8 : 0)) }
        _ = reader.golomb()
        if reader.golomb() == 3 { reader.skip(1) }
        let size = PixelSize(width: reader.golomb(), height: reader.golomb())
        return reader.isExhausted ? nil : size
    }

    private static let profileBits = 88
    private static let longestHead = 512

    /// 7.3.1.1: a three behind two zeros is no part of the content.
    private static func unescaped(_ unit: ArraySlice<UInt8>) -> [UInt8] {
        var (output, zeros): ([UInt8], Int) = ([], 0)
        for byte in unit {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            output.append(byte)
        }
        return output
    }

    /// Of the sequence headers among the units of an AV1 stream (AV1 Bitstream & Decoding Process, 5.3 and 5.5).
    static func av1(stream: ArraySlice<UInt8>) -> [PixelSize] {
        var reader = ByteReader(stream)
        var sizes: [PixelSize] = []
        let sequenceHeader = 1
        while let head = reader.big(1) {
            if head & 4 != 0 { _ = reader.take(1) }
            let length = head & 2 != 0 ? leb128(&reader) : reader.rest.count
            guard let length, let unit = reader.take(length) else { return sizes }
            if head >> 3 & 15 == sequenceHeader { sizes.append(sequence(Array(unit.prefix(longestHead)))) }
        }
        return sizes
    }

    private static func leb128(_ reader: inout ByteReader) -> Int? {
        var value = 0
        for place in 0..<8 {
            guard let byte = reader.big(1) else { return nil }
            value |= (byte & 0x7F) << (place * 7)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private static func sequence(_ bytes: [UInt8]) -> PixelSize {
        var reader = BitReader(bytes)
        reader.skip(3 + 1)
        if reader.flag() {
            reader.skip(5)
        } else {
            var delayBits: Int?
            if reader.flag() {
                reader.skip(64)
                if reader.flag() { _ = reader.golomb() }
                if reader.flag() {
                    delayBits = reader.bits(5) + 1
                    reader.skip(32 + 5 + 5)
                }
            }
            let hasDelays = reader.flag()
            for _ in 0...reader.bits(5) {
                reader.skip(12)
                if reader.bits(5) > 7 { reader.skip(1) }
                if let delayBits, reader.flag() { reader.skip(2 * delayBits + 1) }
                if hasDelays, reader.flag() { reader.skip(4) }
            }
        }
        let (across, down) = (reader.bits(4) + 1, reader.bits(4) + 1)
        return PixelSize(width: reader.bits(across) + 1, height: reader.bits(down) + 1)
    }
}
