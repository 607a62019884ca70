import Parsing

/// What the texts of a PNG say of its orientation: XMP, and the Exif that ImageMagick kept in a text before PNG had a chunk
/// for it. Asked only where no `eXIf` says it. Of several texts with one keyword the first is read, so that no more than four are
/// inflated, whatever a file holds.
enum PNGTexts {
    /// Longer packets are cut off: the orientation stands at their beginning.
    private static let longest = 256 << 10
    /// What ImageMagick calls an APP1 segment holds Exif or XMP.
    private static let rawKeywords = ["exif", "APP1", "xmp"].map { Array("Raw profile type \($0)".utf8) }
    private static let xmpKeyword = Array("XML:com.adobe.xmp".utf8)

    static func orientation(of bytes: [UInt8]) -> Orientation? {
        var xmp: Orientation?
        var unread = rawKeywords + [xmpKeyword]
        for chunk in PNGChunks(bytes: bytes).prefix(while: { $0.name != PNGChunks.end }) {
            guard [PNGChunks.text, PNGChunks.compressedText, PNGChunks.internationalText].contains(chunk.name),
                let end = chunk.body.prefix(longestKeyword + 1).firstIndex(of: 0)
            else { continue }
            guard let place = unread.firstIndex(where: { $0.elementsEqual(chunk.body[..<end]) }),
                chunk.isIntact(in: bytes)
            else { continue }
            let isRaw = unread.remove(at: place) != xmpKeyword
            guard let text = text(of: chunk, after: end), let body = isRaw ? rawProfile(text) : text else { continue }
            if isRaw, let orientation = Exif(body).orientation { return orientation }
            if xmp == nil { xmp = Orientation(xmp: body) }
        }
        return xmp
    }

    /// PNG (ISO/IEC 15948), 11.3.4: a keyword has at most 79 bytes.
    private static let longestKeyword = 79

    private static func text(of chunk: PNGChunks.Chunk, after end: Int) -> [UInt8]? {
        var rest = chunk.body[(end + 1)...]
        switch chunk.name {
        case PNGChunks.text: return Array(rest.prefix(longest))
        case PNGChunks.compressedText: return rest.popFirst() == 0 ? inflated(rest) : nil
        default:
            // Compressed or not, the method, a language and a translated keyword, each ended by a zero.
            guard let isCompressed = rest.popFirst(), rest.popFirst() != nil, let language = rest.firstIndex(of: 0),
                let translated = rest[(language + 1)...].firstIndex(of: 0)
            else { return nil }
            rest = rest[(translated + 1)...]
            return isCompressed == 0 ? Array(rest.prefix(longest)) : inflated(rest)
        }
    }

    private static func inflated(_ stream: ArraySlice<UInt8>) -> [UInt8] {
        PNGDecoder.inflated(stream, atMost: longest)
    }

    /// A line break, a name, a line break, the length in decimal, and hexadecimal digits over many lines.
    private static func rawProfile(_ text: [UInt8]) -> [UInt8]? {
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 2)
        guard lines.count > 2 else { return nil }
        var profile: [UInt8] = []
        var high: UInt8?
        for digit in lines[2].lazy.compactMap(value) {
            if let first = high { profile.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return profile
    }

    /// Of a hexadecimal digit.
    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
