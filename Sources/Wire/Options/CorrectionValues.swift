import Parsing

/// What a manifest says of faces, in its order. As JSON a list.
package struct FaceCorrections: OptionValue, ExpressibleByArrayLiteral {
    package var list: [FaceCorrection]

    package init(_ list: [FaceCorrection]) { self.list = list }

    package init(arrayLiteral elements: FaceCorrection...) { self.init(elements) }

    package init(from decoder: any Decoder) throws {
        list = try decoder.singleValueContainer().decode([FaceCorrection].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(list)
    }

    package var text: String {
        list.map { "\($0.verdict.rawValue) face \($0.face) of \($0.job) as \($0.person.text)" }.joined(separator: ", ")
    }

    package var json: JSONNode.Value {
        .array(
            list.map { correction in
                JSONNode(
                    .object([
                        .init("verdict", .string(correction.verdict.rawValue)),
                        .init("job", .string(correction.job.text)), .init("face", correction.face.json),
                        .init("person", .string(correction.person.text)),
                    ]))
            })
    }
}

extension OptionForm<FaceCorrections> {
    /// Only manifests have them; the command line has commands of its own.
    package static func corrections(_ count: ClosedRange<Int>) -> Self {
        let verdicts = FaceCorrection.Verdict.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return Self(
            expected: """
                a list of corrections, \(count.lowerBound) to \(count.upperBound) of them, each with `verdict`, `job`, `face` and \
                `person`
                """, placeholder: "json", isRepeated: true,
            schema: """
                {"type": "array", "items": {"type": "object", "properties": {\
                "verdict": {"enum": [\(verdicts)]}, \
                "job": {"type": "string", "pattern": \(JobIdentifier.jsonPattern), "maxLength": \(JobIdentifier.lengthLimit)}, \
                "face": {"type": "integer", "minimum": 1}, "person": {"$ref": "#/$defs/name"}}, \
                "required": ["verdict", "job", "face", "person"], "additionalProperties": false}, \
                "minItems": \(count.lowerBound), "maxItems": \(count.upperBound)}
                """,
            json: { .array($0.map { JSONNode(.string($0)) }) }, read: { $0.corrections($1, count) })
    }
}

extension JobIdentifier {
    /// Most bytes of a name.
    static let lengthLimit = 22 + stemLimit
    /// A regular expression for JSON Schema, as a string of JSON.
    static let jsonPattern = #""^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}-[A-Za-z0-9_][A-Za-z0-9._-]*$""#
}

extension ObjectReader {
    fileprivate mutating func corrections(_ key: String, _ count: ClosedRange<Int>) -> FaceCorrections? {
        guard let node = value(key), let elements = elements(node, key, count, of: "corrections") else { return nil }
        var corrections: [FaceCorrection] = []
        for (index, element) in elements.enumerated() {
            var reader = ObjectReader(element, key: "\(prefix)\(key)[\(index)]")
            let verdict = reader.required("verdict").flatMap {
                reader.choice($0, "verdict", FaceCorrection.Verdict.self)
            }
            let job = reader.required("job").flatMap { reader.job($0, "job") }
            let face = reader.required("face").flatMap { reader.integer($0, "face", 1...Int.max) }
            let person = reader.required("person").flatMap { reader.name($0, "person") }
            reader.refuseOtherKeys()
            add(reader.mistakes)
            guard let verdict, let job, let face, let person = person.flatMap({ try? PersonName($0) }) else { continue }
            corrections.append(FaceCorrection(verdict, face, of: job, as: person))
        }
        return FaceCorrections(corrections)
    }
}
