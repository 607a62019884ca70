import Foundation

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
