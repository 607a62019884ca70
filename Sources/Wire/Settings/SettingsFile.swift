import Yams

/// The settings file as a flat list of dotted keys, each with its line. What the keys mean is not looked at here.
struct SettingsFile {
    struct Entry: Equatable {
        var key: String
        /// nil where nothing stands behind the key.
        var value: String?
        var line: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var mistakes: [SettingsMistake] = []
    private let path: String
    /// Keys have two parts; one more level is read so that the message can name the whole key.
    private static let depthLimit = 3
    /// Most keys and mistakes of a file.
    private static let entryLimit = 1000

    /// - Parameters:
    ///   - text: the whole file; an empty one sets nothing.
    ///   - path: for messages only.
    init(text: String, path: String) {
        self.path = path
        if let excess = SettingsText.excess(of: text) {
            refuse(excess, 1)
            return
        }
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            read(root, under: "", depth: 0)
        } catch {
            let line: Int
            let reason: String
            switch error as? YamlError {
            case .reader(let problem, let offset, _, _)?:
                line = 1 + text.prefix(offset ?? 0).count(where: \.isNewline)
                reason = problem
            case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
                .composer(_, let problem, let mark, _)?:
                line = mark.line
                reason = problem
            case .duplicatedKeysInMapping(let duplicates, let context)?:
                line =
                    duplicates.lazy.compactMap { Self.secondLine(of: $0, from: context.mark, in: text) }.min()
                    ?? context.mark.line
                reason = "a key is given twice: " + duplicates.joined(separator: ", ")
            case nil, .some:
                line = 1
                reason = "it cannot be read"
            }
            mistakes.append(
                SettingsMistake(.unreadable(reason: "not YAML: \(reason)"), at: .file(path: path, line: line)))
        }
    }

    /// Where a key stands for the second time, of a mapping whose keys have lines of their own.
    ///
    /// - Parameter mark: where a key of the mapping stands that is given twice.
    private static func secondLine(of key: String, from mark: Mark, in text: String) -> Int? {
        guard mark.line > 0, mark.column > 0 else { return nil }
        let indent = String(repeating: " ", count: mark.column - 1)
        let forms = [key, "\"\(key)\"", "'\(key)'"].map { indent + $0 }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let places = lines.indices.dropFirst(mark.line - 1).filter { place in
            forms.contains { form in
                lines[place].hasPrefix(form)
                    && lines[place].dropFirst(form.count).drop { $0 == " " }.first == ":"
            }
        }
        return places.dropFirst().first.map { $0 + 1 }
    }

    private mutating func read(_ node: Node, under prefix: String, depth: Int) {
        let line = node.mark?.line ?? 1
        guard depth <= Self.depthLimit else { return refuse("\(prefix) is nested too deep", line) }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.string ?? "?"
                let line = key.mark?.line ?? line
                let full = prefix.isEmpty ? name : "\(prefix).\(name)"
                let count = entries.count + mistakes.count
                guard count < Self.entryLimit else {
                    if count == Self.entryLimit { refuse("more than \(Self.entryLimit) keys", line) }
                    return
                }
                if let scalar = value.scalar {
                    entries.append(Entry(key: full, value: scalar.isNull ? nil : scalar.string, line: line))
                } else {
                    read(value, under: full, depth: depth + 1)
                }
            }
        case .scalar(let scalar):
            if depth == 0, scalar.isNull { return }
            refuse("a single value stands where keys are expected", line)
        case .sequence:
            refuse(
                prefix.isEmpty ? "a list stands where keys are expected" : "\(prefix) is a list; no setting is", line)
        case .alias:
            refuse("\(prefix) is an alias; write the value itself", line)
        }
    }

    private mutating func refuse(_ reason: String, _ line: Int) {
        mistakes.append(SettingsMistake(.unreadable(reason: reason), at: .file(path: path, line: line)))
    }
}

extension Node.Scalar {
    /// `key:` with nothing behind it, or a plain `null` or `~`.
    fileprivate var isNull: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains(string)
    }
}
