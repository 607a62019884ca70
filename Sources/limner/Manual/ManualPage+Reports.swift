import Parsing
import Wire

extension ManualPage {
    /// limner-report(5): every key of a report, from its schema.
    static var reports: ManualPage {
        let report = SchemaTables(root: ReportSchema.root)
        let retrospect = SchemaTables(root: RetrospectSchema.root)
        return ManualPage(
            name: "limner-report", section: 5, file: "reports", summary: "the report of a job",
            parts: [
                .heading("Description"),
                .text(
                    """
                    Every job ends with one `report.json` in `outbox/<job>/`; when it was given up, `quarantine/<job>/` holds it \
                    too, beside the original. `<job>` reads `20260314T150926Z-9f3a-beach`: the time, four digits against \
                    collisions, the picture's own name. Keys are sorted, and times are UTC with milliseconds. The JSON Schema is \
                    `Sources/Wire/Schemas/report.schema.json`.
                    """),
                .text(
                    """
                    A report never changes. When the answer to a face of an `identify` job changes later, because people were enrolled, \
                    corrected or taken out, `retrospect.json` beside it lists what holds since then. Faces are asked again for as long as \
                    the setting `faces.remember` says. Its JSON Schema is `Sources/Wire/Schemas/retrospect.schema.json`.
                    """),
                .heading("The report"), report.table(of: report.root),
            ] + report.definitions + [.heading("The retrospect"), retrospect.table(of: retrospect.root)]
                + retrospect.definitions)
    }
}

/// A JSON Schema as tables of keys.
private struct SchemaTables {
    let root: JSONNode

    /// The objects that are referred to by name, each with its table.
    var definitions: [ManualPage.Part] {
        (root["$defs"]?.members ?? []).filter { name in
            // What a job can be told to do has a page of its own.
            !name.key.hasSuffix("Options") && name.value["properties"] != nil
        }.flatMap { definition -> [ManualPage.Part] in
            let description = definition.value["description"]?.string
            return [.heading(definition.key)] + (description.map { [.text($0)] } ?? []) + [table(of: definition.value)]
        }
    }

    func table(of object: JSONNode) -> ManualPage.Part {
        .table(head: ["key", "value", "meaning"], rows: rows(of: object, below: ""))
    }

    /// An object's keys; those of objects inside it follow, with the whole path.
    private func rows(of object: JSONNode, below path: String) -> [[String]] {
        let required = Set((object["required"]?.elements ?? []).compactMap(\.string))
        return (object["properties"]?.members ?? []).flatMap { member -> [[String]] in
            let key = path + member.key
            let node = resolved(member.value)
            let presence = required.contains(member.key) ? "" : ", or absent"
            let meaning = member.value["description"]?.string ?? node["description"]?.string ?? ""
            let inner = node["items"].map { rows(of: $0, below: key + "[].") }
            return [["`\(key)`", value(node) + presence, meaning]] + (inner ?? rows(of: node, below: key + "."))
        }
    }

    /// What a reference to a text or a number stands for; objects have tables of their own.
    private func resolved(_ node: JSONNode) -> JSONNode {
        guard let name = definition(of: node), let target = root["$defs"]?[name],
            target["properties"] == nil
        else { return node }
        return target
    }

    private func definition(of node: JSONNode) -> String? {
        node["$ref"]?.string?.split(separator: "/").last.map(String.init)
    }

    /// What a value may be, in words.
    private func value(_ node: JSONNode) -> String {
        if let name = definition(of: node) { return "`\(name)`" }
        switch node["const"]?.value {
        case .number(_, let text)?: return "`\(text)`"
        case .bool(let truth)?: return "`\(truth)`"
        default: break
        }
        if let choices = node["enum"]?.elements {
            // The error codes have a page of their own.
            let names = choices.compactMap { choice -> String? in
                if case .number(_, let text) = choice.value { return text }
                return choice.string
            }
            return names.count > 10 ? "one of \(names.count) codes" : names.map { "`\($0)`" }.joined(separator: ", ")
        }
        switch node["type"]?.string {
        case "array":
            guard let items = node["items"] else { return "a list" }
            if items["properties"] != nil { return "a list of objects" }
            return resolved(items)["type"]?.string == "string" ? "a list of texts" : "a list of " + value(items)
        case "object": return "an object"
        case "integer": return "a whole number" + range(node)
        case "number": return "a number" + range(node)
        case "boolean": return "true or false"
        default: return "a text"
        }
    }

    private func range(_ node: JSONNode) -> String {
        func bound(_ key: String) -> String? {
            guard case .number(_, let text)? = node[key]?.value else { return nil }
            return text
        }
        return switch (bound("minimum"), bound("maximum")) {
        case (let least?, let most?): ", \(least) to \(most)"
        case (let least?, nil): ", \(least) or more"
        default: ""
        }
    }
}
