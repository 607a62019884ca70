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
        let known = ["kind", "name", "person", "style", "priority", "options"]
        for item in query where !known.contains(item.name) {
            let nearest = NearestName.of(item.name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            throw Self.refusal("there is no parameter \"\(item.name)\"\(nearest)")
        }
        for name in known where name != "style" && query.count(where: { $0.name == name }) > 1 {
            throw Self.refusal("\"\(name)\" is given twice")
        }
        func item(_ name: String) -> String? { query.first { $0.name == name }?.value }

        let kinds = JobKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = item("kind").flatMap(JobKind.init(rawValue:)) else {
            throw Self.refusal("\"kind\" is \(item("kind").map { "\"\($0)\"" } ?? "missing"); expected one of \(kinds)")
        }
        guard kind.facts.pictures != .nothing else {
            throw Self.refusal("a job of kind \(kind.rawValue) has no picture; drop a manifest")
        }
        guard let name = item("name"), !name.isEmpty, !name.contains("/"), !name.utf8.contains(0),
            name.utf8.count <= 255
        else {
            throw ReportError(
                code: .nameInvalid, message: "\"name\" is to be the picture's file name, without a folder.")
        }
        self.name = name
        priority = 0
        if let text = item("priority") {
            guard let number = Int(text), Manifest.priorities.contains(number) else {
                throw Self.refusal("\"priority\" is \"\(text)\"; expected a whole number, -100 to 100")
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
        do throws(ManifestError) {
            if let options { return try JobTask(kind: kind, options: options.utf8) }
            return try JobTask(kind, words: words)
        } catch {
            throw ReportError(code: error.mistakes[0].code, message: "The options cannot be used: \(error)".ended)
        }
    }

    private static func refusal(_ reason: String) -> ReportError {
        ReportError(code: .optionInvalid, message: "The submission cannot be used: \(reason)".ended)
    }
}
