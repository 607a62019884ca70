/// The units of a HEVC stream in a file, each behind its length (ISO/IEC 14496-15, 4.3.3); ends at the first that does not fit.
struct HEVCUnits: Sequence, IteratorProtocol {
    private var reader: ByteReader
    /// Bytes of a length.
    private let width: Int

    /// Nil where the decoder's configuration does not tell how long lengths are.
    init?(_ stream: ArraySlice<UInt8>, configuration: ArraySlice<UInt8>) {
        guard let lengths = configuration.dropFirst(Self.lengthPlace).first else { return nil }
        reader = ByteReader(stream)
        width = Int(lengths & 3) + 1
    }

    mutating func next() -> ArraySlice<UInt8>? { reader.big(width).flatMap { reader.take($0) } }

    /// Whether a unit of pixels has bytes that no coder makes (ITU-T H.265, 7.4.2): a third behind two zeros that is less than a three, or
    /// an end of zeros but for a few, with which some coders pad.
    static func isDamaged(_ unit: ArraySlice<UInt8>) -> Bool {
        guard let head = unit.first, head >> 1 & 0x3F < pixelKinds else { return false }
        let end = unit.lastIndex { $0 != 0 }.map { $0 + 1 } ?? unit.endIndex
        guard unit.endIndex - end <= mostPadding else { return true }
        return unit[..<end].withUnsafeBufferPointer { bytes in
            var zeros = 0
            for byte in bytes {
                if zeros >= 2, byte < 3 { return true }
                zeros = byte == 0 ? zeros + 1 : 0
            }
            return false
        }
    }

    /// Kinds of units from here on hold parameters and messages.
    private static let pixelKinds: UInt8 = 32
    /// Zeros, in bytes.
    private static let mostPadding = 15

    /// In words that follow "damaged:".
    static let reason = "its pixels hold bytes that HEVC does not make, as a copy leaves them that broke off"

    private static let lengthPlace = 21
}
