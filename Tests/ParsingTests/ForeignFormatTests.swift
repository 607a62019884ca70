import Testing

@testable import Parsing

@Suite struct ForeignFormatTests {
    private func format(_ text: String) -> ForeignFormat? { ForeignFormat(signature: Array(text.utf8)) }

    @Test(
        arguments: [
            ("\0\0\0\u{C}JXL \r\n", nil), ("8BPS\0\u{1}", .photoshop), ("II*\0\u{10}\0\0\0CR", .cameraRaw),
            ("FUJIFILMCCD-RAW 0201", .cameraRaw), ("\0\0\0\u{18}ftypcrx ", .cameraRaw), ("%PDF-1.7", .pdf),
            ("\0\0\0\u{18}ftypmp42", .video), ("\0\0\0\u{14}ftypqt  ", .video), ("RIFF....AVI LIST", .video),
            ("RIFF....WAVEfmt ", .audio), ("PK\u{3}\u{4}", .archive), ("<!DOCTYPE html><html>", .webPage),
            (" <svg xmlns=", .svg), ("<?xml version='1.0'?><svg>", .svg), ("<?xml version='1.0'?><a>", .xml),
            ("P3\n2 2\n255", .plainPNM), ("qoif", .qoi), ("hello", nil), ("", nil),
            ("\0\0\0\u{8}wide", .video), ("\0\0\u{10}\u{8}free\0", .video), ("\0\0\0\u{8}skip", .video),
            ("\0\0\0\u{14}pnot", .video), ("The wide world", nil), ("Get free beer", nil),
            ("OggS\0\u{2}..............\u{1}\u{1E}\u{1}vorbis", .audio), ("OggS\0\u{2}......OpusHead", .audio),
            ("OggS\0\u{2}......fishead\0OggS\0\u{2}....OVP80\u{1}", .video), (".RMF\0", .video), ("DKIF\0\0", .video),
            ("BMW is a car maker, not a BMP", nil), ("P2P networks are nice", nil), ("P6P6 is no picture", nil),
            ("<!-- saved --><html>", .webPage), ("\n<!-- c -->\n<svg xmlns=", .svg), ("<!-- saved", nil),
            ("\0\0\u{1}\0\u{1}\0\u{10}\u{10}\0\0\u{1}\0\u{18}\0\0\0\0\0\0\0", .icon),
            ("\0\0\u{2}\0\0\0\0\0\0\0\0\0\u{40}\0\u{40}\0\u{18}\0\0\0", .targa),
            ("\0\0\u{1}\0\0\0\0\u{7F}\0\0\0\u{7F}\0\0\0\u{8}\u{8}\0\u{3}\u{1C}", .jbig),
            ("\n\u{5}\u{1}\u{8}\0\0\0\0\u{7F}\0\u{7F}\0\0\0\0\0\0\0\0\0", .pcx),
            ("BA....\0\0\0\0\0\0\0\0BM....", .bitmapArray), ("BArely a word of it, BUT none of ours", nil),
            ("SDPX\0\0", .dpx), ("FLIF44", .flif), ("/* XPM */\nstatic char", .x11),
            ("PF\n4 4\n-1.0\n", .floatMap), ("Pf\n4 4\n1.0\n", .floatMap), ("PFS is no picture", nil),
            ("id=ImageMagick  version=1.0\n", .miff),
            ("#define a_width 8\n#define a_height 8\nstatic char a_bits[]", .x11), ("#define WIDTH 8", nil),
        ] as [(String, ForeignFormat?)])
    func beginningsAreNamed(_ text: String, _ expected: ForeignFormat?) {
        #expect(format(text) == expected)
    }

    @Test(
        arguments: [("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<svg>", .svg), ("<html>", .webPage), ("hello", nil)]
            as [(String, ForeignFormat?)])
    func textOfTwoBytesALetterIsNamed(_ text: String, _ expected: ForeignFormat?) {
        let little = [0xFEFF] + Array(text.utf16)
        let bytes = little.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(ForeignFormat(signature: bytes) == expected)
        #expect(ForeignFormat(signature: little.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == expected)
        for count in 0..<bytes.count { _ = ForeignFormat(signature: bytes.prefix(count)) }
    }

    @Test func formatsThatAreReadAreNotForeign() {
        for text in [
            "GIF89a", "P6 1 1 255", "II*\0\u{8}\0\0\0", "RIFF....WEBPVP8 ", "\0\0\0\u{14}ftypheic\0\0\0\0mif1",
        ] {
            #expect(format(text) == nil && PictureFormat(signature: Array(text.utf8)) != nil, "\(text)")
        }
        #expect(ForeignFormat(signature: [0, 0, 0, 12] + Array("JXL \r\n".utf8) + [0x87, 0x0A]) == .jpegXL)
        #expect(ForeignFormat(signature: [UInt8](repeating: 0, count: 600)) == .zeros)
        #expect(ForeignFormat(signature: [0, 0, 0, 0]) == nil)
        let zeros = [UInt8](repeating: 0, count: 512)
        #expect(ForeignFormat(signature: zeros) == .zeros)
        #expect(ForeignFormat(signature: zeros + [2, 0, 0, 0, 0, 0, 0, 9, 0, 9, 0, 0x11, 2, 0xFF, 12, 0]) == .pict)
        #expect(ForeignFormat(signature: [0x59, 0xA6, 0x6A, 0x95, 0, 0, 0, 8]) == .sunRaster)
        #expect(ForeignFormat(signature: [0x8A] + Array("MNG\r\n".utf8)) == .mng)
        #expect(ForeignFormat(signature: Array("BPG".utf8) + [0xFB]) == .bpg)
        #expect(throws: PictureHeader.Fault.foreign(.jpegLS)) {
            try PictureHeader([0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0, 0xFF, 0xDA])
        }
        let theora = Array("OggS\0\u{2}".utf8) + [UInt8](repeating: 0, count: 22) + [0x80] + Array("theora".utf8)
        #expect(ForeignFormat(signature: theora) == .video)
        #expect(ForeignFormat(signature: [0x1F, 0x07, 0x00, 0xBF, 0xF8, 0x78, 0x78]) == .video)
    }

    @Test func everyNameHasItsArticleAndIsItsOwn() {
        let names = ForeignFormat.allCases.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.hasPrefix("a ") || $0.hasPrefix("an ") })
    }

    /// A camera's raw file is a TIFF whose first picture is a thumbnail: to read that would be wrong without a word.
    @Test(arguments: [[(254, 1), (330, 8)], [(50_706, 1)], [(262, 32_803)]] as [[(Int, Int)]])
    func rawFilesOfCamerasAreNamed(_ marks: [(Int, Int)]) {
        func little(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        func file(_ entries: [(Int, Int)]) -> [UInt8] {
            Array("II*\0".utf8) + little(8, 4) + little(entries.count, 2)
                + entries.flatMap { little($0.0, 2) + little(4, 2) + little(1, 4) + little($0.1, 4) } + little(0, 4)
        }
        let plain = [(256, 160), (257, 120), (258, 1), (277, 1)]
        #expect(throws: PictureHeader.Fault.foreign(.cameraRaw)) { try PictureHeader(file(plain + marks)) }
        // Samples of one bit, and none stored: only the header is asked for here.
        #expect((try? PictureHeader(file(plain)))?.storedSize == PixelSize(width: 160, height: 120))
    }
}
