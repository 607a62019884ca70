/// What a file is, as far as its first bytes tell, whatever it is called.
package enum FileKind: Sendable, Equatable {
    /// A picture that is read.
    case picture(PictureFormat)
    case foreign(ForeignFormat)

    /// First bytes of a file that tell what it is.
    package static let looked = ForeignFormat.looked

    /// Nil where they tell nothing.
    package init?(signature bytes: some Collection<UInt8>) {
        if let format = PictureFormat(signature: bytes) {
            self = .picture(format)
        } else if let format = ForeignFormat(signature: bytes) {
            self = .foreign(format)
        } else {
            return nil
        }
    }

    package var isFilm: Bool { self == .foreign(.video) }

    /// Whether it is a picture, one that is not read among them.
    package var isPicture: Bool {
        switch self {
        case .picture: true
        case .foreign(let format): format.isPicture
        }
    }

    /// With its article.
    package var name: String {
        switch self {
        case .picture: "a picture"
        case .foreign(let format): format.name
        }
    }
}
