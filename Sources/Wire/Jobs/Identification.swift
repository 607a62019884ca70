/// Options of an `identify` job: every face of every input is compared with the whole gallery.
package struct Identification: Codable, Sendable, Equatable {
    /// How many candidates a face lists, best first, 1…100; `nil` means ``defaultTop``.
    package var top: Int?
    /// Whether a JPEG with boxes and names is written; `nil` means yes.
    package var annotate: Bool?
    /// Least cosine similarity of a match, −1…1; `nil` takes `faces.threshold`.
    package var threshold: Double?
    /// Lowest detector score of a face that counts, 0…1; `nil` takes `faces.detectionScore`.
    package var detectionScore: Double?

    package static let defaultTop = 3

    package init(
        top: Int? = nil, annotate: Bool? = nil, threshold: Double? = nil, detectionScore: Double? = nil
    ) {
        self.top = top
        self.annotate = annotate
        self.threshold = threshold
        self.detectionScore = detectionScore
    }
}
