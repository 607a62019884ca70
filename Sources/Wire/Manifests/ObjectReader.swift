import Parsing

/// Reads the keys of one JSON object, remembers which were asked for, and collects every mistake instead of stopping at the first.
package struct ObjectReader {
    package let node: JSONNode
    /// Dotted path to the object, with a dot at its end; empty for the root.
    let prefix: String
    private var known: [String] = []
    package private(set) var mistakes: [ManifestMistake] = []

    /// - Parameter key: the object's own dotted path; empty for the root.
    package init(_ node: JSONNode, key: String = "") {
        self.node = node
        prefix = key.isEmpty ? "" : key + "."
        if node.members == nil {
            mistakes.append(
                ManifestMistake(key, .wrongType(found: node.typeName, expected: "an object"), line: node.place.line))
        }
    }

    /// The value of a key; `nil` when it is absent or null.
    package mutating func value(_ key: String) -> JSONNode? {
        known.append(key)
        guard let value = node[key] else { return nil }
        if case .null = value.value { return nil }
        return value
    }

    package mutating func required(_ key: String) -> JSONNode? {
        if let value = value(key) { return value }
        if node.members != nil { add(key, .missing, node) }
        return nil
    }

    package mutating func string(_ key: String) -> String? {
        value(key).flatMap { string($0, key) }
    }

    package mutating func string(_ node: JSONNode, _ key: String) -> String? {
        if let text = node.string { return text }
        add(key, .wrongType(found: node.typeName, expected: "a string"), node)
        return nil
    }

    mutating func bool(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        if case .bool(let bool) = value.value { return bool }
        add(key, .wrongType(found: value.typeName, expected: "true or false"), value)
        return nil
    }

    package mutating func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        value(key).flatMap { integer($0, key, range) }
    }

    package mutating func integer(_ node: JSONNode, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard case .number(let number, let text) = node.value else {
            add(key, .wrongType(found: node.typeName, expected: range.inWords), node)
            return nil
        }
        if let integer = Int(text) ?? Int(exactly: number), range.contains(integer) { return integer }
        add(key, .refused(value: text, expected: range.inWords, nearest: nil), node)
        return nil
    }

    /// What a seed may be, in words.
    static let seed = "a whole number, 0 to \(UInt64.max)"

    /// What a choice may be, in words.
    static func oneOf(_ names: [String]) -> String { "one of " + names.joined(separator: ", ") }

    /// A whole number of 64 bits without sign.
    mutating func seed(_ key: String) -> UInt64? {
        guard let value = value(key) else { return nil }
        guard case .number(_, let text) = value.value else {
            add(key, .wrongType(found: value.typeName, expected: Self.seed), value)
            return nil
        }
        if let seed = UInt64(text) { return seed }
        add(key, .refused(value: text, expected: Self.seed, nearest: nil), value)
        return nil
    }

    package mutating func number(_ key: String, _ range: ClosedRange<Double>) -> Double? {
        value(key).flatMap { number($0, key, range) }
    }

    /// - Parameter expected: what a value may be, where that is more than a number.
    package mutating func number(
        _ node: JSONNode, _ key: String, _ range: ClosedRange<Double>, expected: String? = nil
    ) -> Double? {
        let expected = expected ?? range.inWords
        guard case .number(let number, let text) = node.value else {
            add(key, .wrongType(found: node.typeName, expected: expected), node)
            return nil
        }
        if range.contains(number) { return number }
        add(key, .refused(value: text, expected: expected, nearest: nil), node)
        return nil
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ type: Choice.Type
    ) -> Choice? {
        value(key).flatMap { choice($0, key, type) }
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: JSONNode, _ key: String, _ type: Choice.Type
    ) -> Choice? {
        guard let text = string(node, key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        let expected = Self.oneOf(names)
        if let option = OtherNames.option(text, asValueOf: key) {
            add(key, .option(value: text, expected: expected, option: option), node)
        } else {
            let nearest = OtherNames.value(text, of: key) ?? NearestName.of(text, among: names)
            add(key, .refused(value: "\"\(text)\"", expected: expected, nearest: nearest), node)
        }
        return nil
    }

    /// The elements of a list of so many things, which have their name in the plural.
    package mutating func elements(
        _ node: JSONNode, _ key: String, _ count: ClosedRange<Int>, of things: String
    ) -> [JSONNode]? {
        guard let elements = node.elements else {
            add(key, .wrongType(found: node.typeName, expected: "a list of \(things)"), node)
            return nil
        }
        guard count.contains(elements.count) else {
            let expected = "\(count.lowerBound) to \(count.upperBound) of them"
            add(key, .refused(value: "a list of \(elements.count) \(things)", expected: expected, nearest: nil), node)
            return nil
        }
        return elements
    }

    package mutating func job(_ key: String) -> JobIdentifier? { value(key).flatMap { job($0, key) } }

    /// A job's name.
    package mutating func job(_ node: JSONNode, _ key: String) -> JobIdentifier? {
        guard let text = string(node, key) else { return nil }
        if let id = JobIdentifier(text) { return id }
        add(key, .refused(value: "\"\(text)\"", expected: "a job's name, its folder in the outbox", nearest: nil), node)
        return nil
    }

    /// The name of a person or a style.
    package mutating func name(_ node: JSONNode, _ key: String) -> String? {
        guard let name = string(node, key) else { return nil }
        guard let violation = NameRule.violation(in: name) else { return name }
        add(key, .name(name, violation), node)
        return nil
    }

    /// A path relative to the manifest, without `.` parts.
    ///
    /// - Parameter base: what it is relative to where that is something else.
    package mutating func path(_ node: JSONNode, _ key: String, below base: String = "the manifest") -> String? {
        guard let text = string(node, key) else { return nil }
        do throws(RelativePath.Violation) {
            return try RelativePath(text).description
        } catch {
            add(key, .path(text, error, below: base), node)
            return nil
        }
    }

    package mutating func add(_ key: String, _ problem: ManifestMistake.Problem, _ node: JSONNode) {
        mistakes.append(ManifestMistake(prefix + key, problem, line: node.place.line))
    }

    package mutating func add(_ others: [ManifestMistake]) { mistakes += others }

    /// Ends the reading: keys that nobody asked for are mistakes.
    ///
    /// - Parameters:
    ///   - renamed: keys of elsewhere, and what stands for them here.
    ///   - elsewhere: others, and where they stand, in words.
    package mutating func refuseOtherKeys(called renamed: [String: String] = [:], elsewhere: [String: String] = [:]) {
        let others = (node.members ?? []).filter { !known.contains($0.key) }
        for member in others.prefix(Self.mostNamed) {
            let foreign = OtherNames.option(member.key).flatMap { known.contains($0) ? $0 : nil }
            let problem: ManifestMistake.Problem =
                elsewhere[member.key].map { .elsewhere($0) }
                ?? .unknownKey(
                    nearest: renamed[member.key] ?? foreign ?? NearestName.of(member.key, among: known))
            mistakes.append(ManifestMistake(prefix + member.key, problem, line: member.keyPlace.line))
        }
        guard others.count > Self.mostNamed else { return }
        let reason = "\(others.count - Self.mostNamed) more keys are unknown"
        mistakes.append(
            ManifestMistake(prefix, .conflict(reason: reason), line: others[Self.mostNamed].keyPlace.line))
    }

    /// Most unknown keys that are named one by one.
    private static let mostNamed = 20
}

extension ObjectReader {
    /// Reads the one JSON object that a stranger has sent.
    ///
    /// - Throws: ``ManifestError`` with every mistake that `body` notes and the keys that it does not ask for.
    package static func read<Value>(
        _ json: some Sequence<UInt8>, _ body: (inout ObjectReader) -> Value
    ) throws(ManifestError) -> Value {
        let node: JSONNode
        do throws(JSONSyntaxError) {
            node = try JSONParser.parse(json, limits: WireJSON.limits)
        } catch {
            throw ManifestError([ManifestMistake("", .notJSON(reason: "\(error)"), line: error.place.line)])
        }
        guard node.members != nil else {
            let reason = "it is \(node.typeName); expected an object"
            throw ManifestError([ManifestMistake("", .conflict(reason: reason), line: node.place.line)])
        }
        var reader = ObjectReader(node)
        let value = body(&reader)
        reader.refuseOtherKeys()
        if !reader.mistakes.isEmpty { throw ManifestError(reader.mistakes) }
        return value
    }
}
