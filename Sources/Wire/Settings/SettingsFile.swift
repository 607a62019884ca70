import Yams

/// The settings file as a flat list of dotted keys, each with its line. What the keys mean is not looked at here.
struct SettingsFile {
    struct Entry: Equatable {
        var key: String
        var value: String
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
            case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
                .composer(_, let problem, let mark, _)?:
                line = mark.line
                reason = problem
            case .duplicatedKeysInMapping(let duplicates, let context)?:
                line = context.mark.line
                reason = "a key is given twice: " + duplicates.joined(separator: ", ")
            case nil, .some:
                line = 1
                reason = "\(error)"
            }
            mistakes.append(
                SettingsMistake(.unreadable(reason: "not YAML: \(reason)"), at: .file(path: path, line: line)))
        }
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
                    entries.append(Entry(key: full, value: scalar.isNull ? "" : scalar.string, line: line))
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
