import Foundation
import enum Wire.NameRule

/// A name under which somebody is enrolled; it is also the name of a folder in the inbox.
///
/// Kept in Unicode normalisation form C, so that a folder name typed on another system means the same person.
package struct PersonName: Hashable, Sendable {
    package let text: String

    /// - Throws: `FaceError.personNameInvalid` when the name breaks `NameRule`.
    package init(_ raw: String) throws {
        let text = raw.precomposedStringWithCanonicalMapping
        if let violation = NameRule.violation(in: text) {
            throw FaceError.personNameInvalid(name: raw, reason: "it \(violation)")
        }
        self.text = text
    }
}
