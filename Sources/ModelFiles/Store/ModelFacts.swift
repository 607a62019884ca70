/// What is known of a model: shown by `limner models list`, written into reports and into the converted file.
package struct ModelFacts: Hashable, Sendable, Codable {
    /// ``ModelIdentifier/text``.
    package let id: String
    package let name: String
    package let version: String
    package let licence: String
    /// The package and version that the file was taken from, or the user's file.
    package let origin: String
    /// SHA-256 of the original file.
    package let sha256: String
    package let use: String

    /// The facts as the text metadata of a safetensors file.
    var metadata: [String: String] {
        [
            "id": id, "name": name, "version": version, "licence": licence, "origin": origin, "sha256": sha256,
            "use": use,
        ]
    }

    /// - Throws: a fault naming the key that a converted file lacks.
    init(metadata: [String: String]) throws {
        func text(_ key: String) throws -> String {
            guard let value = metadata[key] else { throw FormatFault.missingEntry("metadata named \(key)") }
            return value
        }
        self.init(
            id: try text("id"), name: try text("name"), version: try text("version"), licence: try text("licence"),
            origin: try text("origin"), sha256: try text("sha256"), use: try text("use"))
    }

    package init(
        id: String, name: String, version: String, licence: String, origin: String, sha256: String, use: String
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.licence = licence
        self.origin = origin
        self.sha256 = sha256
        self.use = use
    }
}
