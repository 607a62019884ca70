import Foundation

/// Why something at a path cannot be had, as far as it is mended in different ways: what is not there is to be made or fetched,
/// what this user may not look at is to be opened to them.
package enum OpenFailure: Sendable {
    case missing
    /// The file, or a folder on the way to it, is closed to this user.
    case forbidden
    case other

    /// By the operating system's number.
    package init(errno: Int32) {
        switch errno {
        case ENOENT, ENOTDIR: self = .missing
        case EACCES, EPERM: self = .forbidden
        default: self = .other
        }
    }
}
