import Foundation
import Wire

/// One template as the gallery shows it: everything but the features.
package struct TemplateRecord: Codable, Equatable, Sendable {
    package let model: TemplateModel
    package let quality: FaceQuality
    /// SHA-256 of the photograph's file.
    package let source: String
    package let enrolled: Date
}

/// Everything that is kept about one person, except the features themselves.
package struct PersonRecord: Codable, Equatable, Sendable {
    package let name: String
    /// In the order of enrolment.
    package let templates: [TemplateRecord]
}
