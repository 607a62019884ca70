import Foundation

extension ModelStore {
    /// Every known model and every imported one, with a glance at its files; nothing is hashed or converted.
    package func list() -> [ModelListing] {
        listing { id in
            guard FileManager.default.fileExists(atPath: convertedPath(id)) else { return originalState(id) }
            return try ConvertedModel(opening: convertedPath(id)) == nil ? originalState(id) : .ready
        }
    }

    /// Converts what was fetched and is not converted yet. What cannot be is left to whoever asks for it.
    package func convertFetched() {
        for listing in list() where listing.state == .fetched {
            if let id = ModelIdentifier(listing.facts.id) { _ = try? converted(id) }
        }
    }

    /// As ``list()``, but hashes the originals and the converted tensors, and converts what is not converted yet.
    package func verify() -> [ModelListing] {
        listing { id in
            if let entry = ModelCatalogue.entry(id) {
                let original = originalPath(entry)
                if FileManager.default.fileExists(atPath: original) {
                    try Self.check(FileBytes.mapped(original), is: entry)
                } else if !FileManager.default.fileExists(atPath: convertedPath(id)) {
                    return .missing
                }
            }
            let model = try converted(id)
            try model.verify()
            switch model.contents {
            case .graph: _ = try graph(id)
            case .features: _ = try features(id)
            }
            return .ready
        }
    }

    /// The identifiers of everything in the store.
    func names() -> [String] {
        (ModelIdentifier.known + users()).map(\.text)
    }

    private func listing(_ state: (ModelIdentifier) throws -> ModelListing.State) -> [ModelListing] {
        (ModelIdentifier.known + users()).compactMap { id in
            let found: ModelListing.State
            do {
                found = try state(id)
            } catch {
                found = .damaged("\(error)")
            }
            let facts = ModelCatalogue.entry(id)?.facts ?? (try? ConvertedModel(opening: convertedPath(id)))?.facts
            return ModelListing(
                facts: facts ?? Self.unreadable(id), state: found, path: convertedPath(id))
        }
    }

    private func originalState(_ id: ModelIdentifier) -> ModelListing.State {
        guard let entry = ModelCatalogue.entry(id) else { return .missing }
        return FileManager.default.fileExists(atPath: originalPath(entry)) ? .fetched : .missing
    }

    /// The embedders that were imported, by name.
    private func users() -> [ModelIdentifier] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasPrefix("user-"), name.hasSuffix(".safetensors") else { return nil }
            return ModelIdentifier("user:" + name.dropFirst("user-".count).dropLast(".safetensors".count))
        }
    }

    private static func unreadable(_ id: ModelIdentifier) -> ModelFacts {
        ModelFacts(
            id: id.text, name: id.text, version: "unreadable", licence: "unknown", origin: "imported", sha256: "",
            use: "face embedder")
    }
}
