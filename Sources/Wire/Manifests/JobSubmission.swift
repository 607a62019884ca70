import Foundation
import Parsing

/// `POST /v1/jobs?…`: one picture, the request's body, with what is to be done with it in the query.
///
/// | query | |
/// |---|---|
/// | `kind` | required |
/// | `name` | the picture's file name; required |
/// | `person` | short for `options={"person": …}` |
/// | `style` | a style's name, again for each of several; short for `options={"styles": [{"name": …}]}` |
/// | `priority` | −100…100 |
/// | `options` | one JSON object, as in a manifest |
package struct JobSubmission: Sendable, Equatable {
    package var task: JobTask
    /// The picture's own name, without a folder.
    package var name: String
    package var priority: Int

    package init(task: JobTask, name: String, priority: Int = 0) {
        self.task = task
        self.name = name
        self.priority = priority
    }

    /// Reads a query's items, percent-decoded, in their order.
    ///
    /// - Throws: ``ReportError`` with `option-invalid`, `name-invalid` or what the options' own mistake is.
    package init(query: [(name: String, value: String)]) throws(ReportError) {
        for item in query where !TextRule.isBounded(item.name + "=" + item.value, marks: TextRule.marksOfFileName) {
            throw Self.refusal("a parameter has more than \(TextRule.marksOfFileName) combining marks in a row")
        }
        let names = query.map(\.name)
        if let mistake = Self.mistake(in: names, of: Self.parameters, repeatable: ["style"]) {
            throw Self.refusal(mistake)
        }
        func item(_ name: String) -> String? { query.first { $0.name == name }?.value }

        let kinds = JobKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = item("kind").flatMap(JobKind.init(rawValue:)) else {
            throw Self.refusal("\"kind\" is \(item("kind").map { "\"\($0)\"" } ?? "missing"); expected one of \(kinds)")
        }
        guard kind.facts.pictures != .nothing else {
            throw Self.refusal("a job of kind \(kind.rawValue) has no picture; drop a manifest")
        }
        guard let name = item("name"), TextRule.isFileName(name), name.utf8.count <= 255 else {
            throw ReportError(
                code: .nameInvalid, message: "\"name\" is to be the picture's file name, without a folder.")
        }
        self.name = name
        priority = 0
        if let text = item("priority") {
            guard let number = Int(text), Manifest.priorities.contains(number) else {
                throw Self.refusal("\"priority\" is \"\(text)\"; expected \(Manifest.priorities.inWords)")
            }
            priority = number
        }
        let short = [("person", "person"), ("style", "styles")].compactMap { parameter, key in
            let values = query.filter { $0.name == parameter }.map(\.value)
            return values.isEmpty ? nil : (parameter: parameter, key: key, values: values)
        }
        task = try Self.task(kind, options: item("options"), short: short)
        if let picture = task.pictures.first {
            let message = "A submission is one picture; \"\(picture.path)\" would be a second. Use a manifest."
            throw ReportError(code: .optionInvalid, message: message)
        }
    }

    package static let parameters = ["kind", "name", "person", "style", "priority", "options"]

    /// What is wrong with the names of a query's parameters; `nil` when nothing is.
    ///
    /// - Parameters:
    ///   - known: what there is.
    ///   - repeatable: those that may be given several times.
    package static func mistake(in names: [String], of known: [String], repeatable: Set<String> = []) -> String? {
        var seen: Set<String> = []
        for name in names {
            guard known.contains(name) else {
                let nearest = NearestName.of(name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                return "there is no parameter \"\(name.printable)\"\(nearest)"
            }
            guard seen.insert(name).inserted || repeatable.contains(name) else { return "\"\(name)\" is given twice" }
        }
        return nil
    }

    /// The query that ``init(query:)`` reads.
    package func queryItems() -> [(name: String, value: String)] {
        [
            ("kind", task.kind.rawValue), ("name", name), ("priority", String(priority)),
            ("options", task.options.json),
        ]
    }

    private static func task(
        _ kind: JobKind, options: String?, short: [(parameter: String, key: String, values: [String])]
    ) throws(ReportError) -> JobTask {
        if options != nil, !short.isEmpty { throw refusal("\"options\" goes without \"person\" and \"style\"") }
        let words = try short.map { item throws(ReportError) in
            guard let option = kind.options.first(where: { $0.key == item.key }) else {
                throw refusal("\"\(item.parameter)\" means nothing to \(kind.rawValue)")
            }
            return (option: option, words: item.values)
        }
        let node: JSONNode
        do throws(JSONSyntaxError) {
            node =
                try options.map { text throws(JSONSyntaxError) in try JSONParser.parse(text.utf8) }
                ?? JSONNode(.object(words.map { .init($0.option.key, $0.option.json($0.words)) }))
        } catch {
            throw refusal("\"options\" is not JSON: \(error)")
        }
        var reader = ObjectReader(node, key: "options")
        let task = JobTask(kind, in: .manifest, reading: &reader)
        reader.refuseOtherKeys(elsewhere: kind.keysOfElsewhere)
        guard let first = reader.mistakes.first else { return task }
        // The short forms are what most know them by, and a query has no lines.
        let sentences = reader.mistakes.map { $0.sentence.replacing("\"options.", with: "\"") }
        let code = first.code == .manifestInvalid ? .optionInvalid : first.code
        throw ReportError(
            code: code, message: "The submission cannot be used: \(sentences.joined(separator: "; "))".ended,
            hint: code == .manifestUnknownKey ? "The manual lists the options: man limner-manifest." : nil)
    }

    private static func refusal(_ reason: String) -> ReportError {
        ReportError(code: .optionInvalid, message: "The submission cannot be used: \(reason)".ended)
    }
}
