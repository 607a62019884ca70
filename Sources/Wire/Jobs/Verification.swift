/// Options of a `verify` job.
package struct Verification: Codable, Sendable, Equatable {
    /// Whom the face is claimed to be.
    package enum Claim: Sendable, Equatable {
        /// A person of the gallery.
        case person(String)
        /// The one face of another picture, by its path relative to the manifest.
        case reference(String)
    }

    package var claim: Claim
    /// Least cosine similarity of a match, −1…1; `nil` takes `faces.threshold`.
    package var threshold: Double?
    /// Lowest detector score of a face that counts, 0…1; `nil` takes `faces.detectionScore`.
    package var detectionScore: Double?

    package init(claim: Claim, threshold: Double? = nil, detectionScore: Double? = nil) {
        self.claim = claim
        self.threshold = threshold
        self.detectionScore = detectionScore
    }

    private enum CodingKeys: String, CodingKey {
        case person, reference, threshold, detectionScore
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let person = try container.decodeIfPresent(String.self, forKey: .person)
        let reference = try container.decodeIfPresent(String.self, forKey: .reference)
        switch (person, reference) {
        case (let person?, nil): claim = .person(person)
        case (nil, let reference?): claim = .reference(reference)
        case (nil, nil), (_?, _?):
            throw DecodingError.dataCorruptedError(
                forKey: .person, in: container,
                debugDescription: "a verification names a person or a reference, not both")
        }
        threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
        detectionScore = try container.decodeIfPresent(Double.self, forKey: .detectionScore)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch claim {
        case .person(let person): try container.encode(person, forKey: .person)
        case .reference(let path): try container.encode(path, forKey: .reference)
        }
        try container.encodeIfPresent(threshold, forKey: .threshold)
        try container.encodeIfPresent(detectionScore, forKey: .detectionScore)
    }
}
