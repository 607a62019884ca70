import Parsing

/// Why a picture could not be read or written. `picture` is the path or name that the caller gave.
package enum PictureError: Error, Sendable, Equatable {
    case missing(picture: String)
    case notARegularFile(picture: String)
    /// The operating system's sentence.
    case unreadable(picture: String, reason: String)
    case empty(picture: String)
    /// The first bytes are of no known format.
    case notAPicture(picture: String)
    /// The first bytes are of a known format that is not read, be it one of pictures or not.
    case foreign(picture: String, format: ForeignFormat)
    /// The data ends before the picture does.
    case truncated(picture: String, bytes: Int, reason: String)
    case corrupt(picture: String, reason: String)
    case unsupported(picture: String, reason: String)
    case tooManyPixels(picture: String, size: PixelSize, limit: Int)
    case sideTooLong(picture: String, size: PixelSize, limit: Int)
    case tooManyBytes(picture: String, bytes: Int, limit: Int)
    case tooManyScans(picture: String, limit: Int)
    case outOfMemory(picture: String, size: PixelSize)
    /// The encoder refused; a picture larger than the format allows is the one known cause.
    case notEncoded(format: WrittenFormat, size: PixelSize, reason: String)
}

extension PictureError: CustomStringConvertible {
    package var description: String { "\(message) \(hint)" }

    /// What failed, on which picture.
    package var message: String {
        switch self {
        case .missing(let picture): "\(picture) does not exist."
        case .notARegularFile(let picture): "\(picture) is not a regular file."
        case .unreadable(let picture, let reason): "\(picture) cannot be read: \(reason)."
        case .empty(let picture): "\(picture) is empty."
        case .notAPicture(let picture): "\(picture) is no picture, or of a format that is not known here."
        case .foreign(let picture, let format):
            "\(picture) is \(format.name); \(format.isPicture ? "such pictures are not read" : "it is no picture")."
        case .truncated(let picture, let bytes, let reason):
            "\(picture) is cut off after \(bytes) bytes: \(reason)."
        case .corrupt(let picture, let reason): "\(picture) is damaged: \(reason)."
        case .unsupported(let picture, let reason): "\(picture) is of a kind that is not supported: \(reason)."
        case .tooManyPixels(let picture, let size, let limit):
            "\(picture) has \(size.width) × \(size.height) pixels; the limit is \(limit) in all."
        case .sideTooLong(let picture, let size, let limit):
            "\(picture) has \(size.width) × \(size.height) pixels; the limit is \(limit) a side."
        case .tooManyBytes(let picture, let bytes, let limit): "\(picture) has \(bytes) bytes; the limit is \(limit)."
        case .tooManyScans(let picture, let limit): "\(picture) has more than \(limit) progressive scans."
        case .outOfMemory(let picture, let size):
            "No memory for \(picture) with its \(size.width) × \(size.height) pixels."
        case .notEncoded(let format, let size, let reason):
            "A picture of \(size.width) × \(size.height) pixels cannot be written as \(format.rawValue): \(reason)."
        }
    }

    /// What to do next.
    package var hint: String {
        switch self {
        case .missing: "Check the path."
        case .notARegularFile: "Give the picture's own file, not a link, folder, pipe or device."
        case .unreadable: "Check the file's permissions and the disk."
        case .empty, .truncated: "Copy it again from its source."
        case .notAPicture: "Give a picture: \(PictureFormat.list)."
        case .foreign(_, .zeros): "Copy it again from its source."
        case .foreign(_, let format):
            format.isPicture ? "Convert it to JPEG, PNG or TIFF." : "Give a picture: \(PictureFormat.list)."
        case .corrupt: "Copy it again from its source, or open it in an editor and save it anew."
        case .unsupported: "Open it in an editor and save it as an ordinary JPEG or PNG."
        case .tooManyPixels: "Scale it down, or raise intake.maxPixels in the settings."
        case .sideTooLong(_, _, let limit): "Scale it down, or cut it into parts of at most \(limit) pixels a side."
        case .tooManyBytes: "Save it smaller, or raise intake.maxBytes in the settings."
        case .tooManyScans: "Save it anew as a baseline JPEG."
        case .outOfMemory: "Scale it down, or give the process more memory."
        case .notEncoded: "Ask for a smaller size or another format."
        }
    }
}
