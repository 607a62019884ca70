import Parsing

/// A value that an option of a job can have.
package protocol OptionValue: Codable, Hashable, Sendable {
    /// As a table or a settings file shows it.
    var text: String { get }
    /// As the readers of JSON see it.
    var json: JSONNode.Value { get }
}

extension OptionValue {
    package var text: String { "\(self)" }

    func equals(_ other: (any OptionValue)?) -> Bool { (other as? Self) == self }
}

extension OptionValue where Self: RawRepresentable<String> {
    package var text: String { rawValue }
    package var json: JSONNode.Value { .string(rawValue) }
}

extension OptionValue where Self: Numeric {
    package var json: JSONNode.Value { .number(Double(text) ?? .nan, text: text) }
}

extension Bool: OptionValue {
    package var json: JSONNode.Value { .bool(self) }
}

extension String: OptionValue {
    package var json: JSONNode.Value { .string(self) }
}

extension Int: OptionValue {}
extension UInt64: OptionValue {}
extension Double: OptionValue {}
extension StylePreset: OptionValue {}
extension StyleNetworkName: OptionValue {}
extension StyleOptimizer: OptionValue {}
extension StyleStart: OptionValue {}
extension StylePooling: OptionValue {}
extension WrittenFormat: OptionValue {}

extension [StyleChoice]: OptionValue {
    package var text: String { map(\.source.text).joined(separator: ", ") }

    package var json: JSONNode.Value {
        .array(
            map { style in
                let source: JSONNode.Member
                switch style.source {
                case .name(let name): source = .init("name", .string(name))
                case .picture(let path): source = .init("picture", .string(path))
                }
                let files = [("mask", style.mask), ("styleMask", style.styleMask), ("segments", style.segments)]
                return JSONNode(
                    .object(
                        [source, .init("weight", style.weight.json)]
                            + files.compactMap { key, path in path.map { .init(key, .string($0)) } }
                            + (style.layers.map { [.init("layers", $0.json)] } ?? [])))
            })
    }
}

/// What the values of an option may be: how they are read, checked, and described.
package struct OptionForm<Value: OptionValue>: Sendable {
    /// What a value may be, in words: `a number, 0.0 to 1.0`.
    let expected: String
    /// What the command line's help calls a value; `nil` for a switch, which has none.
    let placeholder: String?
    /// Whether the command line takes it several times.
    var isRepeated = false
    /// The JSON Schema of a value; `name` and `path` are definitions of the schema around it.
    let schema: String
    /// The JSON that words of the command line stand for; ``read`` judges it like any other.
    let json: @Sendable ([String]) -> JSONNode.Value
    /// Reads and checks the value of a key; the reader takes the mistakes.
    let read: @Sendable (inout ObjectReader, String) -> Value?
    /// The files that a value names, relative to the manifest.
    var files: @Sendable (Value) -> [(role: InputRole, path: String)] = { _ in [] }
}

extension OptionForm<Bool> {
    package static var truth: Self {
        Self(
            expected: "true or false", placeholder: nil, schema: #"{"type": "boolean"}"#,
            json: { .bool($0.last == "true") }, read: { $0.bool($1) })
    }
}

extension OptionForm<Int> {
    package static func whole(_ range: ClosedRange<Int>) -> Self {
        Self(
            expected: range.inWords, placeholder: "\(range.lowerBound)…\(range.upperBound)",
            schema: #"{"type": "integer", "minimum": \#(range.lowerBound), "maximum": \#(range.upperBound)}"#,
            json: JSONNode.Value.number, read: { $0.integer($1, range) })
    }
}

extension OptionForm<UInt64> {
    /// A whole number of 64 bits without sign.
    package static var seed: Self {
        Self(
            expected: ObjectReader.seed, placeholder: "number",
            schema: #"{"type": "integer", "minimum": 0, "maximum": \#(UInt64.max)}"#, json: JSONNode.Value.number,
            read: { $0.seed($1) })
    }
}

extension OptionForm<Double> {
    package static func number(_ range: ClosedRange<Double>) -> Self {
        Self(
            expected: range.inWords, placeholder: "\(range.lowerBound.short)…\(range.upperBound.short)",
            schema: range.schema, json: JSONNode.Value.number, read: { $0.number($1, range) })
    }

    /// Things a second: a number, or a fraction of whole numbers as a text, as 30000/1001 has no decimals that say it.
    package static func rate(_ range: ClosedRange<Double>) -> Self {
        let expected = "\(range.inWords), or a fraction as \"30000/1001\""
        return Self(
            expected: expected, placeholder: "number[/number]",
            schema:
                #"{"oneOf": [\#(range.schema), {"type": "string", "pattern": "^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}$"}]}"#,
            json: JSONNode.Value.number,
            read: { reader, key in
                guard let node = reader.value(key) else { return nil }
                guard let text = node.string else { return reader.number(node, key, range, expected: expected) }
                if let rate = fraction(text), range.contains(rate) { return rate }
                reader.add(key, .refused(value: "\"\(text)\"", expected: expected, nearest: nil), node)
                return nil
            })
    }

    /// Of two whole numbers of nine digits at most, neither of which begins with a 0.
    private static func fraction(_ text: String) -> Double? {
        let terms = text.split(separator: "/", omittingEmptySubsequences: false).map { term in
            term.utf8.count <= 9 && term.first != "0"
                && term.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
                ? Double(term) ?? 0 : 0
        }
        return terms.count == 2 && terms.allSatisfy { $0 > 0 } ? terms[0] / terms[1] : nil
    }
}

extension OptionForm where Value: RawRepresentable<String> & CaseIterable {
    package static var choice: Self {
        let names = Value.allCases.map(\.rawValue)
        return Self(
            expected: ObjectReader.oneOf(names), placeholder: names.joined(separator: "|"),
            schema: #"{"enum": [\#(names.map { "\"\($0)\"" }.joined(separator: ", "))]}"#,
            json: { .string($0.last ?? "") }, read: { $0.choice($1, Value.self) })
    }
}

extension OptionForm<String> {
    /// The name of a person.
    package static var name: Self {
        Self(
            expected: "a name", placeholder: "name", schema: ##"{"$ref": "#/$defs/name"}"##,
            json: { .string($0.last ?? "") },
            read: { reader, key in reader.value(key).flatMap { reader.name($0, key) } })
    }

    /// A file that comes along with the job and plays a part in it.
    package static func file(_ role: InputRole) -> Self {
        Self(
            expected: "a path relative to the manifest", placeholder: "path", schema: ##"{"$ref": "#/$defs/path"}"##,
            json: { .string($0.last ?? "") },
            read: { reader, key in reader.value(key).flatMap { reader.path($0, key) } }, files: { [(role, $0)] })
    }
}

extension OptionForm<LayerWeights> {
    /// Layers of a network, each with a weight. On the command line `layer` or `layer=weight`, again for each or with commas.
    package static func layers(_ weights: ClosedRange<Double>) -> Self {
        Self(
            expected: layersExpected, placeholder: "layer[=weight]", isRepeated: true, schema: weights.layersSchema,
            json: JSONNode.Value.weights, read: { $0.layers($1, weights) })
    }
}

extension Weights where Name == String {
    /// Layers as the command line has them: `relu1_1,relu2_1=2`.
    ///
    /// - Parameter flag: for mistakes.
    /// - Throws: ``ManifestError`` with every mistake there is.
    package init(_ text: String, of flag: String) throws(ManifestError) {
        var reader = ObjectReader(JSONNode(.object([.init(flag, .weights([text]))])))
        let layers = reader.layers(flag, StyleChoice.weights)
        guard let layers, reader.mistakes.isEmpty else { throw ManifestError(reader.mistakes) }
        self = layers
    }
}

/// What layers may be, in words.
private let layersExpected = "a list of layers, or an object of weights"

extension OptionForm<LossWeights> {
    /// One loss of the style, or several with weights, as ``layers(_:)`` has them.
    package static func losses(_ weights: ClosedRange<Double>) -> Self {
        let names = StyleLoss.allCases.map(\.rawValue)
        let choice = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let members = names.map { "\"\($0)\": \(weights.schema)" }.joined(separator: ", ")
        let expected = "\(ObjectReader.oneOf(names)); or a list of these, or an object of weights"
        return Self(
            expected: expected, placeholder: names.joined(separator: "|"), isRepeated: true,
            schema: """
                {"oneOf": [{"enum": [\(choice)]}, \
                {"type": "array", "items": {"enum": [\(choice)]}, "minItems": 1}, \
                {"type": "object", "minProperties": 1, "properties": {\(members)}, "additionalProperties": false}]}
                """,
            json: { words in
                if words.count == 1, !words[0].contains(where: { $0 == "," || $0 == "=" }) { return .string(words[0]) }
                return .weights(words)
            },
            read: { reader, key in
                guard let node = reader.value(key) else { return nil }
                if node.string != nil { return reader.choice(node, key, StyleLoss.self).map { [$0] } }
                return reader.weights(node, key, weights, of: "loss", expected: expected) {
                    $0.choice($1, $2, StyleLoss.self)
                }
            })
    }
}

extension OptionForm<[StyleChoice]> {
    /// Styles and their shares. On the command line names, again for each.
    package static func styles(_ count: ClosedRange<Int>, weights: ClosedRange<Double>) -> Self {
        Self(
            expected: "a list of styles, \(count.lowerBound) to \(count.upperBound) of them", placeholder: "name",
            isRepeated: true,
            schema: """
                {"type": "array", "items": {"type": "object", "properties": {\
                "name": {"$ref": "#/$defs/name"}, "picture": {"$ref": "#/$defs/path"}, "weight": \(weights.schema), \
                "mask": {"$ref": "#/$defs/path"}, "styleMask": {"$ref": "#/$defs/path"}, \
                "segments": {"$ref": "#/$defs/path"}, "layers": \(weights.layersSchema)}, \
                "oneOf": [{"required": ["name"]}, {"required": ["picture"]}], "additionalProperties": false}, \
                "minItems": \(count.lowerBound), "maxItems": \(count.upperBound)}
                """,
            json: { .array($0.map { JSONNode(.object([.init("name", .string($0))])) }) },
            read: { $0.styles($1, count, weights: weights) },
            files: { styles in
                var seen: Set<String> = []
                let pictures = styles.compactMap { style -> String? in
                    guard case .picture(let path) = style.source, seen.insert(path).inserted else { return nil }
                    return path
                }
                let masks = styles.flatMap { [$0.mask, $0.styleMask, $0.segments] }.compactMap(\.self)
                    .filter { seen.insert($0).inserted }
                return pictures.map { (.style, $0) } + masks.map { (.mask, $0) }
            })
    }
}

extension ClosedRange<Int> {
    /// What a value may be, as every message says it.
    package var inWords: String {
        upperBound == .max ? "a whole number, \(lowerBound) or more" : "a whole number, \(lowerBound) to \(upperBound)"
    }
}

extension ClosedRange<Double> {
    /// What a value may be, as every message says it.
    package var inWords: String { "a number, \(lowerBound) to \(upperBound)" }

    /// Of a list of layers, or an object of their weights.
    fileprivate var layersSchema: String {
        """
        {"oneOf": [\
        {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 1}, \
        {"type": "object", "minProperties": 1, "additionalProperties": \(schema)}]}
        """
    }

    fileprivate var schema: String {
        #"{"type": "number", "minimum": \#(lowerBound.short), "maximum": \#(upperBound.short)}"#
    }
}

extension Double {
    /// Without a fraction of zero: `1e9` as `1000000000`.
    fileprivate var short: String { Int(exactly: self).map(String.init) ?? String(self) }
}

extension JSONNode.Value {
    /// The number that a word is, or else the word, for the reader to refuse.
    fileprivate static func number(_ words: [String]) -> Self {
        let word = words.last ?? ""
        return Double(word).map { .number($0, text: word) } ?? .string(word)
    }

    /// Names, each with its weight behind an equals sign or with 1: `name` and `name=weight`, with commas between them.
    fileprivate static func weights(_ words: [String]) -> Self {
        .object(
            words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { word in
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return .init(
                    String(parts[0]), parts.count == 2 ? .number([String(parts[1])]) : .number(1, text: "1"))
            })
    }
}

extension ObjectReader {
    /// Layers, each of weight one or with a weight of its own.
    package mutating func layers(_ key: String, _ weights: ClosedRange<Double>) -> LayerWeights? {
        value(key).flatMap { node in
            self.weights(node, key, weights, of: "layer", expected: layersExpected) { $0.name($1, $2) }
        }
    }

    /// A list of names, each of weight one, or an object of names and weights.
    ///
    /// - Parameter name: reads one.
    fileprivate mutating func weights<Name>(
        _ node: JSONNode, _ key: String, _ weights: ClosedRange<Double>, of thing: String, expected: String,
        _ name: (inout ObjectReader, JSONNode, String) -> Name?
    ) -> Weights<Name>? {
        var entries: [Weights<Name>.Entry] = []
        func add(_ own: Name?, _ weight: Double?, _ place: String, _ node: JSONNode) {
            guard let own, let weight else { return }
            if entries.contains(where: { $0.name == own }) {
                self.add(place, .conflict(reason: "\"\(prefix)\(key)\" names \"\(own.text)\" twice"), node)
            }
            entries.append(.init(own, weight))
        }
        let asked: Int
        switch node.value {
        case .array(let elements):
            asked = elements.count
            for (index, element) in elements.enumerated() {
                let place = "\(key)[\(index)]"
                add(name(&self, element, place), 1, place, element)
            }
        case .object(let members):
            asked = members.count
            for member in members {
                let place = "\(key).\(member.key)"
                let own = name(&self, JSONNode(value: .string(member.key), place: member.keyPlace), place)
                add(own, number(member.value, place, weights), place, member.value)
            }
        case .null, .bool, .number, .string:
            self.add(key, .wrongType(found: node.typeName, expected: expected), node)
            return nil
        }
        if entries.allSatisfy({ $0.weight == 0 }), entries.count == asked {
            let reason = entries.isEmpty ? "names no \(thing)" : "gives every \(thing) the weight 0"
            self.add(key, .conflict(reason: "\"\(prefix)\(key)\" \(reason)"), node)
        }
        return Weights(entries)
    }

    fileprivate mutating func styles(
        _ key: String, _ count: ClosedRange<Int>, weights: ClosedRange<Double>
    ) -> [StyleChoice]? {
        guard let node = value(key), let elements = elements(node, key, count, of: "styles") else { return nil }
        var styles: [StyleChoice] = []
        for (index, element) in elements.enumerated() {
            var reader = ObjectReader(element, key: "\(prefix)\(key)[\(index)]")
            let weight = reader.number("weight", weights) ?? 1
            func file(_ key: String) -> String? { reader.value(key).flatMap { reader.path($0, key) } }
            let (mask, styleMask, segments) = (file("mask"), file("styleMask"), file("segments"))
            let layers = reader.layers("layers", weights)
            if segments != nil, mask != nil || styleMask != nil {
                reader.add(
                    "segments", .conflict(reason: "a style has either \"segments\" or a \"mask\" and a \"styleMask\""),
                    element)
            }
            var source: StyleChoice.Source?
            switch (reader.value("name"), reader.value("picture")) {
            case (let name?, nil): source = reader.name(name, "name").map { .name($0) }
            case (nil, let picture?): source = reader.path(picture, "picture").map { .picture($0) }
            case (_?, _?), (nil, nil):
                if element.members != nil {
                    reader.add("name", .conflict(reason: "a style has either a \"name\" or a \"picture\""), element)
                }
            }
            if let source {
                styles.append(
                    .init(
                        source: source, weight: weight, mask: mask, styleMask: styleMask, segments: segments,
                        layers: layers))
            }
            reader.refuseOtherKeys()
            add(reader.mistakes)
        }
        if !styles.isEmpty, styles.allSatisfy({ $0.weight == 0 }) {
            add(key, .conflict(reason: "every style has the weight 0"), node)
        }
        return styles
    }
}
