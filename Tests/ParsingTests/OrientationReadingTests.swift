import Testing

@testable import Parsing

/// The same orientation in the spellings that writers use.
@Suite struct OrientationReadingTests {
    // MARK: Exif

    /// A TIFF structure with one entry, its field and what stands behind the directory, at 26.
    private func exif(_ type: UInt8, count: UInt8, _ field: [UInt8], bigEndian: Bool, behind: [UInt8] = []) -> [UInt8] {
        bigEndian
            ? [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, type, 0, 0, 0, count] + field + [0, 0, 0, 0] + behind
            : [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, type, 0, count, 0, 0, 0] + field + [0, 0, 0, 0] + behind
    }

    private func short(_ number: UInt8, _ bigEndian: Bool) -> [UInt8] { bigEndian ? [0, number] : [number, 0] }
    private func long(_ number: UInt8, _ bigEndian: Bool) -> [UInt8] {
        bigEndian ? [0, 0, 0, number] : [number, 0, 0, 0]
    }

    @Test(arguments: Orientation.allCases, [false, true])
    func `Exif stores it in any type, count and place`(orientation: Orientation, bigEndian: Bool) {
        let value = UInt8(orientation.rawValue)
        let place = long(26, bigEndian)
        let (short, long) = (short(value, bigEndian), long(value, bigEndian))
        for count in [0, 1, 2, 3, 7] as [UInt8] {
            #expect(
                Exif(exif(3, count: count, short + [0, 0], bigEndian: bigEndian)).orientation == orientation,
                "\(count) SHORT in the field")
            #expect(
                Exif(exif(4, count: count, long, bigEndian: bigEndian)).orientation == orientation,
                "\(count) LONG in the field")
        }
        let behind: [(type: UInt8, count: UInt8, bytes: [UInt8])] = [
            (3, 3, short + short + short), (3, 7, short + [UInt8](repeating: 0, count: 12)), (4, 2, long + long),
            (5, 1, long + self.long(1, bigEndian)), (10, 1, long + self.long(1, bigEndian)),
            (2, 5, [value + 48, 32, 32, 32, 0]),
        ]
        for (type, count, bytes) in behind {
            let body = exif(type, count: count, place, bigEndian: bigEndian, behind: bytes)
            #expect(Exif(body).orientation == orientation, "\(count) of type \(type) behind the directory")
        }
        for type: UInt8 in [1, 6, 7] {
            let body = exif(type, count: 1, [value, 0, 0, 0], bigEndian: bigEndian)
            #expect(Exif(body).orientation == orientation, "a byte of type \(type)")
        }
        let text = exif(2, count: 2, [value + 48, 0, 0, 0], bigEndian: bigEndian)
        #expect(Exif(text).orientation == orientation)
        #expect(Exif(Array("Exif\0".utf8) + [0xFF] + text).orientation == orientation)
        #expect(Exif(Exif.name + text).orientation == orientation)
    }

    @Test(arguments: [false, true])
    func `values of no meaning are none`(bigEndian: Bool) {
        let none: [[UInt8]] = [
            exif(3, count: 1, short(9, bigEndian) + [0, 0], bigEndian: bigEndian),
            exif(5, count: 1, long(26, bigEndian), bigEndian: bigEndian, behind: long(6, bigEndian) + [0, 0, 0, 0]),
            exif(5, count: 1, long(26, bigEndian), bigEndian: bigEndian),
            exif(2, count: 2, [48, 0, 0, 0], bigEndian: bigEndian),
            exif(4, count: 2, [0xFF, 0xFF, 0xFF, 0xFF], bigEndian: bigEndian),
        ]
        for body in none { #expect(Exif(body).orientation == nil, "\(body)") }
    }

    @Test func `a JPEG's segment may end the name with another byte`() throws {
        let body = Array("Exif\0".utf8) + [0xFF] + exif(3, count: 1, [6, 0, 0, 0], bigEndian: false)
        let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + frame
        #expect(try PictureHeader(jpeg).orientation == .needsClockwiseTurn)
    }

    // MARK: XMP

    private static let namespaces =
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\""

    /// A packet with attributes and content of its description.
    private static func packet(_ attributes: String, _ content: String = "") -> String {
        """
        <?xpacket begin="\u{FEFF}"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \(namespaces)>
        <rdf:Description rdf:about="" \(attributes)>\(content)</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
        """
    }

    private static let other = "xmlns:t=\"http://ns.adobe.com/tiff/1.0/\""

    @Test(arguments: [
        packet("tiff:Orientation=\"6\""), packet("tiff:Orientation\n = ' 6 '"), packet("tiff:Orientation='06'"),
        packet("", "<tiff:Orientation>6</tiff:Orientation>"),
        packet("", "<tiff:Orientation>\n      6\n   </tiff:Orientation>"),
        packet("", "<tiff:Orientation xml:lang=\"x-default\" >6</tiff:Orientation>"),
        packet("", "<tiff:Orientation><!-- 8 -->6</tiff:Orientation>"),
        packet("", "<tiff:Orientation><![CDATA[6]]></tiff:Orientation>"),
        packet("\(other) t:Orientation=\"6\""), packet("t:Orientation=\"6\" \(other)"),
        packet("", "<t:Orientation \(other)>6</t:Orientation>"),
        packet("", "<tiff:Orientation rdf:value=\"6\"/>"),
        packet("", "<tiff:Orientation rdf:parseType=\"Resource\"><rdf:value>6</rdf:value></tiff:Orientation>"),
        packet("", "<tiff:Orientation><rdf:Description><rdf:value> 6</rdf:value></rdf:Description></tiff:Orientation>"),
        packet("", "<tiff:Orientation><rdf:Description rdf:value='6'/></tiff:Orientation>"),
        packet("", "<!-- tiff:Orientation=\"8\" <tiff:Orientation>8< --><tiff:Orientation>6</tiff:Orientation>"),
        packet("a:b=\"tiff:Orientation='8'\"", "<tiff:Orientation>6</tiff:Orientation>"),
        packet("tiff:Orientation=\"9\"", "<tiff:Orientation>6</tiff:Orientation>"),
        packet(
            "", "<xmp:Pantry><rdf:Description tiff:Orientation='8'/></xmp:Pantry><tiff:Orientation>6</tiff:Orientation>"
        ),
        packet(
            "",
            "<a:b><rdf:Description><tiff:Orientation>8</tiff:Orientation></rdf:Description></a:b>"
                + "<tiff:Orientation>6</tiff:Orientation>"),
        packet("xmlns:o='other' o:Orientation='8'", "<tiff:Orientation>6</tiff:Orientation>"),
        packet("xmlns:a='other'", "</rdf:Description><rdf:Description tiff:Orientation='6'>"),
    ])
    func `XMP spells it in many ways`(packet: String) {
        #expect(Orientation(xmp: Array(packet.utf8)) == .needsClockwiseTurn)
        #expect(Orientation(xmp: Orientation.xmpSegmentName + Array(packet.utf8)) == .needsClockwiseTurn)
        for bigEndian in [false, true] {
            let words = packet.utf16.flatMap { unit in
                withUnsafeBytes(of: bigEndian ? unit.bigEndian : unit.littleEndian, Array.init)
            }
            #expect(Orientation(xmp: words) == .needsClockwiseTurn)
            #expect(Orientation(xmp: (bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]) + words) == .needsClockwiseTurn)
        }
    }

    @Test(arguments: [
        packet("tiff:Orientation=\"16\""), packet("tiff:Orientation=\"0\""), packet("tiff:Orientation"),
        packet("exif:Orientation=\"6\""), packet("tiff:OrientationX=\"6\""),
        packet("xmlns:tiff='other' tiff:Orientation='6'"),
        packet("", "<!-- <tiff:Orientation>6</tiff:Orientation> -->"), packet("", "tiff:Orientation=\"6\""),
        packet("", "<a:b tiff:Orientation=\"6\"/>"), packet("", "<a:b><tiff:Orientation>6</tiff:Orientation></a:b>"),
        packet("", "<tiff:Orientation/>6"), packet("", "<rdf:value>6</rdf:value>"),
        packet("", "<a:b><rdf:Description tiff:Orientation=\"6\"/></a:b>"),
    ])
    func `what is not the picture's is none`(packet: String) {
        #expect(Orientation(xmp: Array(packet.utf8)) == nil)
    }

    @Test func `a packet cut or changed anywhere never traps, and a long one costs no more than its bytes`() {
        let whole = Array(Self.packet("a='b'", "<tiff:Orientation xml:lang='x'> 6 </tiff:Orientation>").utf8)
        for count in 0..<whole.count { _ = Orientation(xmp: Array(whole.prefix(count))) }
        for index in whole.indices {
            for byte in Array("<>/\"'=: \0".utf8) {
                var changed = whole
                changed[index] = byte
                _ = Orientation(xmp: changed)
            }
        }
        let clock = ContinuousClock()
        for part in [
            "<rdf:Description>", "<a:b ", "<!--", "<a:b c='", "</", "<tiff:Orientation>", "<", "&", "a='b' ",
            "<a xmlns:a='http://ns.adobe.com/tiff/1.0/'>",
        ] {
            let long = Array(String(repeating: part, count: 200_000).utf8)
            let taken = clock.measure { #expect(Orientation(xmp: Array(Self.packet("a='b'", "").utf8) + long) == nil) }
            #expect(taken < .seconds(20), "\(part)")
        }
    }

    // MARK: TIFF

    /// Entries of a directory behind the sizes of 2 × 2 grey pixels: tag, type, count, field.
    private func tiff(_ entries: [(tag: UInt16, type: UInt8, count: UInt8, field: [UInt8])], next: UInt8 = 0) -> [UInt8]
    {
        let sizes: [(UInt16, UInt8, UInt8, [UInt8])] = [
            (256, 3, 1, [2, 0, 0, 0]), (257, 3, 1, [2, 0, 0, 0]), (258, 3, 1, [8, 0, 0, 0]), (262, 3, 1, [1, 0, 0, 0]),
        ]
        let all = (sizes + entries).sorted { $0.0 < $1.0 }
        let directory = all.flatMap { [UInt8($0.0 & 255), UInt8($0.0 >> 8), $0.1, 0, $0.2, 0, 0, 0] + $0.3 }
        return [0x49, 0x49, 42, 0, 8, 0, 0, 0, UInt8(all.count), 0] + directory + [next, 0, 0, 0]
    }

    @Test func `a TIFF's own tag and its XMP are read alike`() throws {
        let body = Array("<rdf:Description tiff:Orientation='5'/>".utf8)
        let place = UInt8(tiff([(700, 1, 0, [0, 0, 0, 0])]).count)
        let xmp: (UInt16, UInt8, UInt8, [UInt8]) = (700, 1, UInt8(body.count), [place, 0, 0, 0])
        let pixels = [UInt8](repeating: 0, count: 4)
        #expect(try PictureHeader(tiff([xmp]) + body + pixels).orientation == .transposed)
        for type in [3, 4] as [UInt8] {
            var entries = [xmp, (274, type, 1, [6, 0, 0, 0])]
            entries[0].3[0] += 12
            #expect(try PictureHeader(tiff(entries) + body + pixels).orientation == .needsClockwiseTurn)
        }
        #expect(throws: Never.self) { try PictureHeader(tiff([(700, 1, 255, [255, 255, 255, 255])]) + pixels) }
    }

    @Test func `a first directory that is a smaller copy is named for what it is`() throws {
        let pixels = [UInt8](repeating: 0, count: 4)
        let smaller: (UInt16, UInt8, UInt8, [UInt8]) = (254, 4, 1, [1, 0, 0, 0])
        #expect(try PictureHeader(tiff([smaller]) + pixels).storedSize == PixelSize(width: 2, height: 2))
        #expect(fault(tiff([smaller, (330, 4, 1, [8, 0, 0, 0])]) + pixels) == .foreign(.cameraRaw))
        // Each is one, as far as directories go.
        #expect(try PictureHeader(tiff([smaller], next: 8) + pixels).storedSize == PixelSize(width: 2, height: 2))
    }

    @Test func `a JPEG that gives its height behind its pixels is not called damaged`() {
        let fault = fault([0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 0, 0, 8, 1, 1, 0x11, 0])
        #expect(fault == .unsupported(reason: "it gives its height behind its pixels"))
    }
}
