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
    /// Where each person's templates end, counted in templates; they begin where the person's before end.
    private let ends: [Int]
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
        var ends: [Int] = []
        var rows: [SIMD16<Float>] = []
        rows.reserveCapacity(templates.count * Self.vectorCount(length))
        for (number, (person, features)) in templates.enumerated() {
            precondition(features.count == length, "templates of \(features.count) and \(length) numbers in one index")
            if people.last != person {
                people.append(person)
                ends.append(number)
            }
            ends[ends.count - 1] += 1
            Self.append(recognition.head?.applied(to: features) ?? features, to: &rows)
        }
        self.people = people
        self.ends = ends
        self.rows = rows
        vectorsPerRow = Self.vectorCount(length)
        self.strangers = tail(of: strangers)
    }

    /// Who is nearer than so many pairs of two people is most likely somebody who was enrolled since.
    private static let enrolledSince = 1e-6
    /// The cosine of that, where strangers are not known of.
    private static let usuallyEnrolledSince = 0.5

    private func tail(of strangers: [Template]) -> ImpostorTail? {
        guard strangers.count >= ImpostorTail.fewest, !people.isEmpty else { return nil }
        let known = recognition.tail
        let enrolled = known?.cosine(rate: Self.enrolledSince) ?? Self.usuallyEnrolledSince
        let cosines = strangers.map { self.cosines(to: $0) }.filter { Double($0.max() ?? 1) < enrolled }
        return ImpostorTail.fitted(
            to: cosines, templates: templateCount,
            reviewed: ImpostorTail.reviewed(known, templates: templateCount), fpir: ImpostorTail.usualFPIR,
            known: known)
    }

    /// To every template; empty when the probe is not as long as they are.
    func cosines(to probe: Template) -> [Float] {
        var vectors: [SIMD16<Float>] = []
        Self.append(recognition.seen(probe).features, to: &vectors)
        guard vectors.count == vectorsPerRow else { return [] }
        return rows.withUnsafeBufferPointer { rows in
            (0..<templateCount).map { row in
                var sums = SIMD16<Float>.zero
                // No fused products: where the compiler may not count on them, each is a call.
                for index in 0..<vectorsPerRow { sums += vectors[index] * rows[row * vectorsPerRow + index] }
                return sums.sum()
            }
        }
    }

    /// How many templates are searched.
    package var templateCount: Int { ends.last ?? 0 }

    /// Who is nearest, the most similar first, each with their nearest template; equal people in the index's order.
    ///
    /// Cost: one multiplication and addition a stored number.
    /// - Parameter count: of people, everybody unless it is given.
    package func ranking(of probe: Template, first count: Int = .max) -> [Candidate] {
        precondition(probe.model == model, "a probe of \(probe.model) in an index of \(model)")
        let cosines = cosines(to: probe)
        precondition(cosines.count == templateCount, "the probe is \(probe.features.count) numbers long")
        var nearest = [Float](repeating: -.infinity, count: people.count)
        for person in people.indices {
            for row in templates(of: person) { nearest[person] = max(nearest[person], cosines[row]) }
        }
        return nearest.places(ofLargest: count).map {
            Candidate(
                person: people[$0], similarity: Similarity(cosine: nearest[$0]), templates: templates(of: $0).count)
        }
    }

    private func templates(of person: Int) -> Range<Int> { (person == 0 ? 0 : ends[person - 1])..<ends[person] }

    /// Of whom somebody has said that the face, or its near twin, is not theirs, by name.
    package func denied(of probe: Template) -> Set<String> {
        Set(negatives.filter { NearTwin.holds(probe, among: $0.value) }.keys)
    }

    private static func vectorCount(_ length: Int) -> Int { (length + 15) / 16 }

    private static func append(_ features: [Float], to rows: inout [SIMD16<Float>]) {
        for block in 0..<vectorCount(features.count) {
            var vector = SIMD16<Float>.zero
            for lane in 0..<min(16, features.count - 16 * block) { vector[lane] = features[16 * block + lane] }
            rows.append(vector)
        }
    }
}

extension [Float] {
    /// The places of so many of the largest numbers, the largest first; of equal ones the first comes first.
    fileprivate func places(ofLargest wanted: Int) -> [Int] {
        func isBefore(_ a: Int, _ b: Int) -> Bool { (self[b], a) < (self[a], b) }
        // A search looks for a handful among very many.
        guard wanted < count / 4 else { return [Int](indices.sorted(by: isBefore).prefix(wanted)) }
        var best: [Int] = []
        for place in indices where best.count < wanted || isBefore(place, best[wanted - 1]) {
            if best.count == wanted { best.removeLast() }
            best.insert(place, at: best.firstIndex { isBefore(place, $0) } ?? best.endIndex)
        }
        return best
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
