extension JobKind {
    /// The JSON Schema (2020-12) of the options that a manifest of the kind has. It refers to `name` and `path` among the
    /// definitions of the schema that it becomes part of.
    package var optionsSchema: String {
        let properties = options.filter { $0.places.contains(.manifest) }.map { "\"\($0.key)\": \($0.describedSchema)" }
        let needs = facts.needs.map { "{\"required\": [\"\($0)\"]}" }
        let rule =
            needs.count > 1
            ? ", \"oneOf\": [\(needs.joined(separator: ", "))]"
            : facts.needs.first.map { ", \"required\": [\"\($0)\"]" } ?? ""
        return """
            {"description": "Options of a job of the kind \(rawValue).", "type": "object", \
            "properties": {\(properties.joined(separator: ", "))}\(rule), "additionalProperties": false}
            """
    }
}

extension JobOption {
    /// With its sentence.
    fileprivate var describedSchema: String {
        let sentence = summary.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "{\"description\": \"\(sentence)\", \(schema.dropFirst())"
    }
}
