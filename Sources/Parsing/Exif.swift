/// What is read of Exif (CIPA DC-008): how the picture lies, and what its samples mean.
///
/// A picture with broken metadata is still a picture: what is damaged or missing is nil.
package struct Exif: Sendable, Equatable {
    package let orientation: Orientation?
    /// Whether the samples are Adobe RGB (1998), where it says what they are: DCF 2.0 (CIPA DC-009) says it by an index of
    /// interoperability, cameras that came before it by a number of their own.
    package let isAdobeRGB: Bool?

    private enum Tag {
        static let orientation = 274
        static let directory = 34_665
        static let colourSpace = 40_961
        static let interoperability = 40_965
        static let index = 1
    }

    /// Values of the colour space.
    private enum Space {
        static let sRGB = 1
        static let adobeRGB = 2
    }

    /// DCF's name of files in its optional colour space.
    private static let optional = Array("R03".utf8)

    private init(orientation: Orientation?, isAdobeRGB: Bool?) {
        self.orientation = orientation
        self.isAdobeRGB = isAdobeRGB
    }

    /// Of a TIFF structure, or one behind the name `Exif` that some writers put twice.
    package init(_ bytes: some Collection<UInt8>) {
        var body = Array(bytes)[...]
        while Self.isExif(body) { body = body.dropFirst(Self.name.count) }
        guard let tiff = TIFFBytes(Array(body)), let directory = tiff.first else {
            self.init(orientation: nil, isAdobeRGB: nil)
            return
        }
        self.init(tiff.entries(at: directory), of: tiff)
    }

    /// - Parameter entries: of the first directory of a TIFF, be it a picture or not.
    init(_ entries: [TIFFBytes.Entry], of tiff: TIFFBytes) {
        func directory(_ tag: Int, in entries: [TIFFBytes.Entry]) -> [TIFFBytes.Entry] {
            entries.first { $0.tag == tag }.flatMap(tiff.number(of:)).map { tiff.entries(at: $0) } ?? []
        }
        let fields = directory(Tag.directory, in: entries)
        let space = fields.first { $0.tag == Tag.colourSpace }.flatMap(tiff.number(of:))
        let index = directory(Tag.interoperability, in: fields).first { $0.tag == Tag.index }.flatMap(tiff.bytes(of:))
        let isOptional = index?.starts(with: Self.optional) ?? false
        self.init(
            orientation: entries.first { $0.tag == Tag.orientation }.flatMap { Orientation($0, of: tiff) },
            isAdobeRGB: space == Space.adobeRGB || (isOptional && space != Space.sRGB)
                ? true : space == nil ? nil : false)
    }

    /// Whether a segment holds Exif by its name, behind which some writers pad with another byte than the second zero.
    package static func isExif(_ segment: some Collection<UInt8>) -> Bool { segment.starts(with: name.dropLast()) }

    package static let name = Array("Exif\0\0".utf8)
}
