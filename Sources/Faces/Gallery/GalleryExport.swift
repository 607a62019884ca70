import Foundation
import Parsing

/// A gallery as one JSON document, to carry people from one machine to another.
package struct GalleryExport: Codable, Equatable, Sendable {
    package struct ExportedPerson: Codable, Equatable, Sendable {
        package let name: String
        package let templates: [ExportedTemplate]
    }

    package struct ExportedTemplate: Codable, Equatable, Sendable {
        package let model: TemplateModel
        /// Little-endian float32; base64 in the JSON.
        package let features: Data
        package let quality: FaceQuality
        package let source: String
        package let enrolled: Date
    }

    /// The format that this program writes and reads.
    package static let version = 1

    package let version: Int
    package let people: [ExportedPerson]

    package init(people: [ExportedPerson]) {
        version = Self.version
        self.people = people
    }

    enum CodingKeys: String, CodingKey {
        case version = "limner-gallery"
        case people
    }
}

extension GalleryExport {
    /// Sorted keys and whole seconds: the same gallery always gives the same bytes.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }

    /// - Throws: `FaceError.exportInvalid`, `.exportTooNew`.
    package init(json: Data) throws {
        struct Version: Decodable {
            let version: Int
            enum CodingKeys: String, CodingKey { case version = "limner-gallery" }
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            // As many values as the text can hold when each is a word of sixteen bytes.
            try JSONParser.check(json, limits: JSONLimits(values: max(1000, json.count / 16)))
            let found = try decoder.decode(Version.self, from: json).version
            guard found <= Self.version else {
                throw FaceError.exportTooNew(version: found, newestKnown: Self.version)
            }
            self = try decoder.decode(GalleryExport.self, from: json)
        } catch let error as DecodingError {
            throw FaceError.exportInvalid(reason: Self.reason(error))
        } catch let error as JSONSyntaxError {
            throw FaceError.exportInvalid(reason: "the document: \(error)")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty
                ? "the document"
                : context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
                    .joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context)) lacks “\(key.stringValue)”"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}

extension GalleryExport.ExportedTemplate {
    /// The template, checked number by number.
    ///
    /// - Throws: `FaceError.exportInvalid`.
    func checked(of person: String) throws -> NewTemplate {
        func refuse(_ reason: String) -> FaceError { .exportInvalid(reason: "a template of \(person) \(reason)") }
        guard Self.isSHA256(source) else { throw refuse("names a source that is no SHA-256") }
        guard Self.isSHA256(model.sha256) else { throw refuse("names a model hash that is no SHA-256") }
        let measures = [quality.detectorScore, quality.eyeDistance, quality.sharpness, quality.frontality]
        guard measures.allSatisfy(\.isFinite) else { throw refuse("has a quality that is not finite") }
        guard let numbers = TemplateBlob.decode(features) else {
            throw refuse("holds \(features.count) bytes, no whole number of floats")
        }
        guard let template = Template(normalising: numbers, model: model) else {
            throw refuse("is zero or not finite")
        }
        return NewTemplate(template: template, quality: quality, source: source)
    }

    private static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
