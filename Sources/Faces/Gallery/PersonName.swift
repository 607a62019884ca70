import Foundation

/// A name under which somebody is enrolled; it is also the name of a folder in the inbox.
///
/// Kept in Unicode normalisation form C, so that a folder name typed on another system means the same person.
package struct PersonName: Hashable, Sendable {
    package let text: String

    /// UTF-8 bytes that a folder name can have.
    package static let longest = 128

    /// - Throws: `FaceError.personNameInvalid` when the name is empty, longer than `longest`, starts with a dot, starts or
    ///   ends with white space, or holds a slash or a control character.
    package init(_ raw: String) throws {
        let text = raw.precomposedStringWithCanonicalMapping
        func refuse(_ reason: String) -> FaceError { .personNameInvalid(name: raw, reason: reason) }
        guard !text.isEmpty else { throw refuse("it is empty") }
        guard text.utf8.count <= Self.longest else { throw refuse("it is longer than \(Self.longest) bytes") }
        guard text.first != "." else { throw refuse("it starts with a dot") }
        guard !text.contains("/") else { throw refuse("it holds a slash") }
        guard text == text.trimmingCharacters(in: .whitespacesAndNewlines) else {
            throw refuse("it starts or ends with white space")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw refuse("it holds a control character")
        }
        self.text = text
    }
}
