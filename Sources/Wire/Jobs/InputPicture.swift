import Parsing

/// The part that a file plays in a job.
package enum InputRole: String, Codable, Sendable, CaseIterable {
    /// What the job is about: the photograph to enrol, verify, identify or repaint.
    case picture
    /// The other side of a verification.
    case reference
    /// A style picture that came with the job.
    case style
    /// Where a style applies.
    case mask
    /// What a style is learned on.
    case photograph
    /// The manifest itself.
    case manifest
}

/// One file of a job as the worker is given it.
package struct InputPicture: Codable, Sendable, Equatable {
    package var role: InputRole
    /// Absolute path of the claimed file; nobody else writes to it any more.
    package var path: String
    /// What the user calls it: the path in the inbox or, for a manifest's picture, the path that the manifest gives.
    /// ``StyleChoice/Source/picture(_:)``, ``StyleChoice/mask`` and ``Verification/Claim/reference(_:)`` refer to an input by
    /// this name.
    package var name: String
    /// Of the file as it lies there, when it is known: nobody hashes it once more.
    package var sha256: String?

    package init(role: InputRole, path: String, name: String, sha256: String? = nil) {
        self.role = role
        self.path = path
        self.name = name
        self.sha256 = sha256
    }
}

/// What a report says of an input. Facts that could not be learnt (an unreadable file has no hash, a broken one no size) are absent.
package struct InputFacts: Codable, Sendable, Equatable {
    package var role: InputRole
    /// ``InputPicture/name``.
    package var path: String
    /// Of the whole file, 64 lowercase hexadecimal digits.
    package var sha256: String?
    package var bytes: Int64?
    /// Pixels, after the orientation was applied.
    package var width: Int?
    /// Pixels, after the orientation was applied.
    package var height: Int?
    /// The EXIF orientation (1…8) that was applied; 1 when the file names none.
    package var orientation: Int?
    /// By its content, whatever the file is called.
    package var format: PictureFormat?
    /// `true` of a picture that moves, of which the first frame alone was taken; else absent.
    package var animated: Bool?

    package init(
        role: InputRole, path: String, sha256: String? = nil, bytes: Int64? = nil, width: Int? = nil,
        height: Int? = nil, orientation: Int? = nil, format: PictureFormat? = nil, animated: Bool? = nil
    ) {
        self.animated = animated
        self.role = role
        self.path = path
        self.sha256 = sha256
        self.bytes = bytes
        self.width = width
        self.height = height
        self.orientation = orientation
        self.format = format
    }
}
