import Parsing

/// What a job is asked to do, with its options.
///
/// As JSON: `{"kind": "verify", "options": {"person": "ada"}}`; manifests and reports carry the same two keys.
package struct JobTask: Codable, Sendable, Equatable {
    package let kind: JobKind
    package var options: JobOptions

    package init(_ kind: JobKind, _ options: JobOptions = JobOptions()) {
        self.kind = kind
        self.options = options
    }

    package init(_ kind: JobKind, fill: (inout JobOptions) -> Void) { self.init(kind, JobOptions(fill)) }

    /// The task that a folder of the inbox asks for; the settings fill what it leaves open.
    ///
    /// - Parameter name: the person, style or model; not looked at for a kind whose folder names nothing.
    package init(_ kind: JobKind, named name: String) {
        self.init(kind) { options in
            switch kind.facts.folder {
            case .person?: options.person = name
            case .style?: options.styles = [StyleChoice(source: .name(name))]
            case .name?: options.name = name
            case nil: break
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, options
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(JobKind.self, forKey: .kind)
        options = try JobOptions(kind.options, from: container.superDecoder(forKey: .options))
        if options[anyOf: kind.facts.needs].count != (kind.facts.needs.isEmpty ? 0 : 1) {
            throw DecodingError.dataCorruptedError(
                forKey: .options, in: container,
                debugDescription: "a job of kind \(kind.rawValue) has one of \(kind.facts.needs)")
        }
    }

    /// Reads the words of a command line by option.
    ///
    /// - Throws: ``ManifestError`` with every mistake there is; its keys are the flags.
    package init(_ kind: JobKind, words: [(option: JobOption, words: [String])]) throws(ManifestError) {
        var reader = ObjectReader(words: words)
        self.init(kind, in: .commandLine, reading: &reader)
        try reader.endCommandLine()
    }

    /// The reader takes the mistakes.
    init(_ kind: JobKind, in place: JobOption.Place, reading reader: inout ObjectReader) {
        self.init(kind, JobOptions(of: kind, in: place, reading: &reader))
        if kind == .learn { checkSubject(&reader) }
        let needs = kind.facts.needs
        guard let members = reader.node.members, let first = needs.first else { return }
        let given = needs.filter { key in reader.node[key] != nil && members.contains { $0.key == key } }
        let list = needs.map { "\"options.\($0)\"" }.joined(separator: " or ")
        if given.count > 1, let second = reader.node[given[1]] {
            let reason = given.map { "\"\($0)\"" }.joined(separator: " and ") + " exclude one another"
            reader.add(given[0], .conflict(reason: reason), second)
        } else if given.isEmpty, needs.count > 1 {
            reader.add(first, .conflict(reason: "a job of kind \(kind.rawValue) needs \(list)"), reader.node)
        } else if given.isEmpty {
            reader.add(first, .missing, reader.node)
        }
    }

    /// Options of what is not learned would be without effect, as would a depth that it does not have; and a style is to be asked for
    /// by its name.
    private func checkSubject(_ reader: inout ObjectReader) {
        let subject = options.subject ?? .faces
        if subject == .style, let name = options.name, let violation = NameRule.violation(inNewStyle: name) {
            reader.add("name", .name(name, violation), reader.node["name"] ?? reader.node)
        }
        if let depth = options.depth, !subject.depths.contains(depth) {
            let depths = subject.depths.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            let reason = "\"depth\" is \"\(depth.rawValue)\", and a \(subject.rawValue) has \(depths)"
            reader.add("depth", .conflict(reason: reason), reader.node["depth"] ?? reader.node)
        }
        for option in kind.options where options[option] != nil {
            guard let own = option.subject, own != subject else { continue }
            let reason =
                "\"\(option.key)\" goes with the subject \"\(own.rawValue)\", and this one is \"\(subject.rawValue)\""
            reader.add(option.key, .conflict(reason: reason), reader.node[option.key] ?? reader.node)
        }
    }

    /// The files that the options name, each once; paths are relative to the manifest.
    package var pictures: [(role: InputRole, path: String)] {
        var seen: Set<String> = []
        return kind.options.flatMap { option in options[option].map(option.files) ?? [] }
            .filter { seen.insert($0.path).inserted }
    }
}

extension JobOptions {
    /// The keys that have a value.
    fileprivate subscript(anyOf keys: [String]) -> [String] {
        JobOption.all.filter { keys.contains($0.key) && self[$0] != nil }.map(\.key)
    }
}

extension JobOptions {
    /// Reads the words of a command line by option; what the kind needs may be missing.
    ///
    /// - Throws: ``ManifestError`` with every mistake there is; its keys are the flags.
    package init(of kind: JobKind, words: [(option: JobOption, words: [String])]) throws(ManifestError) {
        var reader = ObjectReader(words: words)
        self.init(of: kind, in: .commandLine, reading: &reader)
        try reader.endCommandLine()
    }
}

extension ObjectReader {
    fileprivate init(words: [(option: JobOption, words: [String])]) {
        self.init(JSONNode(.object(words.map { .init($0.option.key, $0.option.json($0.words)) })), key: "options")
    }

    fileprivate mutating func endCommandLine() throws(ManifestError) {
        refuseOtherKeys()
        if !mistakes.isEmpty { throw ManifestError(mistakes.map(\.ofCommandLine)) }
    }
}

extension ManifestMistake {
    /// The same mistake with the flag that was typed for a key: `options.styleLayers.relu1_1` is `--style-layer relu1_1`.
    fileprivate var ofCommandLine: ManifestMistake {
        let path = key.dropFirst("options.".count)
        let name = path.prefix { $0 != "." && $0 != "[" }
        guard let option = JobOption.all.first(where: { $0.key == name }) else { return self }
        var mistake = self
        switch problem {
        case .conflict(let reason):
            mistake.problem = .conflict(reason: reason.replacing("\"options.\(name)\"", with: "--\(option.flag)"))
        case .option(let value, let expected, let key):
            if let meant = JobOption.all.first(where: { $0.key == key }) {
                mistake.problem = .option(value: value, expected: expected, option: "--\(meant.flag)")
            }
        default: break
        }
        mistake.key = "--\(option.flag)" + path.dropFirst(name.count).replacing(".", with: " ", maxReplacements: 1)
        return mistake
    }
}
