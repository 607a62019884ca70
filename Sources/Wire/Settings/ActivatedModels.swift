/// The models that somebody has activated, one after the other: what `faces.embedder` is where no other source says.
///
/// It stands in a file of the model store, ``fileName``, so that it outlives every process and goes with the store.
package struct ActivatedModels: Codable, Sendable, Equatable {
    package static let fileName = "in-use.json"
    /// So many can be gone back to.
    private static let most = 20

    /// By their names in the store; the last is in use.
    package private(set) var models: [String]

    package init() { models = [] }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        models = try container.decode([String].self, forKey: .models)
        if let stray = models.first(where: { ModelIdentifier($0)?.isEmbedder != true }) {
            throw DecodingError.dataCorruptedError(
                forKey: .models, in: container, debugDescription: "“\(stray)” is not the name of a face embedder")
        }
    }

    private enum CodingKeys: String, CodingKey {
        case models
    }

    /// nil where nobody has activated any.
    package var inUse: String? { models.last }

    package mutating func activate(_ model: ModelIdentifier) {
        models.removeAll { $0 == model.text }
        models.append(model.text)
        models = models.suffix(Self.most)
    }

    /// Goes back to the one before, or to what the settings say when there was none.
    ///
    /// - Returns: which is no longer in use; nil where none was.
    package mutating func retire() -> String? { models.popLast() }
}
