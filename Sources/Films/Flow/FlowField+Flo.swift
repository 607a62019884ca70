import Pictures

/// Middlebury's `.flo` (Baker 2011): float32 202021.25, int32 width and height, then u and v of each pixel in reading order,
/// all little-endian.
extension FlowField {
    private static let magic: Float = 202_021.25
    private static let headerBytes = 12

    /// The file's bytes.
    package var flo: [UInt8] {
        var words = [Self.magic.bitPattern, UInt32(size.width), UInt32(size.height)]
        words.reserveCapacity(3 + 2 * size.area)
        for index in 0..<size.area {
            words.append(u[index].bitPattern)
            words.append(v[index].bitPattern)
        }
        return words.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
    }

    /// - Parameter name: what errors call the file.
    /// - Throws: ``FilmError/notAFlow(file:reason:)``.
    package init(flo bytes: [UInt8], name: String) throws(FilmError) {
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[4 * index + $1]) << (8 * UInt32($1)) }
        }
        guard bytes.count > Self.headerBytes, Float(bitPattern: word(0)) == Self.magic else {
            throw .notAFlow(file: name, reason: "it does not begin as one")
        }
        let size = PixelSize(width: Int(word(1)), height: Int(word(2)))
        let (pixels, rest) = (bytes.count - Self.headerBytes).quotientAndRemainder(dividingBy: 8)
        guard size.width > 0, size.height > 0, size.area == pixels, rest == 0 else {
            throw .notAFlow(
                file: name, reason: "\(bytes.count) bytes do not fill \(size.width) × \(size.height) pixels")
        }
        self.init(
            size: size, u: (0..<pixels).map { Float(bitPattern: word(3 + 2 * $0)) },
            v: (0..<pixels).map { Float(bitPattern: word(4 + 2 * $0)) })
    }
}
