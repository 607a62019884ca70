/// What a copy in text mode makes of a picture: FTP's ASCII mode, or Git where it takes the file for text, put a carriage return before
/// each line feed.
enum TextModeCopy {
    /// Carriage returns between bytes that are no text, which must be so many that no chance makes them: 1 of 256 bytes stands behind one.
    private static let fewest = 8

    /// Whether each line feed of a file stands behind a carriage return, and enough of them among pixels. These have carriage returns for
    /// themselves, too, and all sorts of bytes around them, which a drawing of few colours has not. A whole file is told from
    /// its first line feed or two.
    static func made(_ bytes: [UInt8]) -> Bool {
        var contexts: Set<UInt16> = []
        var lone = 0
        return bytes.withUnsafeBufferPointer { bytes in
            for at in bytes.indices.dropFirst(2).dropLast() {
                switch bytes[at] {
                case lineFeed:
                    guard bytes[at - 1] == carriageReturn else { return false }
                    let (before, behind) = (bytes[at - 2], bytes[at + 1])
                    if !isText(before) || !isText(behind) { contexts.insert(UInt16(before) << 8 | UInt16(behind)) }
                case carriageReturn where bytes[at + 1] != lineFeed: lone += 1
                default: break
                }
            }
            return contexts.count >= fewest && lone >= contexts.count / fewest
        }
    }

    /// In words that follow "damaged:".
    static let reason =
        "carriage returns were put before its line feeds or taken away, as a copy in text mode does; copy it as binary"

    static let carriageReturn: UInt8 = 13
    private static let lineFeed: UInt8 = 10

    private static func isText(_ byte: UInt8) -> Bool { (32..<127).contains(byte) || (9...13).contains(byte) }
}
