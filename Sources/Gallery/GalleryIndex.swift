import Wire

/// The templates of one model in memory, laid out for search.
package struct GalleryIndex: Sendable {
    package let model: TemplateModel
    /// How they are compared.
    package let recognition: Recognition
    /// The state of the gallery that it shows, counted by the file.
    package let revision: Int
    /// Templates that were made by other models and are left out, by model name.
    package let ignored: [String: Int]
    /// Everybody with a template of the model.
    package let people: [String]
    /// The person of every template, as an index into `people`.
    private let owners: [Int]
    /// Templates as they are compared, one after the other, each filled up with zeros to whole vectors.
    private let rows: [SIMD16<Float>]
    private let vectorsPerRow: Int
    /// Faces that are not a person's, by name.
    private let negatives: [String: [Template]]
    /// How near this gallery's own strangers come; nil when too few are known.
    package private(set) var strangers: ImpostorTail?

    /// - Parameter templates: the name and features of every template of `model`, all of one length that the recognition takes,
    ///   the same person's one after the other.
    init(
        model: TemplateModel, recognition: Recognition, revision: Int = 0,
        templates: [(person: String, features: [Float])],
        negatives: [String: [Template]] = [:], strangers: [Template] = [], ignored: [String: Int]
    ) {
        self.model = model
        self.recognition = recognition
        self.revision = revision
        self.negatives = negatives
        self.ignored = ignored
        let length = templates.first?.features.count ?? 0
        var people: [String] = []
        var owners: [Int] = []
        var rows: [SIMD16<Float>] = []
        for (person, features) in templates {
            precondition(features.count == length, "templates of \(features.count) and \(length) numbers in one index")
            if people.last != person { people.append(person) }
            owners.append(people.count - 1)
            rows += Self.vectors(recognition.head?.applied(to: features) ?? features)
        }
        self.people = people
        self.owners = owners
        self.rows = rows
        vectorsPerRow = Self.vectorCount(length)
        self.strangers = tail(of: strangers)
    }

    /// Who is nearer than so many pairs of two people is most likely somebody who was enrolled since.
    private static let enrolledSince = 1e-6
    /// The cosine of that, where strangers are not known of.
    private static let usuallyEnrolledSince = 0.5

    private func tail(of strangers: [Template]) -> ImpostorTail? {
        guard strangers.count >= ImpostorTail.fewest, !owners.isEmpty else { return nil }
        let known = recognition.tail
        let enrolled = known?.cosine(rate: Self.enrolledSince) ?? Self.usuallyEnrolledSince
        let cosines = strangers.map { self.cosines(to: $0) }.filter { Double($0.max() ?? 1) < enrolled }
        return ImpostorTail.fitted(
            to: cosines, templates: templateCount,
            reviewed: ImpostorTail.reviewed(known, templates: templateCount), fpir: ImpostorTail.usualFPIR,
            known: known)
    }

    /// To every template.
    private func cosines(to probe: Template) -> [Float] {
        let vectors = Self.vectors(recognition.seen(probe).features)
        guard vectors.count == vectorsPerRow else { return [] }
        return owners.indices.map { row in
            var sums = SIMD16<Float>.zero
            for index in 0..<vectorsPerRow { sums.addProduct(vectors[index], rows[row * vectorsPerRow + index]) }
            return sums.sum()
        }
    }

    /// How many templates are searched.
    package var templateCount: Int { owners.count }

    /// Everybody, the most similar first, each with their nearest template; equal people in the index's order.
    ///
    /// Cost: one multiplication and addition a stored number.
    package func ranking(of probe: Template) -> [Candidate] {
        precondition(probe.model == model, "a probe of \(probe.model) in an index of \(model)")
        let vectors = Self.vectors(recognition.seen(probe).features)
        precondition(
            owners.isEmpty || vectors.count == vectorsPerRow, "the probe is \(probe.features.count) numbers long")
        var best = [Float](repeating: -.infinity, count: people.count)
        var counts = [Int](repeating: 0, count: people.count)
        for (row, owner) in owners.enumerated() {
            var sums = SIMD16<Float>.zero
            for index in 0..<vectorsPerRow {
                sums.addProduct(vectors[index], rows[row * vectorsPerRow + index])
            }
            best[owner] = max(best[owner], sums.sum())
            counts[owner] += 1
        }
        return people.indices
            .map { Candidate(person: people[$0], similarity: Similarity(cosine: best[$0]), templates: counts[$0]) }
            .enumerated()
            .sorted { ($1.element.similarity.cosine, $0.offset) < ($0.element.similarity.cosine, $1.offset) }
            .map(\.element)
    }

    /// Of whom somebody has said that the face, or its near twin, is not theirs, by name.
    package func denied(of probe: Template) -> Set<String> {
        Set(negatives.filter { NearTwin.holds(probe, among: $0.value) }.keys)
    }

    private static func vectorCount(_ length: Int) -> Int { (length + 15) / 16 }

    private static func vectors(_ features: [Float]) -> [SIMD16<Float>] {
        (0..<vectorCount(features.count)).map { block in
            var vector = SIMD16<Float>.zero
            for lane in 0..<min(16, features.count - 16 * block) { vector[lane] = features[16 * block + lane] }
            return vector
        }
    }
}

/// One person of the gallery as seen from one probe.
package struct Candidate: Codable, Equatable, Sendable {
    package let person: String
    /// Similarity to the person's nearest template.
    package let similarity: Similarity
    /// How many templates of the person were compared.
    package let templates: Int
}
