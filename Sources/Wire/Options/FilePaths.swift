import Parsing

/// Files that a manifest names beside its inputs, in its order. As JSON a list of paths.
package struct FilePaths: OptionValue {
    package var list: [String]

    package init(_ list: [String]) { self.list = list }

    package init(from decoder: any Decoder) throws {
        list = try decoder.singleValueContainer().decode([String].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(list)
    }

    package var text: String { list.joined(separator: ", ") }

    package var json: JSONNode.Value { .array(list.map { JSONNode(.string($0)) }) }
}

extension OptionForm<FilePaths> {
    /// Files that come along with the job and all play the same part in it.
    package static func files(_ role: InputRole, _ count: ClosedRange<Int>) -> Self {
        Self(
            expected: "a list of paths relative to the manifest, \(count.lowerBound) to \(count.upperBound) of them",
            placeholder: "path", isRepeated: true,
            schema: """
                {"type": "array", "items": {"$ref": "#/$defs/path"}, \
                "minItems": \(count.lowerBound), "maxItems": \(count.upperBound)}
                """,
            json: { .array($0.map { JSONNode(.string($0)) }) },
            read: { reader, key in
                reader.value(key).flatMap { reader.paths($0, key, count) }.map(FilePaths.init)
            }, files: { $0.list.map { (role, $0) } })
    }
}

extension ObjectReader {
    /// A list of paths relative to the manifest, each once.
    package mutating func paths(_ node: JSONNode, _ key: String, _ count: ClosedRange<Int>) -> [String]? {
        guard let elements = elements(node, key, count, of: "paths") else { return nil }
        var paths: [String] = []
        var seen: Set<String> = []
        for (index, element) in elements.enumerated() {
            guard let path = path(element, "\(key)[\(index)]") else { continue }
            if !seen.insert(path).inserted {
                add("\(key)[\(index)]", .conflict(reason: "\"\(key)\" names \"\(path)\" twice"), element)
            }
            paths.append(path)
        }
        return paths
    }
}
