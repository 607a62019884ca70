import Foundation
import Parsing
import Testing

@testable import Wire

/// The schemas in `Sources/Wire/Schemas` say what the declarations say. `LIMNER_RECORD_SCHEMAS=1` writes them anew, and fails.
@Suite struct SchemaTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../Sources/Wire/Schemas")

    @Test(arguments: ["manifest", "report"]) func saysWhatIsDeclared(name: String) throws {
        let file = Self.folder.appending(path: "\(name).schema.json")
        let written = try String(contentsOf: file, encoding: .utf8)
        var schema = try JSONParser.parse(written.utf8)
        schema["properties", "kind", "enum"] = strings(JobKind.allCases.map(\.rawValue))
        if schema["$defs"]?["error"] != nil {
            schema["$defs", "error", "properties", "code", "enum"] = strings(ErrorCode.allCases.map(\.rawValue))
        }
        if schema["$defs"]?["input"] != nil {
            schema["$defs", "input", "properties", "format", "enum"] = strings(PictureFormat.allCases.map(\.rawValue))
        }
        for kind in JobKind.allCases {
            schema["$defs", "\(kind.rawValue)Options"] = try JSONParser.parse(kind.optionsSchema.utf8)
            #expect(written.contains("#/$defs/\(kind.rawValue)Options\""), "nothing refers to the options of \(kind)")
        }
        let current = schema.pretty() + "\n"
        if ProcessInfo.processInfo.environment["LIMNER_RECORD_SCHEMAS"] == "1" {
            try current.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("\(name).schema.json was written anew")
        }
        #expect(written == current, "\(name).schema.json is not what the declarations come to")
    }

    /// What a retrospect has in common with a report is said of both alike.
    @Test func aRetrospectsSchemaSaysWhatIsDeclared() throws {
        func parse(_ name: String) throws -> JSONNode {
            let file = Self.folder.appending(path: "\(name).schema.json")
            return try JSONParser.parse(try String(contentsOf: file, encoding: .utf8).utf8)
        }
        let (retrospect, report) = (try parse("retrospect"), try parse("report"))
        let addition = try #require(retrospect["properties"]?["additions"]?["items"]?["properties"])
        #expect(addition["decision"]?["enum"]?.elements?.compactMap(\.string) == FaceDecision.allCases.map(\.rawValue))
        let tellers = [Retrospect.Addition.Teller.user, .gallery].map(\.rawValue)
        #expect(addition["by"]?["enum"]?.elements?.compactMap(\.string) == tellers)
        for name in ["name", "time"] {
            #expect(retrospect["$defs"]?[name]?.pretty() == report["$defs"]?[name]?.pretty(), "\(name)")
        }
        let pictures = report["$defs"]?["identifyResult"]?["properties"]?["pictures"]?["items"]?["properties"]
        let candidate = pictures?["faces"]?["items"]?["properties"]?["candidates"]?["items"]?["properties"]
        #expect(retrospect["$defs"]?["candidate"]?["properties"]?.pretty() == candidate?.pretty())
    }

    private func strings(_ texts: [String]) -> JSONNode { JSONNode(.array(texts.map { JSONNode(.string($0)) })) }
}

extension JSONNode {
    /// The value at a path of keys; setting it adds what is missing at the end of its object.
    fileprivate subscript(path: String...) -> JSONNode? {
        get { path.reduce(self as JSONNode?) { $0?[$1] } }
        set { newValue.map { put($0, at: path[...]) } }
    }

    private mutating func put(_ value: JSONNode, at path: ArraySlice<String>) {
        guard let key = path.first else {
            self = value
            return
        }
        var members = self.members ?? []
        var inner = self[key] ?? JSONNode(.object([]))
        inner.put(value, at: path.dropFirst())
        if let index = members.firstIndex(where: { $0.key == key }) {
            members[index].value = inner
        } else {
            members.append(JSONNode.Member(key, inner.value))
        }
        self.value = .object(members)
    }

    /// Two spaces a level, in the order of the text.
    fileprivate func pretty(_ indent: String = "") -> String {
        func list(_ parts: [String], _ open: String, _ close: String) -> String {
            let lines = parts.map { "\(indent)  \($0)" }.joined(separator: ",\n")
            return parts.isEmpty ? open + close : "\(open)\n\(lines)\n\(indent)\(close)"
        }
        switch value {
        case .null: return "null"
        case .bool(let truth): return "\(truth)"
        case .number(_, let text): return text
        case .string(let text): return quoted(text)
        case .array(let elements): return list(elements.map { $0.pretty(indent + "  ") }, "[", "]")
        case .object(let members):
            return list(members.map { "\(quoted($0.key)): \($0.value.pretty(indent + "  "))" }, "{", "}")
        }
    }

    private func quoted(_ text: String) -> String {
        let data = try? JSONEncoder.plain.encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

extension JSONEncoder {
    fileprivate static var plain: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }
}
