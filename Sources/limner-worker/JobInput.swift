import Crypto
import Foundation
import Parsing
import Pictures
import Wire

/// A picture file as a job works on it: read once, hashed unless its hash is known, with its header checked before any pixel is decoded.
struct JobInput {
    let source: InputPicture
    let file: PictureFile
    let header: PictureHeader
    let sha256: String

    var role: InputRole { source.role }
    /// What the user calls it.
    var name: String { source.name }

    var facts: InputFacts {
        InputFacts(
            role: role, path: name, sha256: sha256, bytes: Int64(file.bytes.count), width: header.size.width,
            height: header.size.height, orientation: header.orientation.rawValue, format: header.format,
            animated: header.isAnimated ? true : nil)
    }

    /// - Throws: `PictureError`, which names the picture as the user does.
    init(_ input: InputPicture, limits: PictureLimits) throws {
        do {
            let read = try PictureFile(path: input.path, limits: limits)
            file = try PictureFile(name: input.name, bytes: read.bytes, limits: limits)
            header = try file.header()
        } catch {
            throw error.renamed(input.name)
        }
        source = input
        sha256 = input.sha256 ?? SHA256.hash(data: file.bytes).hexadecimal
    }
}

extension InputPicture {
    var isPicture: Bool { role != .manifest }
}

extension PictureError {
    /// The same failure of a picture under the name that its owner knows, not the path under which it was claimed.
    func renamed(_ name: String) -> PictureError {
        switch self {
        case .missing: .missing(picture: name)
        case .notARegularFile: .notARegularFile(picture: name)
        case .unreadable(_, let reason): .unreadable(picture: name, reason: reason)
        case .empty: .empty(picture: name)
        case .notAPicture: .notAPicture(picture: name)
        case .foreign(_, let format): .foreign(picture: name, format: format)
        case .truncated(_, let bytes, let reason): .truncated(picture: name, bytes: bytes, reason: reason)
        case .corrupt(_, let reason): .corrupt(picture: name, reason: reason)
        case .unsupported(_, let reason): .unsupported(picture: name, reason: reason)
        case .tooManyPixels(_, let size, let limit): .tooManyPixels(picture: name, size: size, limit: limit)
        case .sideTooLong(_, let size, let limit): .sideTooLong(picture: name, size: size, limit: limit)
        case .tooManyBytes(_, let bytes, let limit): .tooManyBytes(picture: name, bytes: bytes, limit: limit)
        case .tooManyScans(_, let limit): .tooManyScans(picture: name, limit: limit)
        case .outOfMemory(_, let size): .outOfMemory(picture: name, size: size)
        case .notEncoded: self
        }
    }
}
