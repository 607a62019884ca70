extension PictureHeader {
    /// Deflate packs at most 258 bytes into two bits.
    static let highestCompression = 1032

    /// PNG (ISO/IEC 15948), 11.2.2: the header's chunk comes first and has 13 bytes.
    static func png(_ bytes: [UInt8]) throws(Fault) -> PictureHeader {
        let signature = PNGChunks.signature
        guard signature.starts(with: bytes.prefix(signature.count)) else {
            let withoutReturns = bytes.prefix(2 * signature.count).filter { $0 != TextModeCopy.carriageReturn }
            let isText = withoutReturns.starts(with: signature.filter { $0 != TextModeCopy.carriageReturn })
            throw .corrupt(reason: isText ? TextModeCopy.reason : "its first eight bytes are no PNG's")
        }
        var chunks = PNGChunks(bytes: bytes)
        guard let first = chunks.next() else { throw .truncated }
        guard first.name != PNGChunks.appleHeader else {
            throw .unsupported(
                reason:
                    "it is a PNG that Xcode rewrote for iOS (CgBI); restore it with pngcrush -revert-iphone-optimizations"
            )
        }
        let header = Array(first.body)
        guard first.name == PNGChunks.header, header.count == 13 else {
            throw .corrupt(reason: "it does not begin with its header")
        }
        func side(_ at: Int) throws(Fault) -> Int {
            let side = header[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard side > 0, side < 1 << 31 else { throw .corrupt(reason: "its header gives a side of \(side) pixels") }
            return side
        }
        let size = PixelSize(width: try side(0), height: try side(4))
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
        let isColoured = header[9] & 2 != 0
        let depth = Int(header[8])
        guard let components = samples[Int(header[9])], [1, 2, 4, 8, 16].contains(depth), header[12] <= 1 else {
            throw .corrupt(reason: "its header names no kind of pixels that there is")
        }
        let row = (size.width * components * depth + 7) / 8
        let (stored, overflow) = row.multipliedReportingOverflow(by: size.height)
        var exif: Exif?
        var saysColours = false
        var hasAlpha = components % 2 == 0
        // What stands behind the end is no part of it.
        while let chunk = chunks.next(), chunk.name != PNGChunks.end {
            switch chunk.name {
            case PNGChunks.exif where exif == nil && chunk.isIntact(in: bytes): exif = Exif(chunk.body)
            case PNGChunks.colourCodes, PNGChunks.standardColours: saysColours = true
            case PNGChunks.transparency: hasAlpha = true
            default: break
            }
        }
        return PictureHeader(
            .png, size, components: components, depth: depth, progressive: header[12] == 1,
            orientation: exif?.orientation, isAdobeRGB: exif?.isAdobeRGB == true && isColoured && !saysColours,
            hasAlpha: hasAlpha, leastBytes: overflow ? .max : stored / highestCompression)
    }
}
