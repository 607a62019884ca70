import Foundation
import Parsing
import Wire

/// A gallery as one JSON document, to carry people from one machine to another.
package struct GalleryExport: Codable, Equatable, Sendable {
    package struct ExportedPerson: Codable, Equatable, Sendable {
        package let name: String
        package let templates: [ExportedTemplate]
        /// Faces that are not the person's; absent when there are none.
        package let denied: [ExportedFace]?

        init(name: String, templates: [ExportedTemplate], denied: [ExportedFace] = []) {
            self.name = name
            self.templates = templates
            self.denied = denied.isEmpty ? nil : denied
        }
    }

    package struct ExportedFace: Codable, Equatable, Sendable {
        package let model: TemplateModel
        /// As of a template.
        package let features: Data
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

    package private(set) var version = Self.version
    package let people: [ExportedPerson]

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

    /// - Throws: `GalleryError.exportInvalid`, `.exportTooNew`.
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
                throw GalleryError.exportTooNew(version: found, newestKnown: Self.version)
            }
            self = try decoder.decode(GalleryExport.self, from: json)
        } catch let error as DecodingError {
            throw GalleryError.exportInvalid(reason: error.words)
        } catch let error as JSONSyntaxError {
            throw GalleryError.exportInvalid(reason: "the document: \(error)")
        }
    }
}

extension GalleryExport.ExportedTemplate {
    /// The template, checked number by number.
    ///
    /// - Throws: `GalleryError.exportInvalid`.
    func checked(of person: String) throws(GalleryError) -> NewTemplate {
        do throws(NewTemplate.Fault) {
            return try NewTemplate(model: model, features: features, quality: quality, source: source)
        } catch {
            throw .exportInvalid(reason: "a template of \(person) \(error)")
        }
    }
}

extension GalleryExport.ExportedFace {
    /// As of a template.
    func checked(of person: String) throws(GalleryError) -> Template {
        let nothing = FaceQuality(detectorScore: 0, eyeDistance: 0, sharpness: 0, frontality: 0)
        let source = String(repeating: "0", count: 64)
        return try GalleryExport.ExportedTemplate(
            model: model, features: features, quality: nothing, source: source, enrolled: .distantPast
        ).checked(of: person).template
    }
}
