import Foundation
import Parsing

/// A job as a user writes it down; see `Schemas/manifest.schema.json`.
///
/// ```json
/// { "limner": 1, "kind": "stylize", "inputs": ["beach.jpg"],
///   "options": { "styles": [{ "picture": "wave.jpg" }], "size": 640 }, "priority": 10, "id": "beach-as-wave" }
/// ```
package struct Manifest: Sendable, Equatable {
    /// The version of this format.
    package static let format = 1
    /// Longest text that is read, in bytes.
    package static let byteLimit = 1 << 20
    package static let inputLimit = 5000
    package static let priorities = -100...100

    package var task: JobTask
    /// Relative to the manifest; at least one, and none of a kind that has no pictures. Of a film, the last part of one may be a
    /// ``NamePattern`` of its frames.
    package var inputs: [String]
    /// Higher goes first.
    package var priority: Int
    /// The user's own name of the job: a second manifest with it is the same job.
    package var id: String?

    package init(task: JobTask, inputs: [String], priority: Int = 0, id: String? = nil) {
        self.task = task
        self.inputs = inputs
        self.priority = priority
        self.id = id
    }

    /// The key that every manifest has, and that no other program's JSON file has.
    private static let mark = "limner"

    /// Whether a text, whole or its first ``byteLimit`` bytes, is meant as a manifest: an object with the key `"limner"`, or
    /// a text that is no JSON and yet holds that word in quotes. One in UTF-16 is told of as such, and not passed over.
    package static func isMeant(by given: [UInt8]) -> Bool {
        let text = TextRule.isUTF16(given) ? TextRule.utf8(ofUTF16: given) : given
        let word = Array("\"\(mark)\"".utf8)
        var rest = text[...]
        while let quote = rest.firstIndex(of: word[0]), !rest[quote...].starts(with: word) {
            rest = rest[(quote + 1)...]
        }
        guard rest.contains(word[0]) else { return false }
        guard let root = try? JSONParser.parse(text) else { return true }
        return root.members?.contains { $0.key == mark } ?? false
    }

    /// Reads a manifest's text.
    ///
    /// - Throws: ``ManifestError`` with every mistake there is.
    package init(parsing text: some Collection<UInt8>) throws(ManifestError) {
        guard text.count <= Self.byteLimit else {
            let reason = "the text has \(text.count) bytes; a manifest has \(Self.byteLimit) at most"
            throw ManifestError([ManifestMistake("", .notJSON(reason: reason), line: 1)])
        }
        let root: JSONNode
        do throws(JSONSyntaxError) {
            root = try JSONParser.parse(text)
        } catch {
            throw ManifestError([ManifestMistake("", .notJSON(reason: "\(error)"), line: error.place.line)])
        }
        var reader = ObjectReader(root)
        if let format = reader.required(Self.mark) {
            if case .number(1, _) = format.value {
            } else {
                reader.add(
                    "limner", .conflict(reason: "\"limner\" is the format's version and must be \(Self.format)"), format
                )
            }
        }
        let kind = reader.required("kind").flatMap { reader.choice($0, "kind", JobKind.self) }
        let inputs =
            kind?.facts.pictures == .nothing
            ? Self.refuseInputs(of: kind, &reader)
            : reader.required("inputs").map { reader.paths($0, "inputs", 1...Self.inputLimit) ?? [] }
        let options = reader.value("options") ?? JSONNode(value: .object([]), place: root.place)
        let task = kind.map { kind in
            var optionsReader = ObjectReader(options, key: "options")
            let task = JobTask(kind, in: .manifest, reading: &optionsReader)
            optionsReader.refuseOtherKeys(elsewhere: kind.keysOfElsewhere)
            reader.add(optionsReader.mistakes)
            return task
        }
        let priority = reader.integer("priority", Self.priorities)
        let id = reader.value("id").flatMap { reader.name($0, "id") }
        reader.refuseOtherKeys()
        guard reader.mistakes.isEmpty, var task, let inputs else { throw ManifestError(reader.mistakes) }
        if task.kind == .stylize { task.options.makeFilm(of: inputs) }
        self.init(task: task, inputs: inputs, priority: priority ?? 0, id: id)
    }

    /// Every file that the job needs, each once, with its role; paths are relative to the manifest.
    package var pictures: [(role: InputRole, path: String)] {
        // A photograph may be a style or a mask, too; only the other side of a verification has to be a file of its own.
        inputs.map { (.picture, $0) } + task.pictures.filter { $0.role == .reference || !inputs.contains($0.path) }
    }

    private static func refuseInputs(of kind: JobKind?, _ reader: inout ObjectReader) -> [String] {
        if let node = reader.value("inputs") {
            let reason = "a job of kind \(kind?.rawValue ?? "") has no pictures, and so no \"inputs\""
            reader.add("inputs", .conflict(reason: reason), node)
        }
        return []
    }
}
