import Foundation
import Parsing
import Wire

/// A JSON Schema (draft 2020-12), of the keywords that this project's schemas use.
///
/// A keyword outside that set is refused when the schema is read, so that no rule can be written that is not checked.
package struct JSONSchema {
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case notASchema(at: String)
        case unknownKeyword(String, at: String)
        case danglingReference(String, at: String)
        case badPattern(String, at: String)

        package var description: String {
            switch self {
            case .notASchema(let place): "\(place): a schema is an object, true or false"
            case .unknownKeyword(let keyword, let place): "\(place): the keyword \"\(keyword)\" is not checked here"
            case .danglingReference(let target, let place): "\(place): \(target) leads nowhere"
            case .badPattern(let pattern, let place): "\(place): \(pattern) is not a regular expression"
            }
        }
    }

    /// Keywords whose value is one schema.
    private static let single: Set<String> = ["items", "additionalProperties", "not", "if", "then", "else"]
    /// Keywords whose value is an object of schemas.
    private static let named: Set<String> = ["properties", "$defs"]
    /// Keywords whose value is a list of schemas.
    private static let listed: Set<String> = ["allOf", "anyOf", "oneOf"]
    private static let plain: Set<String> = [
        "$schema", "$id", "$ref", "title", "description", "type", "required", "enum", "const", "pattern", "minimum",
        "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "uniqueItems",
    ]

    let root: JSONNode

    /// - Throws: ``Refusal``, or a `JSONSyntaxError`.
    package init(text: String) throws {
        root = try JSONParser.parse(text.utf8)
        try Self.check(root, at: "#", root: root)
    }

    /// One of `Sources/Wire/Schemas`: `report` or `manifest`.
    package init(named name: String, file: String = #filePath) throws {
        let folder = URL(filePath: file).deletingLastPathComponent().appending(path: "../../Sources/Wire/Schemas")
        try self.init(text: String(contentsOf: folder.appending(path: "\(name).schema.json"), encoding: .utf8))
    }

    /// Every place where the text breaks a rule; empty when it keeps them all.
    package func violations(in text: some Sequence<UInt8>) throws -> [String] {
        var validation = SchemaValidation(schema: self)
        validation.check(try JSONParser.parse(text), against: root, at: "$")
        return validation.violations
    }

    func target(of reference: String) -> JSONNode? { Self.target(of: reference, in: root) }

    private static func target(of reference: String, in root: JSONNode) -> JSONNode? {
        let prefix = "#/$defs/"
        guard reference.hasPrefix(prefix) else { return nil }
        return root["$defs"]?[String(reference.dropFirst(prefix.count))]
    }

    private static func check(_ node: JSONNode, at place: String, root: JSONNode) throws {
        if case .bool = node.value { return }
        guard let members = node.members else { throw Refusal.notASchema(at: place) }
        for member in members {
            let inner = "\(place)/\(member.key)"
            switch member.key {
            case _ where single.contains(member.key):
                try check(member.value, at: inner, root: root)
            case _ where named.contains(member.key):
                for schema in member.value.members ?? [] {
                    try check(schema.value, at: "\(inner)/\(schema.key)", root: root)
                }
            case _ where listed.contains(member.key):
                for (index, schema) in (member.value.elements ?? []).enumerated() {
                    try check(schema, at: "\(inner)/\(index)", root: root)
                }
            case "$ref":
                let target = member.value.string ?? ""
                if Self.target(of: target, in: root) == nil { throw Refusal.danglingReference(target, at: inner) }
            case "pattern":
                let pattern = member.value.string ?? ""
                do { _ = try Regex(pattern) } catch { throw Refusal.badPattern(pattern, at: inner) }
            case _ where plain.contains(member.key): break
            default: throw Refusal.unknownKeyword(member.key, at: place)
            }
        }
    }
}
