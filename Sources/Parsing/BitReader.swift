/// Reads numbers of any length from the front of some bytes, high bit first; zeros when they are at an end.
struct BitReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes ended before what was asked for.
    var isExhausted: Bool { at > bytes.count * 8 }

    mutating func bits(_ count: Int) -> Int {
        var value = 0
        for _ in 0..<count {
            let byte = at >> 3
            value = value << 1 | (byte < bytes.count ? Int(bytes[byte] >> (7 - at & 7)) & 1 : 0)
            at += 1
        }
        return value
    }

    mutating func flag() -> Bool { bits(1) == 1 }

    mutating func skip(_ count: Int) { at += count }

    /// Exponential Golomb code (ITU-T H.265, 9.2); AV1's `uvlc` is the same.
    mutating func golomb() -> Int {
        var zeros = 0
        while !isExhausted, zeros < 32, !flag() { zeros += 1 }
        return bits(zeros) + 1 << zeros - 1
    }
}
