import Foundation
import Parsing

/// A style as described by its `style.json`, or by the picture that it is.
package struct StyleRecipe: Hashable, Sendable {
    /// A picture and its share among the others.
    package struct WeightedPicture: Hashable, Sendable {
        /// Absolute once read from a folder.
        package let path: String
        package let weight: Double

        package init(path: String, weight: Double = 1) {
            self.path = path
            self.weight = weight
        }
    }

    /// One of the styles inside the 26-style network, and its share among the others.
    package struct NumberedStyle: Hashable, Sendable {
        package let style: Int
        package let weight: Double

        package init(style: Int, weight: Double = 1) {
            self.style = style
            self.weight = weight
        }
    }

    package enum Source: Hashable, Sendable {
        case pictures([WeightedPicture])
        case numbered([NumberedStyle])
    }

    package let title: String?
    package let source: Source
    package let options: StyleOptions

    package init(title: String? = nil, source: Source, options: StyleOptions = StyleOptions()) {
        self.title = title
        self.source = source
        self.options = options
    }

    /// Reads `style.json`; its pictures' paths come out absolute. The pictures themselves are not opened.
    ///
    /// - Throws: `StyleError.recipeUnreadable`, `.recipeMalformed`, and `.recipeInvalid` of what decoding throws.
    package init(contentsOf path: String) throws(StyleError) {
        let file = URL(fileURLWithPath: path)
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            data = try handle.read(upToCount: Self.byteLimit + 1) ?? Data()
        } catch {
            throw .recipeUnreadable(path: path, why: (error as NSError).localizedDescription)
        }
        do { try self.init(json: data, folder: file.deletingLastPathComponent().path, path: path) } catch {
            if case .recipeMalformed = error { throw error }
            throw .recipeInvalid(path: path, fault: error)
        }
    }

    /// Decodes a recipe whose pictures lie in `folder`; `path` is for messages.
    ///
    /// - Throws: `StyleError.recipeMalformed`, `.keyUnknown`, `.recipeContradicts`, `.picturePathInvalid`,
    ///   `.optionInvalid`, `.layerUnknown`, `.numberedStyleUnknown`.
    package init(json: Data, folder: String, path: String = "style.json") throws(StyleError) {
        guard json.count <= Self.byteLimit else {
            throw .recipeMalformed(path: path, why: "it has more than \(Self.byteLimit) bytes")
        }
        do throws(JSONSyntaxError) { try JSONParser.check(json) } catch {
            throw .recipeMalformed(path: path, why: "it is not JSON: \(error)")
        }
        let document: Document
        do { document = try JSONDecoder().decode(Document.self, from: json) } catch let error as StyleError {
            throw error
        } catch let error as DecodingError {
            throw .recipeMalformed(path: path, why: error.sentence)
        } catch {
            throw .recipeMalformed(path: path, why: "\(error)")
        }
        try self.init(document, folder: folder)
    }

    private init(_ document: Document, folder: String) throws(StyleError) {
        if let version = document.limner, version != 1 {
            throw .optionInvalid(key: "limner", value: "\(version)", allowed: "1, the only version of recipes so far")
        }
        switch (document.pictures, document.numbered) {
        case (let pictures?, nil):
            guard !pictures.isEmpty else { throw .recipeContradicts(why: "'pictures' is empty") }
            var found: [WeightedPicture] = []
            for entry in pictures {
                try Self.check(entry.weight, of: entry.picture)
                guard Self.isInside(entry.picture) else { throw .picturePathInvalid(path: entry.picture) }
                found.append(WeightedPicture(path: folder + "/" + entry.picture, weight: entry.weight))
            }
            source = .pictures(found)
        case (nil, let numbered?):
            guard !numbered.isEmpty else { throw .recipeContradicts(why: "'numbered' is empty") }
            for entry in numbered {
                try Self.check(entry.weight, of: "\(entry.style)")
                try MultiStyleNetwork.check(entry.style)
            }
            source = .numbered(numbered.map { NumberedStyle(style: $0.style, weight: $0.weight) })
        case (nil, nil):
            throw .recipeContradicts(why: "it names neither 'pictures' nor 'numbered' styles")
        case (_?, _?):
            throw .recipeContradicts(why: "it names 'pictures' and 'numbered' styles at once")
        }
        title = document.title
        options = document.options ?? StyleOptions()
        _ = try StyleSettings(resolving: options)
    }

    /// Longest recipe that is read, in bytes.
    private static let byteLimit = 256 << 10

    /// Whether a relative path stays inside the folder it starts from.
    private static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.contains("\0") && parts.allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." }
    }

    private static func check(_ weight: Double, of name: String) throws(StyleError) {
        guard weight > 0, weight <= 1e6 else {
            throw .optionInvalid(key: "weight of '\(name)'", value: "\(weight)", allowed: "above 0, at most 1e6")
        }
    }
}

/// `style.json` as written.
private struct Document: Decodable {
    let limner: Int?
    let title: String?
    let pictures: [PictureEntry]?
    let numbered: [NumberedEntry]?
    let options: StyleOptions?

    enum CodingKeys: String, CodingKey, CaseIterable { case limner, title, pictures, numbered, options }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self, within: "the style recipe")
        let values = try decoder.container(keyedBy: CodingKeys.self)
        limner = try values.decodeIfPresent(Int.self, forKey: .limner)
        title = try values.decodeIfPresent(String.self, forKey: .title)
        pictures = try values.decodeIfPresent([PictureEntry].self, forKey: .pictures)
        numbered = try values.decodeIfPresent([NumberedEntry].self, forKey: .numbered)
        options = try values.decodeIfPresent(StyleOptions.self, forKey: .options)
    }
}

/// `"sea.jpg"` or `{"picture": "sea.jpg", "weight": 2}`.
private struct PictureEntry: Decodable {
    let picture: String
    let weight: Double

    enum CodingKeys: String, CodingKey, CaseIterable { case picture, weight }

    init(from decoder: any Decoder) throws {
        if let path = try? decoder.singleValueContainer().decode(String.self) {
            picture = path
            weight = 1
            return
        }
        try decoder.refuseUnknownKeys(CodingKeys.self, within: "an entry of 'pictures'")
        let values = try decoder.container(keyedBy: CodingKeys.self)
        picture = try values.decode(String.self, forKey: .picture)
        weight = try values.decodeIfPresent(Double.self, forKey: .weight) ?? 1
    }
}

/// `7` or `{"style": 7, "weight": 0.5}`.
private struct NumberedEntry: Decodable {
    let style: Int
    let weight: Double

    enum CodingKeys: String, CodingKey, CaseIterable { case style, weight }

    init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(Int.self) {
            style = number
            weight = 1
            return
        }
        try decoder.refuseUnknownKeys(CodingKeys.self, within: "an entry of 'numbered'")
        let values = try decoder.container(keyedBy: CodingKeys.self)
        style = try values.decode(Int.self, forKey: .style)
        weight = try values.decodeIfPresent(Double.self, forKey: .weight) ?? 1
    }
}

extension DecodingError {
    /// What was expected where, in one clause.
    fileprivate var sentence: String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "the top" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch self {
        case .typeMismatch(let type, let context): return "'\(place(context.codingPath))' must be a \(type)"
        case .valueNotFound(_, let context): return "'\(place(context.codingPath))' is null"
        case .keyNotFound(let key, let context): return "'\(place(context.codingPath + [key]))' is missing"
        case .dataCorrupted(let context):
            return "'\(place(context.codingPath))': \(context.debugDescription)"
        @unknown default: return "\(self)"
        }
    }
}
