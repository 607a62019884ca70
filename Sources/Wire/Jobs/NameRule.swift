import Foundation
import Parsing

/// The rule for names that users give to people and styles: they become folder names and words in reports.
package enum NameRule {
    /// Why a name is refused.
    package enum Violation: Sendable, Equatable, CustomStringConvertible {
        case empty
        case tooLong(bytes: Int)
        case hidden
        case separator
        /// A control character, or one that is not seen or turns the direction of writing.
        case unprintable
        case edgeSpace
        /// Of a new style: behind it the command line gives a weight.
        case equals
        /// Of a new style: the command line takes it for the path of a picture.
        case pictureEnding(String)

        package var description: String {
            switch self {
            case .empty: "is empty"
            case .tooLong(let bytes): "takes \(bytes) bytes; \(NameRule.byteLimit) is the most"
            case .hidden: "starts with a dot"
            case .separator: "holds a slash"
            case .unprintable: "holds a character that cannot be seen, or that turns the direction of writing"
            case .edgeSpace: "starts or ends with a space"
            case .equals: "holds a =, behind which the command line gives a style's weight"
            case .pictureEnding(let ending): "ends in .\(ending), which the command line takes for a picture"
            }
        }
    }

    /// Longest name in UTF-8 bytes; leaves room for an extension within a file name's 255.
    package static let byteLimit = 128

    /// What is wrong with a name; `nil` when it may be used.
    package static func violation(in name: String) -> Violation? {
        if name.isEmpty { return .empty }
        if name.utf8.count > byteLimit { return .tooLong(bytes: name.utf8.count) }
        if name.utf8.contains(UInt8(ascii: "/")) { return .separator }
        if name.utf8.first == UInt8(ascii: ".") { return .hidden }
        if name.unicodeScalars.contains(where: \.isUnprintable) { return .unprintable }
        if name.first?.isWhitespace == true || name.last?.isWhitespace == true { return .edgeSpace }
        return nil
    }

    /// What is wrong with the name of a style that is to be made: it is to be asked for as any other.
    package static func violation(inNewStyle name: String) -> Violation? {
        if let violation = violation(in: name) { return violation }
        if name.contains("=") { return .equals }
        return PictureFormat.ending(of: name).map { .pictureEnding($0) }
    }
}

/// A name under which somebody is enrolled; it is also the name of a folder in the inbox.
///
/// Kept in Unicode normalisation form C, so that a folder name typed on another system means the same person.
package struct PersonName: Hashable, Sendable, Codable {
    package let text: String

    /// - Throws: ``ReportError`` `name-invalid` for a name that breaks ``NameRule``.
    package init(_ raw: String) throws(ReportError) {
        let text = raw.precomposedStringWithCanonicalMapping
        if let violation = NameRule.violation(in: text) {
            throw ReportError(code: .nameInvalid, message: "The name “\(raw)” \(violation).")
        }
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let raw = try container.decode(String.self)
        do {
            try self.init(raw)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
