import Parsing

/// A path that a manifest gives: relative to the manifest, and never above the inbox.
///
/// Whether it passes through a symbolic link is for the one who opens it to see; here it is text.
package struct RelativePath: Sendable, Hashable, CustomStringConvertible {
    package enum Violation: Error, Sendable, Equatable, CustomStringConvertible {
        case empty
        case absolute
        case nul
        /// A component is `..`. Refused even where it would stay inside, for links could make that untrue.
        case parent
        /// The components that a file name cannot have.
        case tooLong(bytes: Int)

        package var description: String { words(below: "the manifest") }

        /// - Parameter base: what the path is relative to.
        package func words(below base: String) -> String {
            switch self {
            case .empty: "is empty"
            case .absolute: "is absolute; give it relative to \(base)"
            case .nul: "holds a NUL character"
            case .parent: "goes up by \"..\"; give a path below \(base)"
            case .tooLong(let bytes): "has a part of \(bytes) bytes; a file's name has 255 at most"
            }
        }
    }

    /// The parts, without `.` and empty ones.
    package let components: [String]

    package init(_ text: String) throws(Violation) {
        if text.isEmpty { throw .empty }
        if text.utf8.contains(0) { throw .nul }
        if text.utf8.first == UInt8(ascii: "/") { throw .absolute }
        // As bytes: comparing long text costs the square of its length; see TextRule.
        let parts = TextRule.parts(ofPath: text).filter { !$0.utf8.elementsEqual(".".utf8) }
        if parts.isEmpty { throw .empty }
        if parts.contains(where: { $0.utf8.elementsEqual("..".utf8) }) { throw .parent }
        if let long = parts.map(\.utf8.count).max(), long > 255 { throw .tooLong(bytes: long) }
        components = parts
    }

    /// The parts, joined by slashes.
    package var description: String { components.joined(separator: "/") }

    /// The path from where the folder's path starts, for a folder that is itself relative to the inbox (empty for the inbox).
    package func below(folder: String) -> String {
        folder.isEmpty ? description : folder + "/" + description
    }
}
