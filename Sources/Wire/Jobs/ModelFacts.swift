/// A model that took part in a job.
package struct ModelFacts: Codable, Sendable, Equatable {
    /// Its name in the model store, for example `sface-2021dec`.
    package var id: String
    package var name: String
    package var version: String
    /// Of the file as it came from its origin, 64 lowercase hexadecimal digits.
    package var sha256: String

    package init(id: String, name: String, version: String, sha256: String) {
        self.id = id
        self.name = name
        self.version = version
        self.sha256 = sha256
    }
}
