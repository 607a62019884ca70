import Foundation

extension Error {
    /// An error in words that people understand: of Foundation's what the operating system says, of a decoder's what is wrong and
    /// where; any other says it itself.
    package var words: String {
        if let error = self as? DecodingError { return error.sentence }
        // On Linux nothing else is made of Foundation's own.
        guard self is CocoaError || self is POSIXError || type(of: self) == NSError.self else { return "\(self)" }
        return (self as NSError).systemWords ?? localizedDescription
    }
}

extension NSError {
    /// What the operating system says of the error, or of the one under it.
    fileprivate var systemWords: String? {
        let number: Int32? =
            switch (domain, CocoaError.Code(rawValue: code)) {
            case (NSPOSIXErrorDomain, _): Int32(code)
            case (NSCocoaErrorDomain, .fileNoSuchFile), (NSCocoaErrorDomain, .fileReadNoSuchFile): ENOENT
            case (NSCocoaErrorDomain, .fileReadNoPermission), (NSCocoaErrorDomain, .fileWriteNoPermission): EACCES
            case (NSCocoaErrorDomain, .fileWriteOutOfSpace): ENOSPC
            case (NSCocoaErrorDomain, .fileWriteVolumeReadOnly): EROFS
            case (NSCocoaErrorDomain, .fileWriteFileExists): EEXIST
            default: nil
            }
        if let under = userInfo[NSUnderlyingErrorKey] as? any Error, let words = (under as NSError).systemWords {
            return words
        }
        return number.map { String(cString: strerror($0)) }
    }
}

extension DecodingError {
    fileprivate var sentence: String {
        func place(_ context: Context) -> String {
            context.codingPath.isEmpty
                ? "the document"
                : context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context): return "\(place(context)) lacks “\(key.stringValue)”"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(self)"
        }
    }
}
