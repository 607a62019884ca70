/// An ICC profile, carried from the file that was read to the file that is written; its curves are not interpreted.
package struct ICCProfile: Sendable, Equatable {
    package let bytes: [UInt8]

    /// ICC.1:2022 §7.2: the header's length, and where it holds the data colour space and the signature `acsp`.
    private enum Header {
        static let length = 128
        static let space = 16..<20
        static let signature = 36..<40
    }

    /// Nil when the bytes do not begin with a profile header.
    package init?(bytes: [UInt8]) {
        guard bytes.count >= Header.length, bytes[Header.signature].elementsEqual("acsp".utf8) else { return nil }
        self.bytes = bytes
    }

    /// The colour space of the samples that it describes: `RGB`, `GRAY`, `CMYK`, ….
    package var space: String {
        String(decoding: bytes[Header.space].filter { $0 > 32 && $0 < 127 }, as: UTF8.self)
    }

    /// Only then does it still describe the picture after decoding, for every source becomes RGB.
    package var isRGB: Bool { space == "RGB" }
}
