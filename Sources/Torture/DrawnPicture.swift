/// A real picture that needs no library: a PNG of noise, its pixels stored without compression.
enum DrawnPicture {
    /// - Returns: an RGB picture of 8 bits a channel, `side` pixels a side; 1 to 146, so that it fits one stored block.
    static func png(side: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
        var rows: [UInt8] = []
        for _ in 0..<side { rows += [0] + (0..<3 * side).map { _ in UInt8(truncatingIfNeeded: numbers.next()) } }
        precondition(rows.count <= 0xFFFF, "a stored block holds 65,535 bytes, not \(rows.count)")
        let size = bigEndian(UInt32(side))
        // RFC 1950 and 1951: a header, one final stored block, and the sum.
        let length = UInt16(rows.count)
        let block: [UInt8] = [0x78, 0x01, 0x01] + littleEndian(length) + littleEndian(~length)
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", size + size + [8, 2, 0, 0, 0])
            + chunk("IDAT", block + rows + bigEndian(adler32(rows))) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let named = Array(name.utf8) + body
        return bigEndian(UInt32(body.count)) + named + bigEndian(crc32(named))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    private static func littleEndian(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

    /// PNG specification, annex D.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }

    /// RFC 1950, section 9.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
