import Parsing

/// One pass over a value, collecting what breaks the schema.
struct SchemaValidation {
    let schema: JSONSchema
    private(set) var violations: [String] = []

    init(schema: JSONSchema) { self.schema = schema }

    mutating func check(_ node: JSONNode, against rule: JSONNode, at place: String) {
        if case .bool(let allowed) = rule.value {
            if !allowed { report(place, "is not allowed") }
            return
        }
        if let target = rule["$ref"]?.string.flatMap(schema.target) { check(node, against: target, at: place) }
        checkType(node, rule, place)
        checkValue(node, rule, place)
        checkNumber(node, rule, place)
        checkString(node, rule, place)
        checkArray(node, rule, place)
        checkObject(node, rule, place)
        checkCombinations(node, rule, place)
    }

    private func holds(_ node: JSONNode, _ rule: JSONNode, _ place: String) -> Bool {
        var trial = SchemaValidation(schema: schema)
        trial.check(node, against: rule, at: place)
        return trial.violations.isEmpty
    }

    private mutating func report(_ place: String, _ reason: String) { violations.append("\(place) \(reason)") }

    private mutating func checkType(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        guard let type = rule["type"]?.string else { return }
        let fits =
            switch (type, node.value) {
            case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
                ("object", .object):
                true
            case ("integer", .number(let number, _)): number.rounded() == number
            default: false
            }
        if !fits { report(place, "is \(node.typeName), not of type \(type)") }
    }

    private mutating func checkValue(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        if let constant = rule["const"], !equal(node, constant) { report(place, "is not the constant") }
        if let choices = rule["enum"]?.elements, !choices.contains(where: { equal($0, node) }) {
            report(place, "is none of the choices")
        }
    }

    private mutating func checkNumber(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        guard case .number(let number, let text) = node.value else { return }
        if case .number(let least, _)? = rule["minimum"]?.value, number < least {
            report(place, "\(text) is under \(least)")
        }
        if case .number(let most, _)? = rule["maximum"]?.value, number > most {
            report(place, "\(text) is over \(most)")
        }
    }

    private mutating func checkString(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        guard let text = node.string else { return }
        let length = text.unicodeScalars.count
        if case .number(let least, _)? = rule["minLength"]?.value, Double(length) < least {
            report(place, "is too short")
        }
        if case .number(let most, _)? = rule["maxLength"]?.value, Double(length) > most { report(place, "is too long") }
        if let pattern = rule["pattern"]?.string {
            let matches = (try? Regex(pattern)).map { text.firstMatch(of: $0) != nil } ?? false
            if !matches { report(place, "\"\(text)\" does not match \(pattern)") }
        }
    }

    private mutating func checkArray(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        guard let elements = node.elements else { return }
        if case .number(let least, _)? = rule["minItems"]?.value, Double(elements.count) < least {
            report(place, "has too few elements")
        }
        if case .number(let most, _)? = rule["maxItems"]?.value, Double(elements.count) > most {
            report(place, "has too many elements")
        }
        if case .bool(true)? = rule["uniqueItems"]?.value {
            for (index, element) in elements.enumerated()
            where elements[..<index].contains(where: { equal($0, element) }) {
                report("\(place)[\(index)]", "stands there twice")
            }
        }
        guard let items = rule["items"] else { return }
        for (index, element) in elements.enumerated() { check(element, against: items, at: "\(place)[\(index)]") }
    }

    private mutating func checkObject(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        guard let members = node.members else { return }
        for key in rule["required"]?.elements?.compactMap(\.string) ?? [] where node[key] == nil {
            report(place, "lacks \"\(key)\"")
        }
        if case .number(let least, _)? = rule["minProperties"]?.value, Double(members.count) < least {
            report(place, "has too few keys")
        }
        for member in members {
            if let property = rule["properties"]?[member.key] {
                check(member.value, against: property, at: "\(place).\(member.key)")
            } else if let others = rule["additionalProperties"] {
                check(member.value, against: others, at: "\(place).\(member.key)")
            }
        }
    }

    private mutating func checkCombinations(_ node: JSONNode, _ rule: JSONNode, _ place: String) {
        for part in rule["allOf"]?.elements ?? [] { check(node, against: part, at: place) }
        if let parts = rule["anyOf"]?.elements, !parts.contains(where: { holds(node, $0, place) }) {
            report(place, "fits none of the alternatives")
        }
        if let parts = rule["oneOf"]?.elements {
            let fitting = parts.count { holds(node, $0, place) }
            if fitting != 1 { report(place, "fits \(fitting) of the alternatives, not one") }
        }
        if let part = rule["not"], holds(node, part, place) { report(place, "fits what it must not") }
        if let condition = rule["if"] {
            let branch = holds(node, condition, place) ? rule["then"] : rule["else"]
            if let branch { check(node, against: branch, at: place) }
        }
    }

    /// Equality of JSON values; the order of keys means nothing.
    private func equal(_ left: JSONNode, _ right: JSONNode) -> Bool {
        switch (left.value, right.value) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left, _), .number(let right, _)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { equal($0, $1) }
        case (.object(let members), .object(let others)):
            members.count == others.count
                && members.allSatisfy { member in right[member.key].map { equal(member.value, $0) } ?? false }
        default: false
        }
    }
}
